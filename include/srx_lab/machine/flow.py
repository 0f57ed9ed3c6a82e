"""Where the traffic goes: which node forwards for a group, how long none did, and when both did.

Two nodes that forward for the same group have the same addresses: what must never be. Records of it are for a
referee; no node knows of them.
"""

from __future__ import annotations

from srx_lab.machine.effects import BothActive, TrafficMoved, TrafficStopped
from srx_lab.machine.ports import carries
from srx_lab.machine.words import GroupState, NodeId
from srx_lab.machine.world import World

_KEPT, _LOST = 0.9, 0.1
"""Of the sessions that another node had: with NAT and ALG some are always lost; how many is [U]."""


def carriers(world: World, group: int) -> list[NodeId]:
    """The nodes that forward for a group."""
    return [
        node.node
        for node in world.nodes()
        if node.is_up
        and node.state_of(group) is GroupState.PRIMARY
        and node.dark_until <= world.now
        and carries(world, node.node, group)
    ]


def begin(world: World) -> None:
    """Take note of where the traffic goes at the start."""
    if world.spec.standalone:
        return
    flow = world.state.flow
    for group in _groups(world):
        flow.carrier[group] = next(iter(carriers(world, group)), None)
    world.schedule.look = lambda: look(world)


def _groups(world: World) -> list[int]:
    """Those with a reth: the others carry nothing."""
    return sorted(set(world.state.groups) - {0})[: world.spec.scale.reths]


def look(world: World) -> None:
    """Note what has changed since the last look; nothing that happens within one moment is seen."""
    both: list[int] = []
    for group in _groups(world):
        found = carriers(world, group)
        if len(found) > 1:
            both.append(group)
        _follow(world, group, found)
    _note_both(world, tuple(both))


def _follow(world: World, group: int, found: list[NodeId]) -> None:
    flow = world.state.flow
    before = flow.carrier[group]
    if before in found:
        return
    after = next(iter(found), None)
    if after is before:
        return
    flow.carrier[group] = after
    if after is None:
        flow.stopped_at[group] = world.now
        world.emit(TrafficStopped(group=group))
        return
    outage_s = round(world.now - flow.stopped_at.pop(group, world.now), 3)
    _hand_sessions(world, after)
    world.emit(TrafficMoved(node=after, group=group, outage_s=outage_s))


def _hand_sessions(world: World, node: NodeId) -> None:
    """A node that booted alone, or joined without cold sync, has no copy of the sessions.

    TCP checks decide what goes on [D: KB17947].
    """
    here = world.node(node)
    if not here.alone and not here.unsynced:
        return
    takes = here.settings.takes_foreign_sessions or world.state.syn_check_off_until is not None
    here.sessions.share = _KEPT if takes else _LOST
    here.sessions.since = world.now


def _note_both(world: World, groups: tuple[int, ...]) -> None:
    flow = world.state.flow
    if groups == flow.both_groups:
        return
    if flow.both_since is not None:
        seconds = round(world.now - flow.both_since, 3)
        world.emit(BothActive(active=False, groups=_named(flow.both_groups), seconds=seconds))
    flow.both_groups, flow.both_since = groups, world.now if groups else None
    if groups:
        world.emit(BothActive(active=True, groups=_named(groups)))


def _named(groups: tuple[int, ...]) -> str:
    return ",".join(map(str, groups))


def session_share(world: World, node: NodeId) -> float:
    """The share of its sessions that a node has: 1 where nothing was lost; 0 on one that waits alone. Whose
    peer has joined it keeps what it has, whoever forwards."""
    here, flow = world.node(node), world.state.flow
    if not here.alone and not here.unsynced:
        return 1.0
    is_copied = here.alone and world.can_see(node, node.peer)
    if node not in flow.carrier.values() and not is_copied:
        return 0.0
    table, returns_s = here.sessions, world.durations.sessions_return
    return min(1.0, table.share + (world.now - table.since) / returns_s)
