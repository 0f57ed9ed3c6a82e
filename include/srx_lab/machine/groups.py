"""Redundancy groups: priorities, who is primary, failover by hand and by itself."""

from __future__ import annotations

from dataclasses import dataclass

from srx_lab.machine.counters import refresh_rates
from srx_lab.machine.effects import GroupChanged
from srx_lab.machine.monitoring import STANDING_BY, monitor_failures
from srx_lab.machine.state import Transition
from srx_lab.machine.words import LEGAL_TRANSITIONS, GroupState, NodeId
from srx_lab.machine.world import World

FORCED = 255
"""Priority of the node a group was failed over to by hand or by ISSU [R][S]."""


class IllegalTransition(AssertionError):
    """The machine tried what no device does; a fault of the lab itself."""


def priority(world: World, node: NodeId, group: int) -> int:
    """The priority as shown: 0 while monitoring fails, 255 when forced, else as configured [R]."""
    if not world.node(node).is_up or (group and monitor_failures(world, node, group)):
        return 0
    forced = world.node(node).groups[group].forced_priority
    return forced if forced is not None else world.state.groups[group].spec.priority[node]


def is_secondary(world: World, node: NodeId) -> bool:
    """Up, and secondary for every group."""
    here = world.node(node)
    return here.is_up and all(held.state is GroupState.SECONDARY for held in here.groups.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupView:
    """A row of `show chassis cluster status`: one group on one node, as another node sees it."""

    node: NodeId
    priority: int
    state: GroupState
    preempt: str
    manual: str
    failures: str


def view(world: World, viewer: NodeId, node: NodeId, group: int) -> GroupView:
    """What `viewer` prints for `node`. A peer it cannot hear is lost, priority 0, the rest n/a [R]."""
    if not world.can_see(viewer, node):
        return GroupView(
            node=node, priority=0, state=GroupState.LOST, preempt="n/a", manual="n/a", failures="n/a"
        )
    shared = world.state.groups[group]
    return GroupView(
        node=node,
        priority=priority(world, node, group),
        state=world.node(node).state_of(group),
        preempt="yes" if group in world.node(viewer).settings.preempt else "no",
        manual="yes" if shared.manual else "no",
        failures=" ".join(monitor_failures(world, node, group)) or "None",
    )


def set_state(world: World, node: NodeId, group: int, after: GroupState, reason: str) -> None:
    """Move a group on a node to another state and record why."""
    held = world.node(node).groups[group]
    before = held.state
    if before is after:
        return
    if after not in LEGAL_TRANSITIONS[before]:
        raise IllegalTransition(f"{node} RG{group}: {before} -> {after} ({reason})")
    held.state = after
    held.history.append(Transition(at=world.now, before=before, after=after, reason=reason))
    world.emit(GroupChanged(node=node, group=group, before=before, after=after, reason=reason))
    world.log(node, f"jsrpd: JSRPD_RG_STATE_CHANGE: Redundancy-group {group} transitioned from '{before}' "
                    f"to '{after}' state due to {reason}")  # fmt: skip
    refresh_rates(world)


def fail_over(world: World, group: int, to: NodeId, reason: str, *, straight: bool = False) -> None:
    """Make `to` primary. The old primary goes to secondary-hold, in an ISSU straight to secondary [D]."""
    old = to.peer
    world.schedule.cancel(hold_owner(to, group))
    if world.node(old).is_up and world.node(old).state_of(group) is GroupState.PRIMARY:
        _step_down(world, group, old, straight=straight)
    set_state(world, to, group, GroupState.PRIMARY, reason)
    world.state.groups[group].failovers += 1


def _step_down(world: World, group: int, node: NodeId, *, straight: bool) -> None:
    mine, theirs = priority(world, node, group), priority(world, node.peer, group)
    after = GroupState.SECONDARY if straight else GroupState.SECONDARY_HOLD
    set_state(world, node, group, after, f"Preempt/yield({mine}/{theirs})")
    if straight:
        return
    hold_s = world.state.groups[group].spec.holds_down_s(world.durations)
    world.schedule.after(hold_s, lambda: _end_hold(world, group, node), owner=hold_owner(node, group))


def hold_owner(node: NodeId, group: int) -> str:
    return f"{node}:hold-down:{group}"


def _end_hold(world: World, group: int, node: NodeId) -> None:
    if world.node(node).state_of(group) is GroupState.SECONDARY_HOLD:
        set_state(world, node, group, GroupState.SECONDARY, "Ready to become secondary")
        settle(world)


def force(world: World, group: int, to: NodeId) -> None:
    """Set the manual flag and priority 255 on `to`, as a manual failover and ISSU do [R][S]."""
    world.state.groups[group].manual = True
    world.node(to).groups[group].forced_priority = FORCED
    world.node(to.peer).groups[group].forced_priority = None


def release_force(world: World, group: int) -> bool:
    """Undo `force`; False when there was nothing to undo. A running secondary-hold goes on [R]."""
    was_manual = world.state.groups[group].manual
    world.state.groups[group].manual = False
    for node in world.nodes():
        if group in node.groups:
            node.groups[group].forced_priority = None
    settle(world)
    return was_manual


def settle(world: World) -> None:
    """Do what the nodes do by themselves: fill a vacancy, yield at priority 0, preempt; alone, take all."""
    for group in sorted(world.state.groups):
        _stand_alone(world, group)
        _settle_group(world, group)
    refresh_rates(world)


def _stand_alone(world: World, group: int) -> None:
    """A node that hears the other over neither link takes what it stands by for [D]."""
    if all(node.is_up for node in world.nodes()) and not world.hears_anything:
        for node in NodeId:
            if world.node(node).state_of(group) in STANDING_BY:
                world.schedule.cancel(hold_owner(node, group))
                set_state(world, node, group, GroupState.PRIMARY, "Only node present")


def _settle_group(world: World, group: int) -> None:
    primary = world.primary_of(group)
    if primary is None:
        _fill_vacancy(world, group)
        return
    rival = primary.peer
    if not world.can_see(primary, rival) or world.node(rival).state_of(group) is not GroupState.SECONDARY:
        return
    mine, theirs = priority(world, primary, group), priority(world, rival, group)
    if mine == 0 and theirs > 0:
        release_manual_flag_only(world, group)
        failures = " ".join(monitor_failures(world, primary, group))
        fail_over(world, group, rival, f"Remote yield ({theirs}/{mine}), due to {failures}  failures")
    elif _preempts(world, group) and theirs > mine:
        fail_over(world, group, rival, f"Better priority ({theirs}/{mine})")


def release_manual_flag_only(world: World, group: int) -> None:
    """A failback event ends a manual failover [D]."""
    world.state.groups[group].manual = False
    for node in world.nodes():
        node.groups[group].forced_priority = None


def _preempts(world: World, group: int) -> bool:
    """Preempt acts on RG1+ only [S], not while a manual failover is in force nor in an ISSU window [S]."""
    shared = world.state.groups[group]
    in_window = any(node.in_issu_window for node in world.nodes())
    primary = world.primary_of(group)
    preempts = primary is not None and group in world.node(primary).settings.preempt
    return bool(group) and preempts and not shared.manual and not in_window


def _fill_vacancy(world: World, group: int) -> None:
    candidates = [node.node for node in world.nodes() if node.is_up and node.state_of(group) in STANDING_BY]
    if not candidates:
        return
    best = max(candidates, key=lambda node: (priority(world, node, group), -node.number))
    alone = not world.can_see(best, best.peer)
    mine, theirs = priority(world, best, group), priority(world, best.peer, group)
    reason = "Only node present" if alone else f"Better priority ({mine}/{theirs})"
    world.schedule.cancel(hold_owner(best, group))
    set_state(world, best, group, GroupState.PRIMARY, reason)
    world.state.groups[group].failovers += 1
