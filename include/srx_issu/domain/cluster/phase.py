"""Where an in-service upgrade stands, told from what both nodes show before and now.

The ten steps of the guide, seen from outside. ``starter`` is the node that was RG0 primary and runs the
ISSU; ``secondary`` is its peer, upgraded first. Pure: a reading is a function of two snapshots and the
target release, so a controller that forgot everything arrives at the same answer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum

from srx_issu.domain.cluster.model import GroupState, NodeName, NodeView, Snapshot
from srx_issu.domain.junos.version import same_release

# A node's boot time is computed from its clock and drifts by seconds between two readings.
BOOT_TIME_NOISE = timedelta(seconds=30)
ISSU_PRIORITY = 255  # guide, step 1: priority of every RG1+ primary while an ISSU runs


class Phase(IntEnum):
    """In the order in which a healthy upgrade passes them; comparisons mean "at least as far as"."""

    NOT_STARTED = 0  # both nodes on their old release, nothing shows an ISSU
    SECONDARY_UPGRADING = 1  # steps 1-4: validated, image copied, secondary installs and reboots
    SECONDARY_UPGRADED = 2  # the secondary says itself that it runs the target; not yet in sync
    COLD_SYNCED = 3  # steps 5-8: the secondary could take over
    SWITCHED_OVER = 4  # step 9: the upgraded node is primary of every group; the old one still answers
    PRIMARY_UPGRADING = 5  # step 10: the old primary installs and reboots
    PRIMARY_UPGRADED = 6  # both nodes run the target
    COMPLETE = 7  # both in sync and every group settled


@dataclass(frozen=True, kw_only=True)
class PhaseReading:
    """A phase and what it was read from; ``phase`` None = the two nodes do not tell."""

    phase: Phase | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class _PhaseFacts:
    """The facts a reading hangs on."""

    now: Snapshot
    starter: NodeView
    secondary: NodeView
    target: str
    starter_rebooted: bool
    signs: tuple[str, ...]  # of an ISSU under way

    def on_target(self, view: NodeView) -> bool:
        return view.reachable and view.release is not None and same_release(view.release, self.target)


def infer_phase(before: Snapshot, now: Snapshot, starter: NodeName, target: str) -> PhaseReading:
    """Reads the phase. ``before`` is the baseline taken ahead of the start; ``target`` a release name."""
    seen = _PhaseFacts(
        now=now,
        starter=now.view(starter),
        secondary=now.view(starter.peer),
        target=target,
        starter_rebooted=has_rebooted(before.view(starter), now.view(starter)),
        signs=issu_signs(now),
    )
    if seen.on_target(seen.secondary) and seen.on_target(seen.starter):
        return finished(now, target)
    if seen.on_target(seen.secondary):
        return _second_half(seen) if _has_switched_over(seen) else _first_half_done(seen)
    if not seen.secondary.reachable and seen.on_target(seen.starter):
        return PhaseReading(phase=None, reason=f"{starter} runs {target}, {starter.peer} does not answer")
    return _first_half(seen)


def _first_half(seen: _PhaseFacts) -> PhaseReading:
    """The secondary is not (known to be) on the target."""
    name = seen.secondary.node
    if not seen.starter.reachable:
        both = (
            "neither node answers" if not seen.secondary.reachable else f"{seen.starter.node} does not answer"
        )
        return PhaseReading(phase=None, reason=f"{both}, {name} is not known to run {seen.target}")
    if not seen.secondary.reachable:
        return PhaseReading(
            phase=Phase.SECONDARY_UPGRADING, reason=f"{name} does not answer, presumably rebooting"
        )
    if seen.secondary.release is None:
        return PhaseReading(phase=None, reason=f"{name} answers but does not say which release it runs")
    if seen.signs:
        return PhaseReading(phase=Phase.SECONDARY_UPGRADING, reason="; ".join(seen.signs))
    return PhaseReading(
        phase=Phase.NOT_STARTED, reason=f"{name} runs {seen.secondary.release}, no sign of an ISSU"
    )


def _first_half_done(seen: _PhaseFacts) -> PhaseReading:
    """The secondary runs the target; the starter is still primary, or nobody knows who is."""
    name = seen.secondary.node
    if not seen.starter.reachable:
        return PhaseReading(
            phase=None, reason=f"{name} runs {seen.target}; {seen.starter.node} does not answer"
        )
    missing = not_ready_to_take_over(seen.now, name)
    if missing:
        return PhaseReading(phase=Phase.SECONDARY_UPGRADED, reason=f"{name} runs {seen.target}; {missing}")
    return PhaseReading(phase=Phase.COLD_SYNCED, reason=f"{name} runs {seen.target} and is in sync")


def _second_half(seen: _PhaseFacts) -> PhaseReading:
    """The upgraded node is primary of every group."""
    old = seen.starter.node
    if not seen.starter.reachable:
        return PhaseReading(
            phase=Phase.PRIMARY_UPGRADING, reason=f"{old} does not answer, presumably rebooting"
        )
    if seen.starter_rebooted:
        reason = f"{old} has rebooted and still runs {seen.starter.release}"
        return PhaseReading(phase=Phase.PRIMARY_UPGRADING, reason=reason)
    return PhaseReading(phase=Phase.SWITCHED_OVER, reason=f"{seen.secondary.node} is primary of every group")


def finished(now: Snapshot, target: str) -> PhaseReading:
    """Both nodes run the target: whether they are in sync and settled, too."""
    missing = [m for node in NodeName if (m := not_settled(now, node))]
    missing += [f"RG{g} has not exactly one primary" for g in now.group_ids if not now.primary(g)]
    if any(view.issu and view.issu.in_progress for view in now.views):
        missing.append("the ISSU window is still open")
    if missing:
        return PhaseReading(
            phase=Phase.PRIMARY_UPGRADED, reason=f"both nodes run {target}; {'; '.join(missing)}"
        )
    return PhaseReading(phase=Phase.COMPLETE, reason=f"both nodes run {target} and are in sync")


def _has_switched_over(seen: _PhaseFacts) -> bool:
    groups = seen.now.group_ids
    return bool(groups) and all(seen.now.primary(g) is seen.secondary.node for g in groups)


def has_rebooted(before: NodeView, now: NodeView) -> bool:
    """True only when both boot times are known and differ by more than their noise."""
    if before.booted_at is None or now.booted_at is None:
        return False
    return now.booted_at - before.booted_at > BOOT_TIME_NOISE


def issu_signs(now: Snapshot, own_groups: Collection[int] = ()) -> tuple[str, ...]:
    """What on the nodes speaks for an ISSU under way (or left behind): one sentence each. The flags of
    ``own_groups`` are known to come from a failover by hand."""
    signs = [f"{v.node} reports an ISSU in progress" for v in now.views if v.issu and v.issu.in_progress]
    flagged = [
        f"RG{group.group_id} has priority {ISSU_PRIORITY} and the manual flag on {member.node}"
        for group in map(now.group, now.group_ids)
        if group is not None and group.group_id > 0 and group.group_id not in own_groups
        for member in group.members
        if member.priority == ISSU_PRIORITY and member.manual
    ]
    return (*signs, *flagged)


def not_ready_to_take_over(now: Snapshot, node: NodeName) -> str | None:
    """Why ``node`` could not take over every group now; None = it could."""
    return not_settled(now, node) or _first(_priority_fault(now, node, g) for g in now.group_ids)


def not_settled(now: Snapshot, node: NodeName) -> str | None:
    """Why ``node`` is not yet back in the cluster: state, monitor failures, cold sync; None = it is."""
    view = now.view(node)
    if not view.reachable:
        return f"{node} does not answer"
    if not now.group_ids:
        return f"{node} shows no redundancy groups"
    states = (_state_fault(view, group_id) for group_id in now.group_ids)
    failures = (_failure_fault(now, node, group_id) for group_id in now.group_ids)
    return _first(states) or _first(failures) or _cold_sync_fault(view)


def _state_fault(view: NodeView, group_id: int) -> str | None:
    state = view.own_state(group_id)
    if state in (GroupState.PRIMARY, GroupState.SECONDARY):
        return None
    return f"{view.node} is {state or 'missing'} in RG{group_id}"


def _failure_fault(now: Snapshot, node: NodeName, group_id: int) -> str | None:
    group = now.group(group_id)
    member = group.member(node) if group else None
    if member is None or not member.monitor_failures:
        return None
    return f"{node} has monitor failures {' '.join(sorted(member.monitor_failures))} in RG{group_id}"


def _cold_sync_fault(view: NodeView) -> str | None:
    if view.cold_sync is None or view.cold_sync.is_complete is not False:
        return None  # older releases have no such report: the CS monitor failure and priority 0 tell
    progress = f" ({'; '.join(view.cold_sync.progress)})" if view.cold_sync.progress else ""
    return f"{view.node} is not cold-synced{progress}"


def _priority_fault(now: Snapshot, node: NodeName, group_id: int) -> str | None:
    group = now.group(group_id)
    member = group.member(node) if group else None
    if member is None:
        return f"{node} is missing from RG{group_id}"
    return f"{node} has priority 0 in RG{group_id}" if member.priority == 0 else None


def _first(sentences: Iterable[str | None]) -> str | None:
    return next((sentence for sentence in sentences if sentence), None)
