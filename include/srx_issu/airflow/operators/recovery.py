"""The steps of a plan as a task: it sends what is due and defers while it must wait."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from airflow.sdk import BaseOperator, Context
from airflow.triggers.base import BaseTrigger

from srx_issu.airflow.operators.hand_work import await_answer
from srx_issu.airflow.operators.question import response_of
from srx_issu.airflow.operators.step import pause_at, run_parts, run_step
from srx_issu.domain.procedure.action import ActionName
from srx_issu.domain.routes.plan import RoutePhase
from srx_issu.steps.context import Facts, UpgradeContext
from srx_issu.steps.recovery import branch as recovery
from srx_issu.steps.recovery import recover_cluster
from srx_issu.steps.recovery.branch import RecoveryBranch
from srx_issu.steps.routes import carry_out as route
from srx_issu.steps.waits.by_hand import HandsAwaited, hear_hands
from srx_issu.steps.waits.converge import ActionWait, NotYet
from srx_issu.steps.waits.in_order import InOrder, Part


class PlanOperator(BaseOperator):
    """Takes the steps of a plan one after the other; those that are over are not taken again."""

    ui_color = "#f6efd9"

    def execute(self, context: Context) -> Facts:
        return self._go_on(context, overdue_at=None)

    def look_again(
        self,
        context: Context,
        event: Mapping[str, Any] | None,
        action: str | None = None,
        is_asked: bool = False,
    ) -> Facts:
        """Something changed, a pause is over, the deadline of the step ``action`` has passed, or somebody has
        answered. ``is_asked``: this try has put its question. An event may name the action itself."""
        told = event or {}
        name = ActionName(told.get("action", action))
        if told.get("chosen_options"):
            said = response_of(told)
            run_step(self, context, lambda c: hear_hands(c.at(self.step_name(name)), name, said))
        return self._go_on(context, overdue_at=name if told.get("overdue") else None, is_asked=is_asked)

    def actions_left(self, upgrade_context: UpgradeContext) -> tuple[ActionName, ...]:
        raise NotImplementedError

    def carry_out(self, upgrade_context: UpgradeContext, name: ActionName) -> Facts | ActionWait | NotYet:
        raise NotImplementedError

    def overdue(self, upgrade_context: UpgradeContext, name: ActionName, waiting: ActionWait) -> NoReturn:
        raise NotImplementedError

    def trigger(self, run_id: str, name: ActionName, deadline_s: float) -> BaseTrigger:
        raise NotImplementedError

    def _go_on(self, context: Context, *, overdue_at: ActionName | None, is_asked: bool = False) -> Facts:
        left = run_step(self, context, self.actions_left)
        if not left:
            self.log.info("nothing is left to do here")
            return {"nothing": "the plan takes another branch, or all of its steps are over"}
        parts = [self._part(name, is_overdue=name is overdue_at) for name in left]
        order = InOrder(parts=parts)
        result = run_parts(self, context, order)
        name = left[order.place]
        if isinstance(result, HandsAwaited):
            await_answer(self, context, result, name.value, is_asked=is_asked)
        if isinstance(result, NotYet):
            pause_at(self, result, {"action": name.value})
        if isinstance(result, ActionWait):
            self.log.info("%s waits: %s", name, result.reason)
            trigger = self.trigger(context["run_id"], name, result.deadline_s)
            self.defer(trigger=trigger, method_name="look_again", kwargs={"action": name.value})
        return dict(order.results)

    def _part(self, name: ActionName, *, is_overdue: bool) -> Part:
        def step(upgrade_context: UpgradeContext) -> Facts | ActionWait | NotYet:
            result = self.carry_out(upgrade_context, name)
            if (
                is_overdue
                and isinstance(result, ActionWait)
                and _is_still_overdue(upgrade_context, name, result)
            ):
                self.overdue(upgrade_context, name, result)
            return result

        return Part(name=self.step_name(name), step=step, awaits=name)

    def step_name(self, name: ActionName) -> str:
        """Of a plan's step in the journal: it begins with the task's group."""
        return f"{self.task_id.rpartition('.')[0]}.{name}"


class RecoveryOperator(PlanOperator):
    """One branch of a recovery. Where the plan takes another branch, a person has cleared the task: it passes
    at once."""

    def __init__(self, *, branch: RecoveryBranch, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.branch = branch

    def actions_left(self, upgrade_context: UpgradeContext) -> tuple[ActionName, ...]:
        return recovery.actions_left(upgrade_context, self.branch)

    def carry_out(self, upgrade_context: UpgradeContext, name: ActionName) -> Facts | ActionWait | NotYet:
        return recover_cluster.carry_out(upgrade_context, name)

    def overdue(self, upgrade_context: UpgradeContext, name: ActionName, waiting: ActionWait) -> NoReturn:
        recover_cluster.overdue(upgrade_context, name, waiting)

    def trigger(self, run_id: str, name: ActionName, deadline_s: float) -> BaseTrigger:
        from srx_issu.airflow.triggers.recovery import RecoveryTrigger  # noqa: PLC0415 - brings asyncssh

        return RecoveryTrigger(run_id, name.value, self.step_name(name), deadline_s)


class RouteOperator(PlanOperator):
    """One phase of a route that goes by a plan."""

    ui_color = "#e8f4ea"

    def __init__(self, *, phase: RoutePhase, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.phase = phase

    def actions_left(self, upgrade_context: UpgradeContext) -> tuple[ActionName, ...]:
        return route.actions_left(upgrade_context, self.phase)

    def carry_out(self, upgrade_context: UpgradeContext, name: ActionName) -> Facts | ActionWait | NotYet:
        return route.carry_out(upgrade_context, name)

    def overdue(self, upgrade_context: UpgradeContext, name: ActionName, waiting: ActionWait) -> NoReturn:
        route.overdue(upgrade_context, name, waiting)

    def trigger(self, run_id: str, name: ActionName, deadline_s: float) -> BaseTrigger:
        from srx_issu.airflow.triggers.recovery import RouteTrigger  # noqa: PLC0415 - brings asyncssh

        return RouteTrigger(run_id, name.value, self.step_name(name), deadline_s)


def _is_still_overdue(upgrade_context: UpgradeContext, name: ActionName, waiting: ActionWait) -> bool:
    """Not when an outage has moved the deadline since the trigger gave its verdict."""
    since = upgrade_context.known().waiting_since.get(name)
    return since is None or (upgrade_context.journal.now() - since).total_seconds() > waiting.deadline_s
