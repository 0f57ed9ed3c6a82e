"""Whole runs of ``issu_cluster`` on a real scheduler, triggerer and PostgreSQL: simulated clusters."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml

from srx_demo.lab import make_image
from srx_demo.operator_files import ImageFile, image_entry
from srx_issu.adapters.journal import SqlJournal
from srx_issu.cli.airflow_replies import ApiFailed
from srx_issu.domain.history.approval_events import AnswerGiven
from srx_issu.domain.history.command_events import CommandIntended
from tests.stack.airflow.rest import mark, task_pid
from tests.stack.airflow.running_stack import RUN_DEADLINE_S, RunningStack

pytestmark = pytest.mark.stack

OLDER = "20.4R3-S10.3"


OTHER_PLATFORM = "junos-srxmr-x86-64-22.4R3-S2.11.tgz"
# What each run is asked for, a healthy cluster of its own given.
ASKED: Mapping[str, Mapping[str, Any]] = {
    "plain": {},
    "no fail-back": {"fail_back": False},
    "approved": {"approval": True},
    "two approvers": {"approval": None},
    "approval off": {},
    "gate marked green": {"approval": True},
    "guard marked green": {"approval": True},
    "second run": {"approval": True},
    "plan only": {"plan_only": True},
    "other platform": {"image": OTHER_PLATFORM},
    "downgrade": {"image": OLDER},
    "unknown image": {"image": "99.9R9.9"},
    "window later": {"window_start": (datetime.now(UTC) + timedelta(hours=9)).isoformat()},
}


@dataclass(frozen=True)
class Started:
    cluster: str
    run_id: str


def begin(stack: RunningStack, wanted: Collection[str]) -> dict[str, Started]:
    """Every run. What a faulty cluster does is told by tests/stack/scenarios/failure_table.py."""
    add_images(stack)
    clusters = {name: stack.take_cluster() for name in ASKED if name in wanted}
    ask_for_approvals(stack, [clusters[name] for name in ("two approvers", "approval off") if name in wanted])
    return {
        name: Started(cluster, stack.trigger(cluster, **ASKED[name])) for name, cluster in clusters.items()
    }


@pytest.fixture(scope="module")
def runs(begun_runs: Mapping[str, Future[dict[str, Started]]]) -> dict[str, Started]:
    return begun_runs[__name__].result()


def add_images(stack: RunningStack) -> None:
    """One for another model, one that is older than what runs."""
    store = stack.files / "images"
    images = [
        ImageFile(path=make_image(model, release, 1, store), release=release, models=(model,))
        for model, release in (("SRX4100", "22.4R3-S2.11"), ("SRX4600", OLDER))
    ]
    entries = {"images": [image_entry(image) for image in images]}
    (store / "more.yaml").write_text(yaml.safe_dump(entries))


def ask_for_approvals(stack: RunningStack, clusters: Iterable[str]) -> None:
    """Two of three people, of whom one asks for the upgrade himself."""
    path = stack.files / "policy" / "approvals.yaml"
    policy = yaml.safe_load(path.read_text())
    start = {
        "required": True,
        "needed": 2,
        "approvers": ["operator", "approver", "admin"],
        "requester_counts": False,
    }
    policy["clusters"] = {cluster: {"start": start} for cluster in clusters}
    path.write_text(yaml.safe_dump(policy, sort_keys=False))


def commands(stack: RunningStack, run_id: str) -> list[tuple[str | None, str]]:
    """Node and command of everything that was going to be sent."""
    journal = SqlJournal(stack.environment["SRX_ISSU_JOURNAL_URL"])
    events = [entry.event for entry in journal.entries(run_id)]
    return [(e.node, e.command) for e in events if isinstance(e, CommandIntended) and e.command]


def issu_began(stack: RunningStack, cluster: str) -> bool:
    """By the lab's log, read as it is: the task ends a moment after its request, and asking takes longer."""
    lines = (stack.lab.state / "events.jsonl").read_text().splitlines()
    return any('"issu_started"' in line and f'"{cluster}"' in line for line in lines)


def test_a_worker_killed_after_the_request_does_not_start_a_second_issu(
    stack: RunningStack, cluster: str
) -> None:
    """On a stack, since only there a scheduler notices that the worker is gone. Begun here: its start must
    not be over when it is looked for."""
    run = Started(cluster, stack.trigger(cluster))
    stack.wait_for_task(run.run_id, "issu.start", ["running"])
    pid = task_pid(stack, run.run_id, "issu.start")
    assert pid is not None, "the start had ended before it could be killed"
    deadline = time.monotonic() + RUN_DEADLINE_S
    while not issu_began(stack, run.cluster):
        assert time.monotonic() < deadline, "the lab was never asked to start"
    os.kill(pid, signal.SIGKILL)
    end = stack.wait(run.run_id)
    assert str(end.outcome) == "UPGRADED", end.reason
    assert stack.issu_starts(run.cluster) == 1
    tries = {t.task_id: t.tries for t in stack.about(run.run_id).tasks(run.run_id)}
    assert tries["issu.start"] > 1


@pytest.mark.begins("plain")
def test_a_healthy_cluster_is_upgraded_and_brought_back(
    stack: RunningStack, runs: dict[str, Started]
) -> None:
    run = runs["plain"]
    end = stack.wait(run.run_id)
    assert (str(end.outcome), stack.issu_starts(run.cluster)) == ("UPGRADED", 1), end.reason
    assert set(stack.releases(run.cluster).values()) == {stack.scenery.image.release}
    states = stack.task_states(run.run_id)
    assert {t for t, s in states.items() if s == "failed"} == set()
    assert states["hold_for_operator"] == "skipped"
    assert states["wait_for_window"] == "skipped"  # nobody asked for one


@pytest.mark.release
@pytest.mark.begins("plan only")
def test_a_plan_changes_nothing(stack: RunningStack, runs: dict[str, Started]) -> None:
    run = runs["plan only"]
    assert str(stack.wait(run.run_id).outcome) == "PLANNED"
    assert commands(stack, run.run_id) == []


@pytest.mark.release
@pytest.mark.begins("no fail-back")
def test_without_fail_back_the_upgraded_node_stays_primary_but_flags_go(
    stack: RunningStack, runs: dict[str, Started]
) -> None:
    run = runs["no fail-back"]
    end = stack.wait(run.run_id)
    assert str(end.outcome) == "UPGRADED", end.reason
    sent = [command for _, command in commands(stack, run.run_id)]
    assert not [c for c in sent if "failover redundancy-group" in c]
    assert [c for c in sent if "failover reset" in c]


@pytest.mark.release
@pytest.mark.begins("approved")
def test_an_approved_upgrade_goes_on_and_the_journal_says_who_approved(
    stack: RunningStack, runs: dict[str, Started]
) -> None:
    run = runs["approved"]
    stack.answer(run.run_id, "Approve")
    end = stack.wait(run.run_id)
    assert (str(end.outcome), stack.issu_starts(run.cluster)) == ("UPGRADED", 1), end.reason
    journal = SqlJournal(stack.environment["SRX_ISSU_JOURNAL_URL"])
    events = [entry.event for entry in journal.entries(run.run_id)]
    (answer,) = [e for e in events if isinstance(e, AnswerGiven)]
    assert (answer.by, answer.choice) == ("operator", "Approve")


@pytest.mark.begins("two approvers")
def test_two_approve_and_neither_of_them_is_who_asked(stack: RunningStack, runs: dict[str, Started]) -> None:
    """Airflow itself refuses the others: 403. A whole upgrade behind two gates in a row."""
    run = runs["two approvers"]
    (first,) = stack.until(lambda: stack.asked(run.run_id), "a question", run.run_id)
    with pytest.raises(ApiFailed, match="403"):
        stack.about(run.run_id, "operator").answer(run.run_id, first.task_id, "Approve")
    stack.answer(run.run_id, "Approve", user="approver")
    stack.wait_for_task(run.run_id, "approval.approve_start_2", ["awaiting_input"])
    (second,) = stack.until(lambda: stack.asked(run.run_id), "a question", run.run_id)
    assert "Approvals: 1 of 2 (approver)" in second.body
    for user in ("operator", "approver"):
        with pytest.raises(ApiFailed, match="403"):
            stack.about(run.run_id, user).answer(run.run_id, second.task_id, "Approve")
    assert stack.issu_starts(run.cluster) == 0
    stack.answer(run.run_id, "Approve", user="admin")
    end = stack.wait(run.run_id)
    assert (str(end.outcome), stack.issu_starts(run.cluster)) == ("UPGRADED", 1), end.reason
    states = stack.task_states(run.run_id)
    assert [states[f"approval.approve_start_{number}"] for number in (2, 3, 4)] == [
        "success",
        "skipped",
        "skipped",
    ]


@pytest.mark.release
@pytest.mark.begins("approval off")
def test_a_run_that_asks_for_less_than_policy_is_refused(
    stack: RunningStack, runs: dict[str, Started]
) -> None:
    end = stack.wait(runs["approval off"].run_id)
    assert str(end.outcome) == "REFUSED"
    assert "policy/approvals.yaml:" in str(end.reason)


@pytest.mark.begins("other platform")
def test_an_image_of_another_platform_is_refused(stack: RunningStack, runs: dict[str, Started]) -> None:
    end = stack.wait(runs["other platform"].run_id)
    assert (str(end.outcome), "SRX4100" in str(end.reason)) == ("REFUSED", True)


@pytest.mark.release
@pytest.mark.begins("downgrade")
def test_a_downgrade_is_not_ready(stack: RunningStack, runs: dict[str, Started]) -> None:
    run = runs["downgrade"]
    end = stack.wait(run.run_id)
    assert (str(end.outcome), OLDER in str(end.reason)) == ("NOT_READY", True)
    assert stack.issu_starts(run.cluster) == 0


@pytest.mark.release
@pytest.mark.begins("unknown image")
def test_an_unknown_image_is_refused_with_what_there_is(
    stack: RunningStack, runs: dict[str, Started]
) -> None:
    end = stack.wait(runs["unknown image"].run_id)
    assert str(end.outcome) == "REFUSED"
    assert "99.9R9.9" in str(end.reason)


@pytest.mark.begins("gate marked green")
def test_a_gate_marked_green_by_hand_starts_nothing(stack: RunningStack, runs: dict[str, Started]) -> None:
    """Nor does an answer that somebody forges for it."""
    run = runs["gate marked green"]
    stack.wait_for_task(run.run_id, "approval.approve_start", ["awaiting_input"])
    forge_answer(stack, run.run_id, "approval.approve_start")
    mark(stack, run.run_id, "approval.approve_start")
    end = stack.wait(run.run_id)
    assert (str(end.outcome), stack.issu_starts(run.cluster)) == ("REFUSED", 0)
    assert "start gate 1 was passed without an answer" in str(end.reason)


@pytest.mark.begins("guard marked green")
def test_not_even_when_the_guard_is_marked_green_too(stack: RunningStack, runs: dict[str, Started]) -> None:
    run = runs["guard marked green"]
    stack.wait_for_task(run.run_id, "approval.approve_start", ["awaiting_input"])
    mark(stack, run.run_id, "approval.confirm_approval")
    mark(stack, run.run_id, "approval.approve_start")
    end = stack.wait(run.run_id)
    assert (str(end.outcome), stack.issu_starts(run.cluster)) == ("REFUSED", 0)
    assert "passed without an answer" in str(end.reason) or "holds no approval" in str(end.reason)


@pytest.mark.begins("window later")
def test_a_window_skipped_by_hand_lets_nothing_begin_before_it_opens(
    stack: RunningStack, runs: dict[str, Started]
) -> None:
    run = runs["window later"]
    stack.wait_for_task(run.run_id, "wait_for_window", ["deferred"])
    mark(stack, run.run_id, "wait_for_window", "skipped")
    end = stack.wait(run.run_id)
    assert (str(end.outcome), stack.issu_starts(run.cluster)) == ("REFUSED", 0)
    assert "the window opens at" in str(end.reason)


@pytest.mark.begins("second run")
def test_a_second_run_for_a_cluster_that_is_being_upgraded_is_refused(
    stack: RunningStack, runs: dict[str, Started]
) -> None:
    first = runs["second run"]
    stack.wait_for_task(first.run_id, "approval.approve_start", ["awaiting_input"])
    second = stack.upgrade(first.cluster)
    assert str(second.outcome) == "REFUSED"
    assert first.run_id in str(second.reason)
    stack.answer(first.run_id, "Reject")
    assert str(stack.wait(first.run_id).outcome) == "REFUSED"
    assert stack.issu_starts(first.cluster) == 0


def forge_answer(stack: RunningStack, run_id: str, task_id: str) -> None:
    """What a gate used to hand on, in the name of somebody who never saw the question."""
    value = {"chosen_options": ["Approve"], "responded_by_user": {"id": "admin", "name": "admin"}}
    path = f"{stack.about(run_id).path(run_id)}/taskInstances/{task_id}/xcomEntries"
    stack.api().session.request("POST", path, json={"key": "return_value", "value": value, "map_index": -1})
