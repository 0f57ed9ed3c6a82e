"""One branch of a recovery as a task: it sends what is due and defers while it must wait."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from airflow.sdk import BaseOperator, Context

from srx_issu.airflow.operators.step import run_parts, run_step
from srx_issu.domain.procedure.action import ActionName
from srx_issu.steps.context import Facts, UpgradeContext
from srx_issu.steps.recovery.branch import RecoveryBranch, actions_left
from srx_issu.steps.recovery.recover_cluster import carry_out, overdue
from srx_issu.steps.waits.converge import ActionWait
from srx_issu.steps.waits.in_order import InOrder, Part


class RecoveryOperator(BaseOperator):
    """Takes the steps of the plan one after the other. Where the plan takes another branch, a person has
    cleared the task: it passes at once."""

    ui_color = "#f6efd9"

    def __init__(self, *, branch: RecoveryBranch, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.branch = branch

    def execute(self, context: Context) -> Facts:
        return self._go_on(context, overdue_at=None)

    def look_again(self, context: Context, event: Mapping[str, Any], action: str) -> Facts:
        """Something changed on the nodes, or the deadline of the step ``action`` has passed."""
        return self._go_on(context, overdue_at=ActionName(action) if event.get("overdue") else None)

    def _go_on(self, context: Context, *, overdue_at: ActionName | None) -> Facts:
        left = run_step(self, context, partial(actions_left, branch=self.branch))
        if not left:
            self.log.info("nothing is left to do here")
            return {"nothing": "the plan takes another branch, or all of its steps are over"}
        parts = [self._part(name, is_overdue=name is overdue_at) for name in left]
        order = InOrder(parts=parts)
        result = run_parts(self, context, order)
        if isinstance(result, ActionWait):
            self._wait(context, left[order.place], result)
        return dict(order.results)

    def _part(self, name: ActionName, *, is_overdue: bool) -> Part:
        def step(upgrade_context: UpgradeContext) -> Facts | ActionWait:
            result = carry_out(upgrade_context, name)
            if (
                is_overdue
                and isinstance(result, ActionWait)
                and _is_still_overdue(upgrade_context, name, result)
            ):
                overdue(upgrade_context, name, result)
            return result

        return Part(name=self._step_name(name), step=step, awaits=name)

    def _step_name(self, name: ActionName) -> str:
        """Of a plan's step in the journal: it begins with the task's group."""
        return f"{self.task_id.rpartition('.')[0]}.{name}"

    def _wait(self, context: Context, name: ActionName, waiting: ActionWait) -> None:
        from srx_issu.airflow.triggers.recovery import RecoveryTrigger  # noqa: PLC0415 - brings asyncssh

        self.log.info("%s waits: %s", name, waiting.reason)
        step = self._step_name(name)
        trigger = RecoveryTrigger(context["run_id"], name.value, step, waiting.deadline_s)
        self.defer(trigger=trigger, method_name="look_again", kwargs={"action": name.value})


def _is_still_overdue(upgrade_context: UpgradeContext, name: ActionName, waiting: ActionWait) -> bool:
    """Not when an outage has moved the deadline since the trigger gave its verdict."""
    since = upgrade_context.known().waiting_since.get(name)
    return since is None or (upgrade_context.journal.now() - since).total_seconds() > waiting.deadline_s
