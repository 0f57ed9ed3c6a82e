"""A wait whose end only a worker can see: some questions are asked by no trigger."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from srx_issu.domain.history.step_events import WaitBegan
from srx_issu.domain.procedure.action import ActionName
from srx_issu.steps.context import UpgradeContext
from srx_issu.steps.waits.converge import SHORTEST_PAUSE_S, ActionWait, NotYet


def look_later(
    context: UpgradeContext,
    name: ActionName,
    waiting: ActionWait,
    overdue: Callable[[UpgradeContext, ActionName, ActionWait], NoReturn],
) -> NotYet:
    """The task is tried again after a pause; the time runs from the first such wait."""
    since = context.known().waiting_since.get(name)
    if since is None:
        context.record(WaitBegan(awaited=name), waiting.reason)
    elif (context.journal.now() - since).total_seconds() > waiting.deadline_s:
        overdue(context, name, waiting)
    pause_s = max(SHORTEST_PAUSE_S, context.intent.policy.timers.poll_s)
    return NotYet(reason=waiting.reason, pause_s=pause_s)
