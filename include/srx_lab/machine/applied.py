"""A node goes by another configuration: committed, rolled back, taken from its peer, or lost."""

from __future__ import annotations

from srx_lab.machine.configured import CommitRecord
from srx_lab.machine.effects import ConfigurationReplaced
from srx_lab.machine.groups import settle
from srx_lab.machine.words import NodeId
from srx_lab.machine.world import World

REVISIONS = 50
"""Rollback 0 to 49."""


def load_settings(world: World, node: NodeId) -> None:
    """Read what reaches the machine. Enabled ports are up a little later; links are not judged here."""
    here, links = world.node(node), world.state.links
    before = here.settings
    now = here.settings = world.read_settings(world, node)
    for off, holds in (
        (links.control_off, node in now.control_off),
        (links.fabric_off, not now.has_fabric),
    ):
        (off.add if holds else off.discard)(node)
    enabled = before.disabled - now.disabled
    if not enabled:
        return
    for name in enabled:
        here.ports_ready[name] = world.now + world.durations.interface_up
    world.schedule.after(world.durations.interface_up, lambda: settle(world), owner=f"{node}:ports")


def take_from_peer(world: World, node: NodeId) -> None:
    """The primary's configuration overwrites that of a node that joins [D]."""
    mine, theirs = world.node(node).configuration, world.node(node.peer).configuration
    if mine.committed == theirs.committed:
        return
    record = CommitRecord(at=world.now, user="root", client="other", lines=theirs.committed)
    world.schedule.cancel(rollback_owner(node))
    mine.take(theirs.committed, record, keep=REVISIONS)
    world.emit(ConfigurationReplaced(node=node, by="peer"))
    load_settings(world, node)


def lose_configuration(world: World, node: NodeId) -> None:
    """The routing engine has none any more [D: KB17947]; that nothing at all is left is [U]."""
    record = CommitRecord(at=world.now, user="root", client="other", lines=("delete",))
    world.schedule.cancel(rollback_owner(node))
    world.node(node).configuration.take(("delete",), record, keep=REVISIONS)
    world.emit(ConfigurationReplaced(node=node, by="lost"))
    load_settings(world, node)


def rollback_owner(node: NodeId) -> str:
    """Who holds the timer of a commit that waits for its confirmation."""
    return f"{node}:commit confirmed"
