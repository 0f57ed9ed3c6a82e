"""The release that a node's next boot takes."""

from __future__ import annotations

from srx_lab.machine.effects import PendingDropped, ReleasePending
from srx_lab.machine.state import Node
from srx_lab.machine.words import NodeId
from srx_lab.machine.world import World
from srx_lab.release import Release


def make_pending(world: World, node: NodeId, release: Release | None, *, by: str) -> None:
    """Put a release where the next boot takes it. `by`: what did it, for the record of events."""
    world.node(node).pending = release
    if release is not None:
        world.emit(ReleasePending(node=node, release=release.text, by=by))


def drop_pending(world: World, node: NodeId, *, by: str) -> Release | None:
    """The next boot takes what runs now; what was to be booted, None when nothing was."""
    here = world.node(node)
    dropped, here.pending = here.pending, None
    if dropped is not None:
        world.emit(PendingDropped(node=node, release=dropped.text, by=by))
    return dropped


def pending_text(world: World, node: NodeId) -> str:
    """For the record of events: the pending release, an empty text without one."""
    pending = world.node(node).pending
    return pending.text if pending else ""


def boot_pending(world: World, here: Node) -> None:
    """At a boot: the pending release becomes the running one, unless the node falls back to its old one."""
    if here.pending is None:
        return
    if world.fault("boots_old_release", here.node):
        drop_pending(world, here.node, by="boot")
        return
    here.previous, here.release, here.pending = here.release, here.pending, None
    here.slice = 1 - here.slice
