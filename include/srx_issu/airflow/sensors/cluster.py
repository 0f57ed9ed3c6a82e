"""The deferred waits of an upgrade. They never run on a worker: the triggerer starts and ends them."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from airflow.sdk import BaseOperator, Context
from airflow.triggers.base import StartTriggerArgs

from srx_issu.domain.upgrade.goals import Goal


class GoalSensor(BaseOperator):
    """Succeeds when both nodes show ``goal``; fails when its deadline passes or the ISSU has stopped."""

    template_fields = ("upgrade_id",)
    start_from_trigger = True
    ui_color = "#dbe9f6"

    def __init__(self, *, goal: Goal, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "retries": 0})  # a deadline that has passed is not tried again
        self.upgrade_id = "{{ run_id }}"
        self.start_trigger_args = StartTriggerArgs(
            trigger_cls="srx_issu.airflow.triggers.cluster.ClusterTrigger",
            trigger_kwargs={"upgrade_id": self.upgrade_id, "goal": goal.value, "step": self.task_id},
            next_method="execute",
            next_kwargs=None,
            timeout=None,  # the trigger keeps its own deadline, from the platform's timers
        )

    def execute(self, context: Context) -> NoReturn:  # noqa: ARG002
        raise AssertionError(f"{self.task_id} ends in its trigger; a worker is never asked")


class _TriggerOnly(BaseOperator):
    """A wait that its trigger ends; ``trigger_cls`` takes the run id and the task id."""

    template_fields = ("upgrade_id",)
    start_from_trigger = True
    ui_color = "#dbe9f6"
    trigger_cls: ClassVar[str]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "retries": 0})  # a deadline that has passed is not tried again
        self.upgrade_id = "{{ run_id }}"
        self.start_trigger_args = StartTriggerArgs(
            trigger_cls=self.trigger_cls,
            trigger_kwargs={"upgrade_id": self.upgrade_id, "step": self.task_id},
            next_method="execute",
            next_kwargs=None,
            timeout=None,
        )

    def execute(self, context: Context) -> NoReturn:  # noqa: ARG002
        raise AssertionError(f"{self.task_id} ends in its trigger; a worker is never asked")


class WindowSensor(_TriggerOnly):
    """Succeeds when the upgrade's maintenance window is open and long enough."""

    trigger_cls = "srx_issu.airflow.triggers.window.WindowTrigger"


class QuietSensor(_TriggerOnly):
    """Succeeds when nobody drives an ISSU any more, or when that has been watched for long enough."""

    trigger_cls = "srx_issu.airflow.triggers.quiet.QuietTrigger"
