"""What a deferred wait waits for: a state that both nodes show, judged anew at every look.

One closed enum; the sensors of the DAG name its members, the trigger asks ``progress`` at each poll.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import assert_never

from srx_issu.domain.cluster.home import configured_priority, home
from srx_issu.domain.cluster.icu_phase import infer_icu_phase, is_wrong_way_round
from srx_issu.domain.cluster.model import NodeName, NodeView, Snapshot
from srx_issu.domain.cluster.phase import Phase, PhaseReading, infer_phase, not_settled
from srx_issu.domain.failure.situation import ClusterSituation, Situation
from srx_issu.domain.upgrade.route import Route


class Goal(StrEnum):
    """Each is reached by a state, never by an event that could be missed."""

    SECONDARY_UPGRADED = "secondary_upgraded"  # the secondary runs the target, by its own word
    COLD_SYNCED = "cold_synced"  # ... and could take over every group
    SWITCHED_OVER = "switched_over"  # ... and is primary of every group
    PRIMARY_UPGRADED = "primary_upgraded"  # the old primary runs the target too
    RESYNCED = "resynced"  # both in sync, every group settled, window closed
    GROUPS_SETTLED = "groups_settled"  # primary/secondary everywhere, nobody in secondary-hold
    GROUPS_HOME = "groups_home"  # every group on its home node, hold-downs over
    FLAGS_CLEARED = "flags_cleared"  # no manual flag, configured priorities back


GOALS: Mapping[Route, tuple[Goal, ...]] = MappingProxyType(
    {
        Route.ISSU: (
            Goal.SECONDARY_UPGRADED,
            Goal.COLD_SYNCED,
            Goal.SWITCHED_OVER,
            Goal.PRIMARY_UPGRADED,
            Goal.RESYNCED,
        ),
        Route.ICU: (Goal.SECONDARY_UPGRADED, Goal.PRIMARY_UPGRADED, Goal.RESYNCED),
    }
)
"""Of an upgrade by one command of the node, in their order. Other routes wait by their plan."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """One look at a goal. ``text`` is what an operator wants to read while waiting, ``detail`` the rest."""

    done: bool
    text: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class Course:
    """What does not change while we wait: the baseline, who started the ISSU, the target release, and whether
    RG0 goes back."""

    before: Snapshot
    starter: NodeName
    target: str
    rg0_stays: bool = False  # where the ISSU has left it
    route: Route = Route.ISSU

    def reading(self, now: Snapshot) -> PhaseReading:
        """How far the upgrade has come."""
        return read_phase(self.route, self.before, now, self.starter, self.target)

    def wrong_way_round(self, now: Snapshot) -> ClusterSituation | None:
        """An ICU whose primary is upgraded and whose secondary is not: nobody waits for anything then."""
        if self.route is not Route.ICU or not is_wrong_way_round(now, self.starter, self.target):
            return None
        reason = f"{describe(now)}: the secondary was to be upgraded first"
        return ClusterSituation(situation=Situation.STRANGE, reason=reason)


def read_phase(route: Route, before: Snapshot, now: Snapshot, starter: NodeName, target: str) -> PhaseReading:
    """How far an upgrade on that route has come, by what both nodes show."""
    infer = infer_icu_phase if route is Route.ICU else infer_phase
    return infer(before, now, starter, target)


_PHASES = {
    Goal.SECONDARY_UPGRADED: Phase.SECONDARY_UPGRADED,
    Goal.COLD_SYNCED: Phase.COLD_SYNCED,
    Goal.SWITCHED_OVER: Phase.SWITCHED_OVER,
    Goal.PRIMARY_UPGRADED: Phase.PRIMARY_UPGRADED,
    Goal.RESYNCED: Phase.COMPLETE,
}


def progress(goal: Goal, course: Course, now: Snapshot) -> Progress:
    """Whether the goal is reached, and what still stands in its way."""
    if goal in _PHASES:
        return _phase_progress(_PHASES[goal], course, now)
    missing = _missing(goal, course, now)
    return Progress(done=missing is None, text=missing or goal.replace("_", " "), detail=describe(now))


def describe(now: Snapshot) -> str:
    """Both nodes in one line: release, and what each says of itself in every group."""
    return "; ".join(_describe_node(view) for view in now.views)


def _describe_node(view: NodeView) -> str:
    if not view.reachable:
        return f"{view.node}: does not answer"
    groups = ", ".join(f"RG{g.group_id} {view.own_state(g.group_id) or '?'}" for g in view.groups)
    return f"{view.node}: {view.release or 'release unknown'}, {groups or 'no groups'}"


def _phase_progress(wanted: Phase, course: Course, now: Snapshot) -> Progress:
    reading = course.reading(now)
    done = reading.phase is not None and reading.phase >= wanted
    return Progress(done=done, text=reading.reason, detail=describe(now))


def _missing(goal: Goal, course: Course, now: Snapshot) -> str | None:
    """What keeps one of the fail-back goals from being reached; None = reached."""
    unsettled = next((m for node in NodeName if (m := not_settled(now, node))), None)
    match goal:
        case Goal.GROUPS_SETTLED:
            return unsettled
        case Goal.GROUPS_HOME:
            return _away(course, now) or unsettled
        case Goal.FLAGS_CLEARED:
            return unsettled or _flags_left(course.before, now)
        case (
            Goal.SECONDARY_UPGRADED
            | Goal.COLD_SYNCED
            | Goal.SWITCHED_OVER
            | Goal.PRIMARY_UPGRADED
            | Goal.RESYNCED
        ):
            raise AssertionError(f"{goal} is read from the phase")
    assert_never(goal)


def _away(course: Course, now: Snapshot) -> str | None:
    groups = [g for g in away_from_home(course.before, now) if g or not course.rg0_stays]
    away = [f"{home(course.before, g)} is not yet primary of RG{g}" for g in groups]
    return ", ".join(away) or None


def away_from_home(before: Snapshot, now: Snapshot) -> tuple[int, ...]:
    """The groups whose home node is not their primary."""
    return tuple(g for g in now.group_ids if now.primary(g) is not home(before, g))


def _flags_left(before: Snapshot, now: Snapshot) -> str | None:
    for group_id in now.group_ids:
        group = now.group(group_id)
        for member in group.members if group else ():
            if member.manual:
                return f"RG{group_id}: the manual failover flag is still set on {member.node}"
            wanted = configured_priority(before, group_id, member.node)
            if wanted is not None and member.priority != wanted:
                return f"RG{group_id}: {member.node} has priority {member.priority}, configured {wanted}"
    return None
