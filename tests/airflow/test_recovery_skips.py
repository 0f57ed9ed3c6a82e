"""Which tasks a recovery skips, and when: none before the step that they stand behind is over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException, DownstreamTasksSkipped

from srx_issu.domain.recovery.plan import ActionName
from srx_issu.operators import step
from srx_issu.operators.recovery import RecoveryGuard, RecoveryOperator
from srx_issu.ports.journal import EventKind
from srx_issu.steps.bench import Bench
from srx_issu.steps.confirm_approval import confirm_approval
from srx_issu.steps.recover_cluster import RECOVERY, diagnose
from tests.fakes.benches import FakeBench
from tests.fakes.snapshots import N0, N1, NEW, OLD, both, group

YES = {"chosen_options": ["Approve"], "responded_by_user": {"name": "ada"}}
NO = {"chosen_options": ["Reject"], "responded_by_user": {"name": "ada"}}


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
    """node1 runs the target, node0 was never rebooted into it; the plan is made and asks."""
    made = FakeBench().with_baseline()
    event = made.bench("issu.start").event(EventKind.ACTION_INTENDED, "start", node=N0, key="start_issu")
    made.journal.intend("manual__1", event)
    made.told(EventKind.STEP_FAILED, "issu.wait_for_primary_upgrade", "not reached")
    made.reader.now = both(OLD, NEW, groups=(group(0, N1), group(1, N1)))
    diagnose(made.bench("recover.diagnose"))

    @contextmanager
    def open_bench(run_id: str, task_id: str, log: object) -> Iterator[Bench]:
        yield made.bench(task_id)

    monkeypatch.setattr(step, "open_bench", open_bench)
    return made


def ran(operator: BaseOperator, instance: TaskInstance) -> list[str]:
    """The tasks that it has skipped, without the group's name."""
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


def test_the_guard_skips_what_comes_before_the_plans_first_step(fake: FakeBench) -> None:
    instance = TaskInstance(YES)
    assert ran(guard(), instance) == [
        "wait_for_node", "fail_over_to_old_image", "roll_back_node", "wait_for_old_release",
    ]  # fmt: skip
    assert instance.pushed["return_value"]["approved_by"] == "ada"


def test_a_guard_without_a_yes_skips_nothing(fake: FakeBench) -> None:
    instance = TaskInstance(NO)
    with pytest.raises(AirflowFailException):
        guard().execute({"ti": instance, "run_id": "manual__1"})  # type: ignore[typeddict-item]
    assert instance.pushed == {}


def test_a_step_skips_up_to_the_next_one_only_when_it_is_over(fake: FakeBench) -> None:
    confirm_approval(fake.bench("recover.confirm_recovery"), YES, RECOVERY)
    name = ActionName.REBOOT_OLD_PRIMARY
    reboot = RecoveryOperator(task_id=f"recover.{name}", action=name)
    instance = TaskInstance()
    context: Any = {"ti": instance, "run_id": "manual__1"}
    assert reboot.execute(context)["done"]
    assert fake.writer.sent
    assert instance.pushed == {}

    fake.reader.now = both(NEW, NEW, groups=(group(0, N1), group(1, N1)))
    name = ActionName.WAIT_FOR_TARGET_RELEASE
    assert ran(RecoveryOperator(task_id=f"recover.{name}", action=name), instance)[0] == "abort_issu"
    assert instance.pushed["return_value"]["done"]
