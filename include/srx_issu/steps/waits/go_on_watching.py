"""An ISSU that is under way while no wait watches it any more: watched on behalf of the waits.

A wait can break off without a verdict: its trigger or its task was lost. What it waited for is then held to
the same deadline, counted from the first look here.
"""

from __future__ import annotations

from dataclasses import replace

from srx_issu.domain.cluster.model import Snapshot
from srx_issu.domain.upgrade.goals import Course, Goal, progress
from srx_issu.ports.journal import Entry, EntryKind
from srx_issu.steps.bench import Bench
from srx_issu.steps.recall import course
from srx_issu.steps.waits.converge import POLLS_BETWEEN_LOOKS, SHORTEST_PAUSE_S, NotYet
from srx_issu.steps.waits.watch import deadline_s

GOALS = (
    Goal.SECONDARY_UPGRADED,
    Goal.COLD_SYNCED,
    Goal.SWITCHED_OVER,
    Goal.PRIMARY_UPGRADED,
    Goal.RESYNCED,
)  # of an upgrade, in their order


def go_on_watching(bench: Bench, now: Snapshot) -> NotYet | None:
    """None when the goal that is due has been waited for long enough."""
    events = bench.journal.entries(bench.upgrade_id)
    begun = _begun(events, bench.step)
    goal = _due(course(events, bench.evidence, bench.intent), now, begun)
    limit_s = deadline_s(goal, bench.intent.policy.timers)
    if begun is None or _goal(begun) is not goal:
        text = f"no wait watches it any more: waiting here for {goal.replace('_', ' ')}"
        bench.tell(EntryKind.STEP_STARTED, text, detail={"goal": goal.value})
        waited_s = 0.0
    else:
        waited_s = (bench.journal.now() - begun.at).total_seconds()
    if waited_s >= limit_s:
        return None
    pause_s = max(SHORTEST_PAUSE_S, POLLS_BETWEEN_LOOKS * bench.intent.policy.timers.poll_s)
    reason = f"the ISSU is under way: {goal.replace('_', ' ')}, {waited_s:.0f} s of {limit_s:.0f} s"
    return NotYet(reason=reason, pause_s=min(pause_s, max(SHORTEST_PAUSE_S, limit_s - waited_s)))


def _begun(events: tuple[Entry, ...], step: str) -> Entry | None:
    """Where this step has begun to wait for its present goal, or to count anew after an outage; None when it
    has decided since, or does not wait."""
    mine = [e for e in events if e.step == step]
    if not mine or mine[-1].kind is not EntryKind.STEP_STARTED:
        return None
    named = [e for e in mine if _goal(e) is not None]
    return replace(named[-1], at=mine[-1].recorded_at or mine[-1].at) if named else None


def _due(way: Course, now: Snapshot, begun: Entry | None) -> Goal:
    """The first goal that is not reached. Never an earlier one than before: a silent node reaches none."""
    reached = next((at for at, goal in enumerate(GOALS) if not progress(goal, way, now).done), len(GOALS) - 1)
    before = _goal(begun) if begun else None
    return GOALS[max(reached, GOALS.index(before) if before else 0)]


def _goal(event: Entry) -> Goal | None:
    told = event.detail.get("goal")
    return Goal(told) if event.kind is EntryKind.STEP_STARTED and isinstance(told, str) else None
