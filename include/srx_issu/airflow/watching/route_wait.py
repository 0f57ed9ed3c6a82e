"""Which action of a route's phase is waited for next, as the journal has it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from srx_issu.airflow.composition.stores import Stores
from srx_issu.airflow.watching.opening import prepare_patiently
from srx_issu.airflow.watching.watcher import watcher_of_loop
from srx_issu.domain.history.upgrade_state import known
from srx_issu.domain.procedure.action import ActionName
from srx_issu.domain.routes.plan import RoutePhase
from srx_issu.steps.baseline import intent_of, timers_in_force
from srx_issu.steps.routes.stored_plan import route_plan


@dataclass(frozen=True, kw_only=True)
class NextWait:
    """``needs_a_worker``: no look of a trigger can end it, or it is for a worker to say why it is not due."""

    action: ActionName
    deadline_s: float
    needs_a_worker: bool


async def next_wait(upgrade_id: str, phase: RoutePhase, log: Any) -> NextWait | None:
    """The phase's first action that is not over; None = all are. Waits for a journal that is away; raises
    RequestRefused where there is no plan."""
    return await prepare_patiently(partial(_next, watcher_of_loop().stores, upgrade_id, phase), log)


def _next(stores: Stores, upgrade_id: str, phase: RoutePhase) -> NextWait | None:
    so_far = known(stores.journal.entries(upgrade_id))
    plan = route_plan(so_far, stores.evidence)
    left = [action for action in plan.actions_of(phase) if action.name not in so_far.route_passed]
    if not left:
        return None
    timers = timers_in_force(so_far, intent_of(stores.journal, upgrade_id))
    sent = so_far.route_commands
    return NextWait(
        action=left[0].name,
        deadline_s=float(getattr(timers, left[0].deadline)),
        needs_a_worker=left[0].needs_a_worker or not sent or plan.is_past(left[0].name, sent),
    )
