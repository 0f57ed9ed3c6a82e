"""Whole upgrades after which the policies are out of sync: resynced once, or left to a person.

All runs are started at the beginning, so that the waiting is done once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from tests.airflow.running_stack import RunningStack

from srx_issu.journal import SqlJournal
from srx_issu.ports.journal import Event, EventKind

pytestmark = pytest.mark.stack

OUT_OF_SYNC: dict[str, dict[str, str]] = {"policies_out_of_sync_after": {}}
STAYS_OUT = {"policies_out_of_sync_after": {"resync": "in vain"}}
SCENARIOS: Mapping[str, dict[str, dict[str, str]]] = {
    "out_of_sync": OUT_OF_SYNC,
    "stays_out": STAYS_OUT,
}
RESYNC = "request security policies resync"


@dataclass(frozen=True)
class Started:
    cluster: str
    run_id: str


@pytest.fixture(scope="module")
def runs(stack: RunningStack) -> dict[str, Started]:
    """Given clusters that are healthy until their switchover; when each is upgraded."""
    started = {}
    for name, faults in SCENARIOS.items():
        cluster = stack.take_cluster()
        for fault, parameters in faults.items():
            stack.lab.inject(fault, cluster, **parameters)
        started[name] = Started(cluster, stack.trigger(cluster))
    return started


def journal(stack: RunningStack, run: Started) -> tuple[Event, ...]:
    return SqlJournal(stack.environment["SRX_ISSU_JOURNAL_URL"]).events(run.run_id)


def sent(stack: RunningStack, run: Started, command: str) -> int:
    intended = [e for e in journal(stack, run) if e.kind is EventKind.ACTION_INTENDED]
    return sum(str(event.detail.get("command", "")) == command for event in intended)


def test_policies_out_of_sync_are_resynced_once(stack: RunningStack, runs: dict[str, Started]) -> None:
    run = runs["out_of_sync"]
    end = stack.wait(run.run_id)
    assert str(end.outcome) == "UPGRADED", end.reason
    assert sent(stack, run, RESYNC) == 1


def test_policies_that_stay_out_of_sync_wait_for_a_person(
    stack: RunningStack, runs: dict[str, Started]
) -> None:
    run = runs["stays_out"]
    end = stack.wait(run.run_id)
    assert str(end.outcome) == "NEEDS_OPERATOR", end.reason
    assert "still out of sync on node0.fpc0" in str(end.reason)
    assert sent(stack, run, RESYNC) == 1
    assert stack.task_states(run.run_id)["verify.check_state"] == "upstream_failed"
