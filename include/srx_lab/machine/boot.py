"""Going down, coming up, joining the cluster again."""

from __future__ import annotations

from collections.abc import Callable

from srx_lab.machine.applied import load_settings, take_from_peer
from srx_lab.machine.cold_sync import begin_empty, cold_sync_owner, finish_at_once, start_cold_sync
from srx_lab.machine.counters import refresh_rates, reset_counters
from srx_lab.machine.effects import NodeCameUp, NodeHalted, NodeWentDown, ShutdownAnnounced
from srx_lab.machine.groups import hold_owner, release_manual_flag_only, set_state, settle
from srx_lab.machine.isolation import ineligible_owner, isolate
from srx_lab.machine.meeting import meet
from srx_lab.machine.pending import boot_pending, pending_text
from srx_lab.machine.state import GroupOnNode, Node
from srx_lab.machine.words import ColdSync, GroupState, NodeId, Power
from srx_lab.machine.world import World

HALTED = ("The operating system has halted.", "Please press any key to reboot.")
"""What the console of a halted node says [D]; nobody else hears of it."""

NORMAL = "Router rebooted after a normal shutdown."
"""Last reboot reason after a commanded reboot [R]."""


def boot_owner(node: NodeId) -> str:
    return f"{node}:boot"


def announce_reboot(world: World, node: NodeId, *, delay_s: float, reason: str, extra_s: float = 0.0) -> None:
    """Warn every terminal after `delay_s`, then go down; the node is back after the boot time."""
    _announce(world, node, delay_s, lambda: go_down(world, node, reason=reason, extra_s=extra_s))


def announce_halt(world: World, node: NodeId, *, delay_s: float, reason: str) -> None:
    """The same, and then the node stays halted until somebody boots it at its console."""
    _announce(world, node, delay_s, lambda: _halt(world, node, reason))


def _announce(world: World, node: NodeId, delay_s: float, then: Callable[[], None]) -> None:
    owner = boot_owner(node)
    world.schedule.cancel(owner)
    world.schedule.after(delay_s, lambda: world.emit(ShutdownAnnounced(node=node)), owner=owner)
    world.schedule.after(delay_s + world.durations.shutdown, then, owner=owner)


def _halt(world: World, node: NodeId, reason: str) -> None:
    go_down(world, node, reason=reason, stays=True)
    world.node(node).power = Power.HALTED
    world.node(node).reboot_reason = NORMAL
    world.emit(NodeHalted(node=node, console=" ".join(HALTED)))


def boot_s(world: World, node: NodeId) -> float:
    """How long a boot takes."""
    slow = world.fault("boot_slow", node)
    return world.durations.reboot * (slow.number("factor") if slow else 1.0)


def go_down(world: World, node: NodeId, *, reason: str, extra_s: float = 0.0, stays: bool = False) -> None:
    """The node stops answering; its peer takes what it held. `stays` leaves it off."""
    here = world.node(node)
    if not here.is_up:
        return
    never = world.fault("node_never_comes_back", node) is not None or stays
    here.power = Power.OFF if never else Power.REBOOTING
    here.cold_sync = ColdSync.UNKNOWN
    _stop_everything(world, node)
    world.emit(NodeWentDown(node=node, reason=reason, pending=pending_text(world, node)))
    if not never:
        here.reboot_reason = NORMAL
        world.schedule.after(
            boot_s(world, node) + extra_s, lambda: come_up(world, node), owner=boot_owner(node)
        )
    _hand_over(world, here)


def _stop_everything(world: World, node: NodeId) -> None:
    for owner in (
        boot_owner(node),
        ineligible_owner(node),
        *(hold_owner(node, g) for g in world.state.groups),
    ):
        world.schedule.cancel(owner)
    world.schedule.kill(cold_sync_owner(node))
    world.schedule.kill(str(node))


def _hand_over(world: World, down: Node) -> None:
    peer = world.node(down.node.peer)
    for group in world.state.groups:
        was_primary = down.state_of(group) is GroupState.PRIMARY
        if was_primary and down.groups[group].forced_priority is not None:
            release_manual_flag_only(world, group)
    if peer.is_up and peer.cold_sync is not ColdSync.COMPLETE:
        world.schedule.kill(cold_sync_owner(peer.node))
        finish_at_once(world, peer)
    settle(world)


def power_on(world: World, node: NodeId) -> None:
    """Start a node that is off; it answers after the boot time."""
    world.node(node).power = Power.REBOOTING
    world.schedule.after(boot_s(world, node), lambda: come_up(world, node), owner=boot_owner(node))


def come_up(world: World, node: NodeId) -> None:
    """sshd and jsrpd are up, on the pending image if there is one; the groups wait in hold."""
    here = world.node(node)
    if here.is_up:
        return
    boot_pending(world, here)
    here.power, here.booted_at, here.boots = Power.UP, world.now, here.boots + 1
    here.groups = {group: _fresh(here, group) for group in world.state.groups}
    here.cold_sync, here.cold_sync_spus_done = ColdSync.UNKNOWN, 0
    here.cold_sync_completed = here.cold_sync_failed = 0
    here.cold_sync_events, here.issu_events = [], []
    here.policies_in_sync = world.fault("policies_out_of_sync_after") is None
    here.cards_down = here.spus_bad = here.alone = here.unsynced = False
    here.dark_until = 0.0
    here.ports_ready.clear()
    world.state.links.control_stopped.discard(node)
    load_settings(world, node)
    peer = world.node(node.peer)
    if peer.is_up:
        here.in_issu_window = peer.in_issu_window
    reset_counters(world, here)
    refresh_rates(world)
    world.emit(NodeCameUp(node=node, release=here.release.text))
    if peer.is_up:
        meet(world)
    world.schedule.after(world.durations.cluster_hold, lambda: join(world, node), owner=boot_owner(node))


def _fresh(node: Node, group: int) -> GroupOnNode:
    return GroupOnNode(state=GroupState.HOLD, forced_priority=node.groups[group].forced_priority)


def join(world: World, node: NodeId) -> None:
    """The hold timer expired: secondary, primary if nobody else is, and cold sync from the peer.

    A node that hears nothing of a running peer is on its own: it takes every group [D: KB17947].
    """
    here, peer, links = world.node(node), world.node(node.peer), world.state.links
    here.joined_at = world.now
    if peer.is_up and not links.control and links.fabric:
        isolate(world, node)
        return
    here.alone = peer.is_up and not world.hears_anything
    for group in sorted(world.state.groups):
        if here.state_of(group) is GroupState.HOLD:
            set_state(world, node, group, GroupState.SECONDARY, "Hold timer expired")
    if world.can_see(node, node.peer):
        if peer.state_of(0) is GroupState.PRIMARY:
            take_from_peer(world, node)
        if not here.cards_down:
            start_cold_sync(world, node)
    elif here.alone:
        finish_at_once(world, here)
    else:
        begin_empty(world, here)
    settle(world)
