"""A phase of a route in which nothing is done but to look: the triggerer starts it, and mostly ends it."""

from __future__ import annotations

from typing import Any

from airflow.triggers.base import BaseTrigger, StartTriggerArgs

from srx_issu.airflow.operators.recovery import RouteOperator
from srx_issu.domain.procedure.action import ActionName
from srx_issu.domain.routes.plan import RoutePhase


class RouteSensor(RouteOperator):
    """A worker is asked only where a command must be sent after all, where something stops or is overdue, and
    for looks that no trigger can take."""

    template_fields = ("upgrade_id",)
    start_from_trigger = True
    ui_color = "#dbe9f6"

    def __init__(self, *, phase: RoutePhase, **kwargs: Any) -> None:
        super().__init__(phase=phase, **kwargs)
        self.upgrade_id = "{{ run_id }}"
        self.start_trigger_args = StartTriggerArgs(
            trigger_cls="srx_issu.airflow.triggers.route_wait.RouteWaitTrigger",
            trigger_kwargs={"upgrade_id": self.upgrade_id, "phase": phase.value, "step": self.task_id},
            next_method="look_again",
            next_kwargs=None,
            timeout=None,  # each action has its own deadline, from the platform's timers
        )

    def trigger(self, run_id: str, name: ActionName, deadline_s: float) -> BaseTrigger:  # noqa: ARG002
        from srx_issu.airflow.triggers.route_wait import RouteWaitTrigger  # noqa: PLC0415 - brings asyncssh

        return RouteWaitTrigger(run_id, self.phase.value, self.task_id, is_resumed=True)
