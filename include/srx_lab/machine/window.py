"""The ISSU window of both nodes, and what a node notes of it."""

from __future__ import annotations

from srx_lab.machine.words import NodeId
from srx_lab.machine.world import World


def record_event(world: World, node: NodeId, text: str) -> None:
    """Add to what `show chassis cluster information issu` lists on a node [U for the wording]."""
    world.node(node).issu_events.append((world.now, text))
    world.log(node, f"jsrpd: {text}")


def set_window(world: World, *, open_: bool, why: str) -> None:
    """Open or close the ISSU window on both nodes."""
    for node in world.nodes():
        if node.in_issu_window != open_:
            node.in_issu_window = open_
            record_event(world, node.node, why)
