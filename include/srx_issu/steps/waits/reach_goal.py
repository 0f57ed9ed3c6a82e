"""A short wait inside a task: for a goal that mostly shows at the first look."""

from __future__ import annotations

from collections.abc import Callable

from srx_issu.domain.cluster.model import Snapshot
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.failure.situation import danger
from srx_issu.domain.history.step_events import WaitBegan, WaitEnded
from srx_issu.domain.upgrade.goals import Goal, Progress, progress
from srx_issu.steps.baseline import course_of, timers_in_force
from srx_issu.steps.context import Facts, UpgradeContext
from srx_issu.steps.observe_patiently import look_patiently
from srx_issu.steps.waits.converge import POLLS_BETWEEN_LOOKS, SHORTEST_PAUSE_S, NotYet
from srx_issu.steps.waits.watch import LOOKS_AT_DANGER, deadline_s

ReachGoal = Callable[[UpgradeContext], Facts | NotYet]


def reach(goal: Goal) -> ReachGoal:
    """A step that is over when both nodes show ``goal``. Raises RequestRefused when its deadline passes, and
    at once for what no deadline is waited for: two primaries, or a disabled node."""

    def step(context: UpgradeContext) -> Facts | NotYet:
        seen, so_far = _look(context, goal), context.known()
        since = so_far.waiting_since.get(goal)
        waited_s = (context.journal.now() - since).total_seconds() if since else 0.0
        if seen.done:
            context.record(WaitEnded(awaited=goal, reached=True), f"{seen.text}, after {waited_s:.0f} s")
            return {"seen": seen.text}
        timers = timers_in_force(so_far, context.intent)
        if waited_s > (limit_s := deadline_s(goal, timers)):
            raise RequestRefused(f"not reached within {limit_s:.0f} s: {seen.text}")
        if since is None:
            text = f"waiting for {goal.replace('_', ' ')}: {seen.text}"
            context.record(WaitBegan(awaited=goal), text)
        return NotYet(reason=seen.text, pause_s=max(SHORTEST_PAUSE_S, POLLS_BETWEEN_LOOKS * timers.poll_s))

    return step


def _look(context: UpgradeContext, goal: Goal) -> Progress:
    now = _without_danger(context)
    return progress(goal, course_of(context.known(), context.evidence, context.intent), now)


def _without_danger(context: UpgradeContext) -> Snapshot:
    """A group that moves between the looks at the two nodes shows two primaries for a moment."""
    reason = ""
    for _ in range(LOOKS_AT_DANGER):
        now = look_patiently(context)
        found = danger(now)
        if found is None:
            return now
        reason = found.reason
        context.clock.sleep(context.intent.policy.timers.poll_s)
    raise RequestRefused(reason)
