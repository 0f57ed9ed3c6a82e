"""Loss and return of the control link, the fabric link, and of both at once."""

from __future__ import annotations

from srx_lab.machine.groups import fail_over, set_state, settle
from srx_lab.machine.words import GroupState, NodeId
from srx_lab.machine.world import World

_OUT = frozenset({GroupState.DISABLED, GroupState.INELIGIBLE})


def lose_control_link(world: World) -> None:
    """The RG0 secondary becomes ineligible, and disabled when the ineligible timer expires [R]."""
    world.state.links.control = False
    primary = world.primary_of(0)
    if primary is not None and world.node(primary.peer).is_up:
        isolate(world, primary.peer)
    settle(world)


def isolate(world: World, node: NodeId) -> None:
    """Take a node out of the cluster: its groups go to the peer, itself to ineligible, then disabled."""
    for group in sorted(world.state.groups):
        if world.node(node).state_of(group) is GroupState.PRIMARY:
            fail_over(world, group, node.peer, "Control link failure", straight=True)
        if world.node(node).state_of(group) not in _OUT:
            set_state(world, node, group, GroupState.INELIGIBLE, "Control link failure")
    owner = f"{node}:ineligible"
    world.schedule.cancel(owner)
    world.schedule.after(world.durations.ineligible, lambda: _disable(world, node), owner=owner)


def _disable(world: World, node: NodeId) -> None:
    for group in sorted(world.state.groups):
        if world.node(node).state_of(group) is GroupState.INELIGIBLE:
            set_state(world, node, group, GroupState.DISABLED, "Ineligible timer expired")


def restore_control_link(world: World) -> None:
    """Heartbeats flow again. A disabled node stays so until it reboots [D]."""
    world.state.links.control = True
    settle(world)


def lose_fabric_link(world: World) -> None:
    """RG1+ of the standby side fails with FL; fabric monitoring is suspended in an ISSU window [S]."""
    world.state.links.fabric = False
    settle(world)


def restore_fabric_link(world: World) -> None:
    world.state.links.fabric = True
    settle(world)


def split(world: World) -> None:
    """Both links fail together: neither node can tell, both take everything."""
    world.state.links.control = world.state.links.fabric = False
    for node in world.nodes():
        for group in sorted(world.state.groups):
            if node.is_up and node.state_of(group) in {GroupState.SECONDARY, GroupState.SECONDARY_HOLD}:
                set_state(world, node.node, group, GroupState.PRIMARY, "Only node present")
    settle(world)


def heal_split(world: World) -> None:
    """The links return; the node with the lower priority gives up each group."""
    world.state.links.control = world.state.links.fabric = True
    for group in sorted(world.state.groups):
        holders = [
            node for node in world.nodes() if node.is_up and node.state_of(group) is GroupState.PRIMARY
        ]
        if len(holders) == 2:
            configured = world.state.groups[group].spec.priority
            loser = min(holders, key=lambda node: (configured[node.node], -node.node.number))
            mine, theirs = configured[loser.node], configured[loser.node.peer]
            set_state(world, loser.node, group, GroupState.SECONDARY_HOLD, f"Preempt/yield({mine}/{theirs})")
            set_state(world, loser.node, group, GroupState.SECONDARY, "Ready to become secondary")
    settle(world)
