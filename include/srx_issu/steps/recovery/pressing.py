"""Two reboots of a way back: while one node reboots, its peer must be down before it is back."""

from __future__ import annotations

from srx_issu.domain.failure.route_table import CABLES
from srx_issu.domain.history.route_events import CalledFor
from srx_issu.domain.procedure.action import ActionName, PlannedAction, TakenCommand
from srx_issu.domain.recovery.plan import RecoveryPlan
from srx_issu.steps.baseline import timers_in_force
from srx_issu.steps.call_person import call_person
from srx_issu.steps.context import UpgradeContext


def presses(plan: RecoveryPlan, name: ActionName, sent: tuple[TakenCommand, ...]) -> bool:
    """Whether something of these seconds was, or may have been, sent."""
    action = plan.action(name)
    has_begun = bool(plan.urgent_keys.intersection(one.key for one in sent))
    return action is not None and action.is_urgent and has_begun


def passed_deadline_s(context: UpgradeContext, plan: RecoveryPlan, action: PlannedAction) -> float | None:
    """The action's deadline, counted from the first reboot, where it has passed."""
    so_far = context.known()
    first = next(one.at for one in so_far.recovery_commands if one.key in plan.urgent_keys)
    deadline_s = float(getattr(timers_in_force(so_far, context.intent), action.deadline))
    is_over = (context.journal.now() - first).total_seconds() > deadline_s
    return deadline_s if is_over else None


def call_to_the_cables(context: UpgradeContext, reason: str) -> None:
    text = f"One node reboots on the way back, and its peer is not known to be down: {reason}. {CABLES}"
    call_person(context, CalledFor.SECOND_REBOOT_BACK, text)
