"""A node that is taken out of its cluster because it no longer hears the other."""

from __future__ import annotations

from srx_lab.machine.groups import fail_over, set_state
from srx_lab.machine.words import GroupState, NodeId
from srx_lab.machine.world import World

OUT = frozenset({GroupState.DISABLED, GroupState.INELIGIBLE})


def ineligible_owner(node: NodeId) -> str:
    return f"{node}:ineligible"


def isolate(world: World, node: NodeId, reason: str = "Control link failure") -> None:
    """Its groups go to the peer, itself to ineligible, and to disabled when the timer expires [R]."""
    for group in sorted(world.state.groups):
        if world.node(node).state_of(group) is GroupState.PRIMARY:
            fail_over(world, group, node.peer, reason, straight=True)
        if world.node(node).state_of(group) not in OUT:
            set_state(world, node, group, GroupState.INELIGIBLE, reason)
    owner = ineligible_owner(node)
    world.schedule.cancel(owner)
    world.schedule.after(world.durations.ineligible, lambda: _disable(world, node), owner=owner)


def _disable(world: World, node: NodeId) -> None:
    for group in sorted(world.state.groups):
        if world.node(node).state_of(group) is GroupState.INELIGIBLE:
            set_state(world, node, group, GroupState.DISABLED, "Ineligible timer expired")


def is_out(world: World, node: NodeId) -> bool:
    """Ineligible or disabled."""
    here = world.node(node)
    return here.is_up and any(held.state in OUT for held in here.groups.values())
