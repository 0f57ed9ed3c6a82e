"""An ISSU that is under way while no wait watches it any more: watched on behalf of the waits.

A wait can break off without a verdict: its trigger or its task was lost. What it waited for is then held to
the same deadline, counted from the first look here.
"""

from __future__ import annotations

from srx_issu.domain.cluster.model import Snapshot
from srx_issu.domain.history.step_events import OwnWait, WaitBegan
from srx_issu.domain.upgrade.goals import GOALS, Course, Goal, progress
from srx_issu.steps.baseline import course_of, timers_in_force
from srx_issu.steps.context import UpgradeContext
from srx_issu.steps.waits.converge import POLLS_BETWEEN_LOOKS, SHORTEST_PAUSE_S, NotYet
from srx_issu.steps.waits.watch import deadline_s


def go_on_watching(context: UpgradeContext, now: Snapshot) -> NotYet | None:
    """None when the goal that is due has been waited for long enough."""
    so_far = context.known()
    since, before = so_far.waiting_since.get(OwnWait.UNATTENDED_ISSU), so_far.unattended
    goal = _due(course_of(so_far, context.evidence, context.intent), now, before)
    limit_s = deadline_s(goal, timers_in_force(so_far, context.intent))
    if since is None or before is not goal:
        text = f"no wait watches it any more: waiting here for {goal.replace('_', ' ')}"
        context.record(WaitBegan(awaited=OwnWait.UNATTENDED_ISSU, goal=goal), text)
        waited_s = 0.0
    else:
        waited_s = (context.journal.now() - since).total_seconds()
    if waited_s >= limit_s:
        return None
    pause_s = max(SHORTEST_PAUSE_S, POLLS_BETWEEN_LOOKS * context.intent.policy.timers.poll_s)
    reason = f"the ISSU is under way: {goal.replace('_', ' ')}, {waited_s:.0f} s of {limit_s:.0f} s"
    return NotYet(reason=reason, pause_s=min(pause_s, max(SHORTEST_PAUSE_S, limit_s - waited_s)))


def _due(course: Course, now: Snapshot, before: Goal | None) -> Goal:
    """The first goal that is not reached. Never an earlier one than before: a silent node reaches none."""
    goals = GOALS[course.route]
    missed = (at for at, goal in enumerate(goals) if not progress(goal, course, now).done)
    reached = next(missed, len(goals) - 1)
    return goals[max(reached, goals.index(before) if before else 0)]
