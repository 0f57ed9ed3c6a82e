"""Loss and return of the control link, the fabric link, and of both at once."""

from __future__ import annotations

from collections.abc import Callable

from srx_lab.machine.boot import announce_reboot
from srx_lab.machine.effects import LinkChanged
from srx_lab.machine.groups import set_state, settle
from srx_lab.machine.isolation import ineligible_owner, is_out, isolate
from srx_lab.machine.meeting import damage_spus, junior, meet, reconnect, yield_groups
from srx_lab.machine.wiring import Link
from srx_lab.machine.words import GroupState, NodeId
from srx_lab.machine.world import World

_HEARTBEATS_S = 3.0
"""Heartbeats in a row that control-link-recovery waits for: three, in older releases 30 [D]."""


def rewire(world: World, change: Callable[[], None], *, by_configuration: bool = False) -> None:
    """Change cables, ports or faults; then the nodes do what they do when they lose or hear each other."""
    links = world.state.links
    before = {link for link in Link if links.up(link)}
    change()
    after = {link for link in Link if links.up(link)}
    for link in sorted(before ^ after):
        world.emit(LinkChanged(link=link.value, up=link in after))
    if all(node.is_up for node in world.nodes()):
        if before - after:
            _lose(world, before - after, by_configuration=by_configuration)
        if after - before:
            _hear(world, after - before)
    settle(world)


def _lose(world: World, lost: set[Link], *, by_configuration: bool) -> None:
    """Control alone: the RG0 secondary is out. Both: whoever is not yet disabled takes everything [D]."""
    links = world.state.links
    if not world.hears_anything:
        for node in NodeId:
            _take_what_is_left(world, node)
        return
    primary = world.primary_of(0)
    if primary is None:
        return
    if not links.control:
        isolate(world, primary.peer)
    elif Link.FABRIC in lost and by_configuration:
        isolate(world, primary.peer, "Fabric link failure")


def _take_what_is_left(world: World, node: NodeId) -> None:
    """An ineligible node becomes primary when the fabric fails, too, within its 180 s [D]."""
    world.schedule.cancel(ineligible_owner(node))
    for group in sorted(world.state.groups):
        if world.node(node).state_of(group) is GroupState.INELIGIBLE:
            set_state(world, node, group, GroupState.PRIMARY, "Only node present")


def _hear(world: World, regained: set[Link]) -> None:
    links = world.state.links
    if meet(world):
        if links.control:
            yield_groups(world)
        return
    apart = all(node.state_of(0) is GroupState.PRIMARY for node in world.nodes())
    if apart and links.control:
        reconnect(world)
    elif apart:
        damage_spus(world, junior(world, 0))
    elif Link.CONTROL in regained:
        _recover(world)


def _recover(world: World) -> None:
    """A disabled node stays so until it reboots; `control-link-recovery` reboots it [D]."""
    for node in NodeId:
        if is_out(world, node) and world.node(node).settings.control_link_recovery:
            announce_reboot(world, node, delay_s=_HEARTBEATS_S, reason="control link recovery")


def lose_control_link(world: World) -> None:
    """The RG0 secondary becomes ineligible, and disabled when the ineligible timer expires [R]."""
    rewire(world, lambda: world.state.links.broken.add(Link.CONTROL))


def restore_control_link(world: World) -> None:
    """Heartbeats flow again."""
    rewire(world, lambda: world.state.links.broken.discard(Link.CONTROL))


def lose_fabric_link(world: World) -> None:
    """RG1+ of the standby side fails with FL; fabric monitoring is suspended in an ISSU window [S]."""
    rewire(world, lambda: world.state.links.broken.add(Link.FABRIC))


def restore_fabric_link(world: World) -> None:
    rewire(world, lambda: world.state.links.broken.discard(Link.FABRIC))


def split(world: World) -> None:
    """Both links fail together: neither node can tell, both take everything."""
    rewire(world, lambda: world.state.links.broken.update(Link))


def heal_split(world: World) -> None:
    """The fault is taken back and leaves no damage: the node with the lower priority gives up each group."""
    world.state.links.broken.clear()
    for link in Link:
        world.emit(LinkChanged(link=link.value, up=world.state.links.up(link)))
    if all(node.is_up for node in world.nodes()):
        meet(world)
        if world.state.links.control:
            yield_groups(world)
    settle(world)
