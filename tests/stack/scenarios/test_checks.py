"""Whole upgrades after which not everything is as before: told exactly, waited for, resynced, or stopped.

What the simulator itself wrote down says which commands it was really sent. For every change
tests/integration/oneprocess plays two of them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field

import pytest
import yaml

from srx_issu.adapters.journal import SqlJournal
from srx_issu.domain.history.entry import Entry
from srx_issu.domain.history.kinds import EntryKind
from tests.stack.airflow.running_stack import RunningStack
from tests.stack.scenarios.lost import LOST, PEER, POLICIES, POLICIES_LOST, SERVICE, Faults

pytestmark = pytest.mark.stack

RESYNC = "request security policies resync"


@dataclass(frozen=True)
class Scenario:
    """Faults that act from the switchover on, and the operator's rules for the cluster."""

    faults: Faults
    rules: Mapping[str, object] = field(default_factory=dict)


SCENARIOS = {
    "comes_back": Scenario(LOST),
    "stays_lost": Scenario(LOST),
    "must_not_be_lost": Scenario(POLICIES_LOST, {"tables": {"policies": {"severity": "block"}}}),
    "out_of_sync": Scenario({"policies_out_of_sync_after": {}}),
    "stays_out": Scenario({"policies_out_of_sync_after": {"resync": "in vain"}}),
}


@dataclass(frozen=True)
class Started:
    cluster: str
    run_id: str


def begin(stack: RunningStack, wanted: Collection[str]) -> dict[str, Started]:
    """Given clusters that are healthy until their switchover; when each is upgraded."""
    clusters = {name: stack.take_cluster() for name in SCENARIOS if name in wanted}
    rules = {
        cluster: dict(SCENARIOS[name].rules) for name, cluster in clusters.items() if SCENARIOS[name].rules
    }
    if rules:
        (stack.files / "policy" / "checks.yaml").write_text(yaml.safe_dump({"clusters": rules}))
    started = {}
    for name, cluster in clusters.items():
        for fault, parameters in SCENARIOS[name].faults.items():
            stack.lab.inject(fault, cluster, **parameters)
        started[name] = Started(cluster, stack.trigger(cluster))
    return started


@pytest.fixture(scope="module")
def runs(begun_runs: Mapping[str, Future[dict[str, Started]]]) -> dict[str, Started]:
    return begun_runs[__name__].result()


def told(stack: RunningStack, run: Started, kind: EntryKind, step: str | None = None) -> list[Entry]:
    journal = SqlJournal(stack.environment["SRX_ISSU_JOURNAL_URL"])
    entries = (entry for entry in journal.entries(run.run_id) if entry.kind is kind)
    return [entry for entry in entries if step is None or entry.step == step]


def findings(stack: RunningStack, run: Started) -> list[str]:
    return sorted(entry.text for entry in told(stack, run, EntryKind.FINDING))


def received(stack: RunningStack, run: Started, command: str) -> int:
    """How often the simulated cluster was sent the command, by its own record."""
    events = (event for event in stack.lab.events() if event["cluster"] == run.cluster)
    return sum(event["event"] == "command" and command in str(event) for event in events)


@pytest.mark.release
def test_what_returns_while_it_is_waited_for_is_no_finding(stack: RunningStack) -> None:
    """Begun here, not with the others: who comes late to clear the fault finds it waited out."""
    run = begin(stack, ("comes_back",))["comes_back"]
    step = "verify.check_state"

    def missing() -> str | None:
        seen = [e.text for e in told(stack, run, EntryKind.OBSERVED, step) if "still missing, " in e.text]
        return seen[-1] if seen else None

    words = stack.until(missing, "word of what is still missing", run.run_id)
    assert all(text in words for text in (*POLICIES, *PEER, f"RTO service {SERVICE}")), words
    stack.lab.clear(run.cluster)
    end = stack.wait(run.run_id)
    assert str(end.outcome) == "UPGRADED", end.reason
    assert findings(stack, run) == []
    waited = [e.text for e in told(stack, run, EntryKind.OBSERVED, step)]
    assert any(text.startswith("everything is back, after ") for text in waited), waited


@pytest.mark.release
@pytest.mark.begins("stays_lost")
def test_what_does_not_return_is_named_and_nothing_else(
    stack: RunningStack, runs: dict[str, Started]
) -> None:
    """Waits out the convergence time of what never comes back; nothing shorter shows the words."""
    run = runs["stays_lost"]
    end = stack.wait(run.run_id)
    assert str(end.outcome) == "UPGRADED_WITH_FINDINGS", end.reason
    found = findings(stack, run)
    rto = [text for text in found if text.startswith(f"RTO service {SERVICE}: 0 sent, 0 received")]
    assert len(rto) == 1, found
    assert [text for text in found if text not in rto] == sorted((*POLICIES, *PEER))
    assert stack.about(run.run_id).run(run.run_id).state == "success"


@pytest.mark.release
@pytest.mark.begins("must_not_be_lost")
def test_what_policy_says_must_not_be_lost_waits_for_a_person(
    stack: RunningStack, runs: dict[str, Started]
) -> None:
    run = runs["must_not_be_lost"]
    end = stack.wait(run.run_id)
    assert str(end.outcome) == "NEEDS_OPERATOR", end.reason
    assert all(text in str(end.reason) for text in POLICIES), end.reason
    assert stack.task_states(run.run_id)["verify"] == "failed"
    assert findings(stack, run) == sorted(POLICIES)


@pytest.mark.release
@pytest.mark.begins("out_of_sync")
def test_policies_out_of_sync_are_resynced_once(stack: RunningStack, runs: dict[str, Started]) -> None:
    run = runs["out_of_sync"]
    end = stack.wait(run.run_id)
    assert str(end.outcome) == "UPGRADED", end.reason
    assert received(stack, run, RESYNC) == 1


@pytest.mark.release
@pytest.mark.begins("stays_out")
def test_policies_that_stay_out_of_sync_wait_for_a_person(
    stack: RunningStack, runs: dict[str, Started]
) -> None:
    run = runs["stays_out"]
    end = stack.wait(run.run_id)
    assert str(end.outcome) == "NEEDS_OPERATOR", end.reason
    assert "still out of sync on node0.fpc0" in str(end.reason)
    assert received(stack, run, RESYNC) == 1
    assert stack.task_states(run.run_id)["verify"] == "failed"
    assert told(stack, run, EntryKind.OBSERVED, "verify.check_state") == []
