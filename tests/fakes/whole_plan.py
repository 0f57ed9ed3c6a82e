"""A whole plan carried out at one go: what its steps' tasks do one after the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from srx_issu.domain.cluster.model import Snapshot
from srx_issu.domain.failure.classes import Permission
from srx_issu.domain.procedure.action import TakenCommand
from srx_issu.domain.procedure.progress import Passed, Send, Stop, Wait, next_in
from srx_issu.domain.recovery.plan import PlanKind, RecoveryPlan


@dataclass(frozen=True, kw_only=True)
class Finished:
    """Every step is over: the cluster is where the plan wanted it, by the word of both nodes."""

    reason: str


def next_action(
    plan: RecoveryPlan, now: Snapshot, done: Iterable[TakenCommand]
) -> Send | Wait | Finished | Stop:
    """What is due now. ``done`` is every command of this plan that was (or may have been) sent."""
    taken = tuple(done)
    if plan.permission is Permission.NEVER and plan.actions:
        return Stop(reason=f"policy leaves {plan.failure.replace('_', ' ')} to a person: {plan.reason}")
    if not plan.actions:
        return _without_actions(plan)
    for action in plan.actions[_resume_at(plan, taken) :]:
        step = next_in(action, now, taken)
        if not isinstance(step, Passed):
            return step
    return Finished(reason=f"{plan.kind.replace('_', ' ')} is complete; both nodes run {plan.release}")


def timed_out(wait: Wait) -> Stop:
    """The step's deadline has passed."""
    return Stop(
        reason=f"{wait.action.name}: not done before its deadline ({wait.action.deadline}): {wait.reason}"
    )


def _without_actions(plan: RecoveryPlan) -> Finished | Stop:
    if plan.kind is PlanKind.NOTHING:
        return Finished(reason=plan.reason)
    return Stop(reason=plan.reason)


def _resume_at(plan: RecoveryPlan, taken: tuple[TakenCommand, ...]) -> int:
    """Steps before the last one that sent something are over, whatever the nodes show of them by now."""
    sent = {t.key for t in taken}
    begun = [n for n, action in enumerate(plan.actions) if sent & {e.key for e in action.commands}]
    return begun[-1] if begun else 0
