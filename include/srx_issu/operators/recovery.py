"""A step of a recovery as a task: it sends what is due and defers while it must wait."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow.sdk import BaseOperator, Context

from srx_issu.domain.recovery.plan import ActionName
from srx_issu.operators.step import run_step
from srx_issu.steps.bench import Bench, Facts
from srx_issu.steps.converge import waiting_since
from srx_issu.steps.recover_cluster import Waiting, carry_out, overdue


class RecoveryOperator(BaseOperator):
    """``action`` names the step. Where the plan has none of that name, a person has cleared the task: it
    passes at once."""

    ui_color = "#f6efd9"

    def __init__(self, *, action: ActionName, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.action = action

    def execute(self, context: Context) -> Facts:
        return self._go_on(context, is_overdue=False)

    def look_again(self, context: Context, event: Mapping[str, Any]) -> Facts:
        """Something changed on the nodes, or the deadline has passed."""
        return self._go_on(context, is_overdue=bool(event.get("overdue")))

    def _go_on(self, context: Context, *, is_overdue: bool) -> Facts:
        def step(bench: Bench) -> Facts | Waiting:
            result = carry_out(bench, self.action)
            if is_overdue and isinstance(result, Waiting) and _is_still_overdue(bench, result):
                overdue(bench, self.action, result)
            return result

        result = run_step(self, context, step)
        if isinstance(result, Waiting):
            from srx_issu.triggers.recovery import RecoveryTrigger  # noqa: PLC0415 - brings asyncssh

            self.log.info("waiting: %s", result.reason)
            trigger = RecoveryTrigger(context["run_id"], self.action.value, self.task_id, result.deadline_s)
            self.defer(trigger=trigger, method_name="look_again")
        return result


def _is_still_overdue(bench: Bench, waiting: Waiting) -> bool:
    """Not when an outage has moved the deadline since the trigger gave its verdict."""
    since = waiting_since(bench)
    return since is None or (bench.journal.now() - since).total_seconds() > waiting.deadline_s
