"""Whole runs of ``issu_cluster`` on a real scheduler, triggerer and PostgreSQL, against simulated clusters.

All runs are started at the beginning, so that the waiting is done once.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from srx_demo.lab import make_image
from srx_demo.operator_files import ImageFile, image_entry
from srx_issu.cli.airflow_api import ApiFailed
from srx_issu.journal import SqlJournal
from srx_issu.ports.journal import EventKind
from srx_issu.steps.confirm_approval import START, approval
from tests.airflow.rest import mark_success, task_pid
from tests.airflow.running_stack import RUN_DEADLINE_S, RunningStack

pytestmark = pytest.mark.stack

OLDER = "20.4R3-S10.3"


@dataclass(frozen=True)
class Scenario:
    """A cluster of its own, what is broken in it, and what the run is asked for."""

    fault: str | None = None
    at: Mapping[str, str] | None = None
    conf: Mapping[str, Any] | None = None


SCENARIOS = {
    "healthy": Scenario(),
    "rg1_priority_zero": Scenario(fault="rg1_priority_zero"),
    "already_current": Scenario(fault="already_current"),
    "plan_only": Scenario(conf={"plan_only": True}),
    "cold_sync": Scenario(fault="cold_sync_never_completes"),
    "validation": Scenario(fault="validation_fails"),
    "split_brain": Scenario(fault="both_nodes_primary"),
    "no_fail_back": Scenario(conf={"fail_back": False}),
}


@dataclass(frozen=True)
class Started:
    cluster: str
    run_id: str


@pytest.fixture(scope="module")
def runs(stack: RunningStack) -> dict[str, Started]:
    """Every scenario's run, started."""
    started = {}
    for name, scenario in SCENARIOS.items():
        cluster = stack.take_cluster()
        if scenario.fault:
            extra = {"release": stack.scenery.image.release} if scenario.fault == "already_current" else {}
            stack.lab.inject(scenario.fault, cluster, **extra)
        started[name] = Started(cluster, stack.trigger(cluster, **(scenario.conf or {})))
    return started


def commands(stack: RunningStack, run_id: str) -> list[tuple[str | None, str]]:
    """Node and command of everything that was going to be sent."""
    journal = SqlJournal(stack.environment["SRX_ISSU_JOURNAL_URL"])
    intended = [e for e in journal.events(run_id) if e.kind is EventKind.ACTION_INTENDED]
    return [(e.node, str(e.detail["command"])) for e in intended if "command" in e.detail]


def test_a_healthy_cluster_is_upgraded_and_brought_back(
    stack: RunningStack, runs: dict[str, Started]
) -> None:
    run = runs["healthy"]
    end = stack.wait(run.run_id)
    assert (str(end.outcome), stack.issu_starts(run.cluster)) == ("UPGRADED", 1), end.reason
    assert set(stack.releases(run.cluster).values()) == {stack.scenery.image.release}
    states = stack.task_states(run.run_id)
    assert {t for t, s in states.items() if s == "failed"} == set()
    assert states["hold_for_operator"] == "skipped"


def test_a_group_that_cannot_fail_over_is_not_ready(stack: RunningStack, runs: dict[str, Started]) -> None:
    run = runs["rg1_priority_zero"]
    end = stack.wait(run.run_id)
    assert str(end.outcome) == "NOT_READY"
    assert "RG1" in str(end.reason)
    assert commands(stack, run.run_id) == []


def test_a_cluster_on_the_target_is_left_alone_and_green(
    stack: RunningStack, runs: dict[str, Started]
) -> None:
    run = runs["already_current"]
    assert str(stack.wait(run.run_id).outcome) == "ALREADY_CURRENT"
    assert stack.api().run(run.run_id).state == "success"
    assert commands(stack, run.run_id) == []


def test_a_plan_changes_nothing(stack: RunningStack, runs: dict[str, Started]) -> None:
    run = runs["plan_only"]
    assert str(stack.wait(run.run_id).outcome) == "PLANNED"
    assert commands(stack, run.run_id) == []


def test_without_fail_back_the_upgraded_node_stays_primary_but_flags_go(
    stack: RunningStack, runs: dict[str, Started]
) -> None:
    run = runs["no_fail_back"]
    end = stack.wait(run.run_id)
    assert str(end.outcome) == "UPGRADED", end.reason
    sent = [command for _, command in commands(stack, run.run_id)]
    assert not [c for c in sent if "failover redundancy-group" in c]
    assert [c for c in sent if "failover reset" in c]


def test_a_cluster_whose_cold_sync_fails_is_put_back_by_the_guides_procedure(
    stack: RunningStack, runs: dict[str, Started]
) -> None:
    run = runs["cold_sync"]
    end = stack.wait(run.run_id)
    assert str(end.outcome) == "ROLLED_BACK", end.reason
    assert stack.api().run(run.run_id).state == "failed"
    assert len(set(stack.releases(run.cluster).values())) == 1
    assert stack.issu_starts(run.cluster) == 1
    sent = commands(stack, run.run_id)
    assert sent.count(("node1", "request system software rollback node 1 reboot")) == 1
    aborts = [node for node, c in sent if c.endswith("in-service-upgrade abort")]
    assert sorted(filter(None, aborts)) == ["node0", "node1"]
    order = [c for _, c in sent]
    assert order.index("request system software rollback node 1 reboot") < order.index(
        "request chassis cluster in-service-upgrade abort"
    )


def test_a_validation_failure_changes_nothing_and_ends_clean(
    stack: RunningStack, runs: dict[str, Started]
) -> None:
    run = runs["validation"]
    end = stack.wait(run.run_id)
    assert str(end.outcome) == "ABORTED_CLEAN", end.reason
    assert not [c for _, c in commands(stack, run.run_id) if "rollback" in c]


def test_two_primaries_are_never_touched(stack: RunningStack, runs: dict[str, Started]) -> None:
    run = runs["split_brain"]
    end = stack.wait(run.run_id)
    assert str(end.outcome) == "NOT_READY", end.reason
    assert commands(stack, run.run_id) == []


def test_an_image_of_another_platform_and_a_downgrade_are_refused(stack: RunningStack) -> None:
    add_images(stack)
    other = stack.upgrade(stack.take_cluster(), image="junos-srxentedge-x86-64-22.4R3-S2.11.tgz")
    assert (str(other.outcome), "SRX1500" in str(other.reason)) == ("REFUSED", True)
    cluster = stack.take_cluster()
    downgrade = stack.upgrade(cluster, image=OLDER)
    assert str(downgrade.outcome) == "NOT_READY"
    assert OLDER in str(downgrade.reason)
    assert stack.issu_starts(cluster) == 0


def add_images(stack: RunningStack) -> None:
    """One for another model, one that is older than what runs."""
    store = stack.files / "images"
    images = [
        ImageFile(path=make_image(model, release, 1, store), release=release, models=(model,))
        for model, release in (("SRX1500", "22.4R3-S2.11"), ("SRX4600", OLDER))
    ]
    entries = {"images": [image_entry(image) for image in images]}
    (store / "more.yaml").write_text(yaml.safe_dump(entries))


def test_an_unknown_image_is_refused_with_what_there_is(stack: RunningStack) -> None:
    end = stack.upgrade(stack.take_cluster(), image="99.9R9.9")
    assert str(end.outcome) == "REFUSED"
    assert "99.9R9.9" in str(end.reason)


def test_airflow_refuses_a_cluster_that_is_not_in_the_inventory(stack: RunningStack) -> None:
    with pytest.raises(ApiFailed, match="400"):
        stack.trigger("no-such-cluster")


def test_an_approved_upgrade_goes_on_and_the_journal_says_who_approved(stack: RunningStack) -> None:
    cluster = stack.take_cluster()
    run_id = stack.trigger(cluster, approval=True)
    stack.answer(run_id, "Approve")
    end = stack.wait(run_id)
    assert (str(end.outcome), stack.issu_starts(cluster)) == ("UPGRADED", 1), end.reason
    journal = SqlJournal(stack.environment["SRX_ISSU_JOURNAL_URL"])
    recorded = approval(journal.events(run_id), START)
    assert recorded is not None
    assert recorded.detail["by"] == "operator"


def test_a_gate_marked_green_by_hand_starts_nothing(stack: RunningStack) -> None:
    cluster = stack.take_cluster()
    run_id = stack.trigger(cluster, approval=True)
    stack.wait_for_task(run_id, "approval.approve_start", ["awaiting_input"])
    mark_success(stack, run_id, "approval.approve_start")
    end = stack.wait(run_id)
    assert (str(end.outcome), stack.issu_starts(cluster)) == ("REFUSED", 0)
    assert "no approval was recorded" in str(end.reason)


def test_not_even_when_the_guard_is_marked_green_too(stack: RunningStack) -> None:
    cluster = stack.take_cluster()
    run_id = stack.trigger(cluster, approval=True)
    stack.wait_for_task(run_id, "approval.approve_start", ["awaiting_input"])
    mark_success(stack, run_id, "approval.confirm_approval")
    mark_success(stack, run_id, "approval.approve_start")
    end = stack.wait(run_id)
    assert (str(end.outcome), stack.issu_starts(cluster)) == ("REFUSED", 0)
    assert "holds no approval" in str(end.reason)


def issu_began(stack: RunningStack, cluster: str) -> bool:
    """By the lab's log, read as it is: the task ends a moment after its request, and asking takes longer."""
    lines = (stack.lab.state / "events.jsonl").read_text().splitlines()
    return any('"issu_started"' in line and f'"{cluster}"' in line for line in lines)


def test_a_worker_killed_after_the_request_does_not_start_a_second_issu(stack: RunningStack) -> None:
    cluster = stack.take_cluster()
    run_id = stack.trigger(cluster)
    stack.wait_for_task(run_id, "issu.start", ["running"])
    pid = task_pid(stack, run_id, "issu.start")
    assert pid is not None, "the start had ended before it could be killed"
    deadline = time.monotonic() + RUN_DEADLINE_S
    while not issu_began(stack, cluster):
        assert time.monotonic() < deadline, "the lab was never asked to start"
    os.kill(pid, signal.SIGKILL)
    end = stack.wait(run_id)
    assert str(end.outcome) == "UPGRADED", end.reason
    assert stack.issu_starts(cluster) == 1
    tries = {t.task_id: t.tries for t in stack.api().tasks(run_id)}
    assert tries["issu.start"] > 1


def test_a_second_run_for_a_cluster_that_is_being_upgraded_is_refused(stack: RunningStack) -> None:
    cluster = stack.take_cluster()
    first = stack.trigger(cluster, approval=True)
    stack.wait_for_task(first, "approval.approve_start", ["awaiting_input"])
    second = stack.upgrade(cluster)
    assert str(second.outcome) == "REFUSED"
    assert first in str(second.reason)
    stack.answer(first, "Reject")
    assert str(stack.wait(first).outcome) == "REFUSED"
    assert stack.issu_starts(cluster) == 0
