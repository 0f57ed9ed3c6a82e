"""Which tasks of a recovery its guard skips: those that the plan does not have."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException, DownstreamTasksSkipped

from srx_issu.domain.recovery.plan import ActionName
from srx_issu.operators import step
from srx_issu.operators.recovery import RecoveryGuard
from srx_issu.steps.bench import Bench
from srx_issu.steps.recover_cluster import RECOVERY
from srx_issu.steps.recovery_plan import kept_plan
from tests.fakes.benches import FakeBench
from tests.fakes.recoveries import NO, YES, half_way


class TaskInstance:
    """What the operators use of Airflow's."""

    def __init__(self, answer: Any = None) -> None:
        self.answer = answer
        self.pushed: dict[str, Any] = {}

    def xcom_pull(self, task_ids: str) -> Any:
        return self.answer

    def xcom_push(self, key: str, value: Any) -> None:
        self.pushed[key] = value


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeBench:
    made = half_way()

    @contextmanager
    def open_bench(run_id: str, task_id: str, log: object) -> Iterator[Bench]:
        yield made.bench(task_id)

    monkeypatch.setattr(step, "open_bench", open_bench)
    return made


def skipped_by(operator: BaseOperator, instance: TaskInstance) -> list[str]:
    """Without the group's name."""
    with pytest.raises(DownstreamTasksSkipped) as told:
        operator.execute({"ti": instance, "run_id": "manual__1"})  # type: ignore[typeddict-item]
    assert isinstance(told.value.tasks, list)
    assert {index for _, index in told.value.tasks} == {-1}
    assert all(task.startswith("recover.") for task, _ in told.value.tasks)
    return [task.removeprefix("recover.") for task, _ in told.value.tasks]


def guard() -> RecoveryGuard:
    return RecoveryGuard(
        task_id="recover.confirm_recovery", gate_task_id="recover.approve", question=RECOVERY
    )


def test_the_guard_skips_what_the_plan_does_not_have(fake: FakeBench) -> None:
    instance, plan = TaskInstance(YES), kept_plan(fake.bench("x"))
    assert plan is not None
    others = skipped_by(guard(), instance)
    assert sorted([*others, *(action.name for action in plan.actions)]) == sorted(ActionName)
    assert "roll_back_node" in others
    assert instance.pushed["return_value"]["approved_by"] == "ada"


def test_a_guard_without_a_yes_skips_nothing(fake: FakeBench) -> None:
    instance = TaskInstance(NO)
    with pytest.raises(AirflowFailException):
        guard().execute({"ti": instance, "run_id": "manual__1"})  # type: ignore[typeddict-item]
    assert instance.pushed == {}
