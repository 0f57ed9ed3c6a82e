"""Which tasks a guard skips: a recovery's steps that its plan does not have, a window nobody asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException, DownstreamTasksSkipped

from srx_issu.dag_factory.upgrade import steps_not_planned, window_not_asked_for
from srx_issu.domain.approvals.rule import ApprovalPurpose
from srx_issu.domain.intent import Purpose
from srx_issu.domain.recovery.plan import ActionName
from srx_issu.operators import step
from srx_issu.operators.approval import ApprovalGuard
from srx_issu.steps.bench import Bench
from srx_issu.steps.recovery_plan import kept_plan
from tests.fakes.benches import FakeBench
from tests.fakes.recoveries import half_way


class TaskInstance:
    """What the operators use of Airflow's."""

    def __init__(self) -> None:
        self.pushed: dict[str, Any] = {}

    def xcom_pull(self, **asked: object) -> Any:
        raise AssertionError(f"nobody reads an XCom for an approval: {asked}")

    def xcom_push(self, key: str, value: Any) -> None:
        self.pushed[key] = value


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeBench:
    made = half_way()

    @contextmanager
    def open_bench(run_id: str, task_id: str, log: object, *, purpose: Purpose) -> Iterator[Bench]:
        yield made.bench(task_id)

    monkeypatch.setattr(step, "open_bench", open_bench)
    monkeypatch.setattr(step, "note_failure", lambda *_, **__: None)
    return made


def execute(guard: ApprovalGuard, instance: TaskInstance) -> Any:
    run = SimpleNamespace(dag_id="issu_cluster", run_id="manual__1")
    return guard.execute({"ti": instance, "run_id": run.run_id, "dag_run": run})  # type: ignore[typeddict-item]


def skipped_by(guard: ApprovalGuard, instance: TaskInstance) -> list[str]:
    with pytest.raises(DownstreamTasksSkipped) as told:
        execute(guard, instance)
    assert isinstance(told.value.tasks, list)
    assert {index for _, index in told.value.tasks} == {-1}
    return [task for task, _ in told.value.tasks]


RECOVERY_GUARD = ApprovalGuard(
    task_id="recover.confirm_recovery",
    purpose=ApprovalPurpose.RECOVERY,
    unneeded=steps_not_planned,
)
START_GUARD = ApprovalGuard(
    task_id="approval.confirm_approval",
    purpose=ApprovalPurpose.START,
    unneeded=window_not_asked_for,
)


def test_the_guard_skips_what_the_plan_does_not_have(fake: FakeBench) -> None:
    instance, plan = TaskInstance(), kept_plan(fake.approved("recovery").bench("x"))
    assert plan is not None
    others = skipped_by(RECOVERY_GUARD, instance)
    steps = [*others, *(f"recover.{action.name}" for action in plan.actions)]
    assert sorted(steps) == sorted(f"recover.{name}" for name in ActionName)
    assert "recover.roll_back_node" in others
    assert instance.pushed["return_value"]["approved_by"] == "ada"


def test_a_guard_without_a_yes_skips_nothing(fake: FakeBench) -> None:
    instance = TaskInstance()
    with pytest.raises(AirflowFailException):
        execute(RECOVERY_GUARD, instance)
    assert instance.pushed == {}


def test_a_window_that_nobody_asked_for_is_not_waited_for(fake: FakeBench) -> None:
    assert skipped_by(START_GUARD, TaskInstance()) == ["wait_for_window"]


@pytest.mark.parametrize("moment", ["window_start", "window_end"])
def test_a_window_is_waited_for_by_its_beginning_or_its_end(fake: FakeBench, moment: str) -> None:
    window: dict[str, Any] = {moment: "2026-01-01T04:00:00+00:00"}
    fake.intent = replace(fake.intent, **window)
    assert "asked for already" in execute(START_GUARD, TaskInstance())["begun"]
