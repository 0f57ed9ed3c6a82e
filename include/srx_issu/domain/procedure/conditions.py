"""What an action of a plan needs, and what shows that it is done: claims about one snapshot, as data.

Data and not functions, so that a plan can be shown to a person, kept in the journal, and judged again by
a task that was killed. A claim is True, False, or None: the nodes do not tell, and nobody may guess.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from srx_issu.domain.cluster.model import GroupState, NodeName, Snapshot
from srx_issu.domain.cluster.phase import BOOT_TIME_NOISE, ISSU_PRIORITY, not_ready_to_take_over
from srx_issu.domain.failure.situation import runs
from srx_issu.domain.procedure.apart_claims import JUDGES_APART
from srx_issu.domain.procedure.claim import (
    OF_NEXT_BOOT,
    SEEN_BY_WORKERS,
    BootTimes,
    Judged,
    StateClaim,
    StateCondition,
    group_of,
    node_of,
)
from srx_issu.domain.procedure.next_boot_claims import JUDGES_OF_NEXT_BOOT

__all__ = [
    "OF_NEXT_BOOT",
    "SEEN_BY_WORKERS",
    "BootTimes",
    "Judged",
    "StateClaim",
    "StateCondition",
    "is_lost_to_peer",
    "judge",
]


MANAGEMENT_UP_IN = timedelta(minutes=3)  # from a node's boot; nobody has published a figure


def judge(condition: StateCondition, now: Snapshot, booted: BootTimes) -> Judged:
    """Judges one condition. Raises ValueError for a condition that lacks a field its claim needs."""
    if (by_boots := _JUDGES_BY_BOOT.get(condition.claim)) is not None:
        return by_boots(condition, now, booted)
    return _JUDGES[condition.claim](condition, now)


def _answers(condition: StateCondition, now: Snapshot) -> Judged:
    node = node_of(condition)
    view = now.view(node)
    if view.reachable:
        return Judged(holds=True, text=f"{node} answers")
    return Judged(holds=None, text=f"{node} does not answer: {view.error or 'no reason given'}")


def _runs(condition: StateCondition, now: Snapshot) -> Judged:
    node = node_of(condition)
    if condition.release is None:
        raise ValueError(f"{condition.claim} of {node} names no release")
    view = now.view(node)
    found = view.release if view.reachable else None
    running = f"runs {found}" if found else "release unknown"
    text = f"{node} {running}, expected {condition.release}"
    return Judged(holds=runs(view, condition.release), text=text)


def _primary_of_all(condition: StateCondition, now: Snapshot) -> Judged:
    node = node_of(condition)
    if not now.group_ids:
        return Judged(holds=None, text="no redundancy group is shown")
    found = [_primary_of_group(now, node, group_id) for group_id in now.group_ids]
    return _worst(found) or Judged(holds=True, text=f"{node} is primary of every group")


def _primary_of(condition: StateCondition, now: Snapshot) -> Judged:
    return _primary_of_group(now, node_of(condition), group_of(condition))


def _primary_of_group(now: Snapshot, node: NodeName, group_id: int) -> Judged:
    """Unknown while the group has no visible primary: it may be moving, or its node be silent."""
    claims = now.claims(group_id)
    if claims == {node}:
        return Judged(holds=True, text=f"{node} is primary of RG{group_id}")
    if not claims:
        return Judged(holds=None, text=f"nobody is seen to be primary of RG{group_id}")
    names = " and ".join(sorted(claims))
    return Judged(holds=False, text=f"{names} is primary of RG{group_id}, expected {node}")


def _rebooted(condition: StateCondition, now: Snapshot, booted: BootTimes) -> Judged:
    node = node_of(condition)
    old = condition.booted_at or booted.get(condition.since or "")
    seen = now.view(node).booted_at
    if not now.view(node).reachable or old is None or seen is None:
        return Judged(holds=None, text=f"{node} is not known to have rebooted")
    if seen - old > BOOT_TIME_NOISE:
        return Judged(holds=True, text=f"{node} has rebooted at {seen}")
    return Judged(holds=False, text=f"{node} has not rebooted since {old}")


def _can_take_over(condition: StateCondition, now: Snapshot) -> Judged:
    node = node_of(condition)
    unseen = not now.view(node).reachable
    fault = not_ready_to_take_over(now, node)
    if fault is None:
        return Judged(holds=True, text=f"{node} could take over")
    return Judged(holds=None if unseen else False, text=fault)


def _no_hold_down(condition: StateCondition, now: Snapshot) -> Judged:
    group_id = group_of(condition)
    states = {view.node: view.own_state(group_id) for view in now.views}
    holding = [node.value for node, state in states.items() if state is GroupState.SECONDARY_HOLD]
    if holding:
        return Judged(holds=False, text=f"{holding[0]} is in secondary-hold in RG{group_id}")
    if None in states.values():
        return Judged(holds=None, text=f"RG{group_id} is not shown by both nodes")
    return Judged(holds=True, text=f"nobody is in secondary-hold in RG{group_id}")


def _window_closed(condition: StateCondition, now: Snapshot) -> Judged:
    view = now.view(node_of(condition))
    open_ = view.issu.in_progress if view.reachable and view.issu else None
    if open_ is None:
        return Judged(holds=None, text=f"{view.node} does not tell whether an ISSU is in progress")
    text = "still reports an ISSU in progress" if open_ else "reports no ISSU"
    return Judged(holds=not open_, text=f"{view.node} {text}")


def _window_not_open(condition: StateCondition, now: Snapshot) -> Judged:
    closed = _window_closed(condition, now)
    if closed.holds is None and now.view(node_of(condition)).reachable:
        return Judged(holds=True, text=closed.text)
    return closed


def _flags_clear(condition: StateCondition, now: Snapshot) -> Judged:
    group_id = group_of(condition)
    group = now.group(group_id)
    members = group.members if group else ()
    for member in members:
        if member.manual or member.priority == ISSU_PRIORITY:
            text = f"RG{group_id}: {member.node} has priority {member.priority}, manual flag {member.manual}"
            return Judged(holds=False, text=text)
    if not members or any(member.manual is None for member in members):
        return Judged(holds=None, text=f"RG{group_id} does not show its manual flags")
    return Judged(holds=True, text=f"RG{group_id} has its configured priorities")


def _gone(condition: StateCondition, now: Snapshot, booted: BootTimes) -> Judged:
    """Silence alone is no proof: the way to the node may be down. Its peer must not hear it either."""
    node = node_of(condition)
    if now.view(node).reachable:
        return _rebooted(condition, now, booted)
    if is_lost_to_peer(now, node):
        return Judged(holds=True, text=f"{node} does not answer, and {node.peer} has lost it")
    return Judged(holds=None, text=f"{node} does not answer; nothing else shows that it went down")


def is_lost_to_peer(now: Snapshot, node: NodeName) -> bool | None:
    """Whether the peer shows the node as lost in every group; None: in some only, or it does not tell."""
    peer = now.view(node.peer)
    shown = [member.state is GroupState.LOST for group in peer.groups if (member := group.member(node))]
    if not peer.reachable or not shown or len(set(shown)) > 1:
        return None
    return shown[0]


def _went_down(condition: StateCondition, now: Snapshot, booted: BootTimes) -> Judged:
    """By silence alone, where nobody is left who could have lost it."""
    node = node_of(condition)
    if not now.view(node).reachable:
        return Judged(holds=True, text=f"{node} does not answer")
    return _rebooted(condition, now, booted)


def _not_back(condition: StateCondition, now: Snapshot, booted: BootTimes) -> Judged:
    """A silent node that its peer hears may be up: then it is back, or was never down. One that answers is
    back, or is still to go down."""
    node = node_of(condition)
    if now.view(node).reachable:
        rebooted = _rebooted(condition, now, booted)
        return Judged(holds=False if rebooted.holds else None, text=rebooted.text)
    if not now.view(node.peer).reachable:
        return Judged(holds=True, text=f"{node} does not answer yet")
    is_lost = is_lost_to_peer(now, node)
    shown = {True: "has lost it", False: "hears it", None: "does not tell whether it has lost it"}[is_lost]
    return Judged(holds=is_lost, text=f"{node} does not answer, and {node.peer} {shown}")


def _unrebooted(condition: StateCondition, now: Snapshot, booted: BootTimes) -> Judged:
    return _rebooted(condition, now, booted).opposite


def _heard_but_silent(condition: StateCondition, now: Snapshot) -> Judged:
    """Up, then, on whichever release. While both boot, one is heard before its management answers."""
    node = node_of(condition)
    view, peer = now.view(node), now.view(node.peer)
    if view.reachable:
        return Judged(holds=False, text=f"{node} answers")
    is_lost = is_lost_to_peer(now, node)
    if is_lost is None or peer.device_time is None or peer.booted_at is None:
        return Judged(
            holds=None, text=f"{node} does not answer; {node.peer} does not tell whether it hears it"
        )
    up_for = peer.device_time - peer.booted_at
    text = f"{node} does not answer, and {node.peer}, up for {up_for}, "
    if is_lost:
        return Judged(holds=False, text=f"{text}has lost it")
    return Judged(holds=up_for > MANAGEMENT_UP_IN, text=f"{text}hears it: it may run either release")


def _back_on_other(condition: StateCondition, now: Snapshot, booted: BootTimes) -> Judged:
    rebooted = _rebooted(condition, now, booted)
    if not rebooted.holds:
        return rebooted
    runs_it = _runs(condition, now)
    text = f"{rebooted.text}, and {runs_it.text}"
    return Judged(holds=None if runs_it.holds is None else not runs_it.holds, text=text)


def _back_alone(condition: StateCondition, now: Snapshot, booted: BootTimes) -> Judged:
    rebooted = _rebooted(condition, now, booted)
    if not rebooted.holds:
        return rebooted
    alone = JUDGES_APART[StateClaim.ALONE](condition, now)
    return Judged(holds=alone.holds, text=f"{rebooted.text}, and {alone.text}")


def _command_ended(condition: StateCondition, now: Snapshot) -> Judged:
    """By the exit file of its job alone: no reply of the node is taken for it."""
    node = node_of(condition)
    ended = now.view(node).command_ended if now.view(node).reachable else None
    if ended is None:
        return Judged(holds=None, text=f"{node} does not tell whether the command has ended")
    return Judged(holds=ended, text=f"the command on {node} has {'' if ended else 'not '}ended")


_JUDGES_BY_BOOT: Mapping[StateClaim, Callable[[StateCondition, Snapshot, BootTimes], Judged]] = {
    StateClaim.REBOOTED: _rebooted,
    StateClaim.GONE: _gone,
    StateClaim.WENT_DOWN: _went_down,
    StateClaim.NOT_BACK: _not_back,
    StateClaim.UNREBOOTED: _unrebooted,
    StateClaim.BACK_ON_OTHER: _back_on_other,
    StateClaim.BACK_ALONE: _back_alone,
}
_Judge = Callable[[StateCondition, Snapshot], Judged]
_JUDGES: Mapping[StateClaim, _Judge] = {
    StateClaim.ANSWERS: _answers,
    StateClaim.RUNS: _runs,
    StateClaim.PRIMARY_OF_ALL: _primary_of_all,
    StateClaim.PRIMARY_OF: _primary_of,
    StateClaim.CAN_TAKE_OVER: _can_take_over,
    StateClaim.CANNOT_TAKE_OVER: lambda condition, now: _can_take_over(condition, now).opposite,
    StateClaim.NO_HOLD_DOWN: _no_hold_down,
    StateClaim.WINDOW_CLOSED: _window_closed,
    StateClaim.WINDOW_NOT_OPEN: _window_not_open,
    StateClaim.FLAGS_CLEAR: _flags_clear,
    **JUDGES_OF_NEXT_BOOT,
    **JUDGES_APART,
    StateClaim.COMMAND_ENDED: _command_ended,
    StateClaim.HEARD_BUT_SILENT: _heard_but_silent,
}


def _worst(found: list[Judged]) -> Judged | None:
    """The first that does not hold, else the first that nobody knows; None = all hold."""
    broken = [j for j in found if j.holds is False] or [j for j in found if j.holds is None]
    return broken[0] if broken else None
