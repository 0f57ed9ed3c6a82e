"""A goal that was not reached by its deadline ends its task, however often Airflow would try that again."""

from __future__ import annotations

from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from airflow.sdk.exceptions import AirflowFailException, TaskDeferred
from airflow.triggers.base import TaskFailedEvent, TriggerEvent

from srx_issu.airflow.operators import step
from srx_issu.airflow.operators.step import StepOperator
from srx_issu.airflow.triggers.cluster import ClusterTrigger
from srx_issu.domain.upgrade.goals import Goal
from srx_issu.steps.waits.in_order import Part
from srx_issu.steps.waits.watch import WaitVerdict
from tests.fakes.contexts import FakeUpgrade

if TYPE_CHECKING:
    from collections.abc import Iterator

    from srx_issu.steps.context import UpgradeContext

TASK = "fail_back.fail_back_rg0"
MISSED = WaitVerdict(reached=False, text="not reached within 360 s: node1 does not answer", elapsed_s=361.0)


@pytest.fixture
def deferred(monkeypatch: pytest.MonkeyPatch) -> tuple[StepOperator, TaskDeferred]:
    """A task that has sent what it sends, and waits."""

    @contextmanager
    def open_upgrade(run_id: str, task_id: str, log: object, *, dag_id: object) -> Iterator[UpgradeContext]:
        yield FakeUpgrade().context(task_id)

    monkeypatch.setattr(step, "open_upgrade", open_upgrade)
    part = Part(name=TASK, step=lambda _: {}, sends=True)
    task = StepOperator(task_id=TASK, parts=(part,), until=Goal.GROUPS_SETTLED, retries=2)
    with pytest.raises(TaskDeferred) as waits:
        task.execute(context())
    return task, waits.value


def context() -> Any:
    return {"run_id": "manual__1", "dag_run": SimpleNamespace(dag_id="issu_cluster", run_id="manual__1")}


def test_a_task_that_may_be_tried_again_fails_for_good(deferred: tuple[StepOperator, TaskDeferred]) -> None:
    """Airflow tries again what a trigger fails: it would wait for a second deadline, and move RG0 again."""
    task, waits = deferred
    assert isinstance(waits.trigger, ClusterTrigger)
    event = waits.trigger._event(MISSED)
    assert not isinstance(event, TaskFailedEvent)
    with pytest.raises(AirflowFailException, match="node1 does not answer"):
        getattr(task, waits.method_name)(context(), event.payload)


def test_a_wait_that_is_never_tried_again_is_ended_by_its_trigger() -> None:
    event: TriggerEvent = ClusterTrigger("manual__1", Goal.RESYNCED.value, "issu.wait_for_resync")._event(
        MISSED
    )
    assert isinstance(event, TaskFailedEvent)
    assert event.xcoms == {"reason": MISSED.text}
