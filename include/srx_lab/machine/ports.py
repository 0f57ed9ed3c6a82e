"""Traffic ports: which belong to a reth, which are up, which node can carry a group's traffic."""

from __future__ import annotations

import re
from collections.abc import Iterator

from srx_lab.machine.configured import Settings
from srx_lab.machine.state import ClusterSpec
from srx_lab.machine.words import GroupState, NodeId
from srx_lab.machine.world import World


def member_port(spec: ClusterSpec, node: NodeId, index: int) -> str:
    """The port of reth `index` on a node: `ge-5/0/4`."""
    kind, slot, pic, port = re.split(r"[-/]", spec.platform.member_port)
    return f"{kind}-{int(slot) + spec.platform.first_slot(node)}/{pic}/{int(port) + index}"


def members(spec: ClusterSpec, node: NodeId) -> list[str]:
    """The ports of a node that belong to reths, in the reths' order."""
    return [member_port(spec, node, index) for index in range(spec.scale.reths)]


def fabric_ports(spec: ClusterSpec, node: NodeId) -> list[str]:
    """A node's ports of the fabric; a second one is the next in number [U]."""
    stem, _, port = spec.platform.fabric_ports[node.number].rpartition("/")
    return [f"{stem}/{int(port) + child}" for child in range(spec.fabric_links)]


def owner_of(spec: ClusterSpec, port: str) -> NodeId | None:
    """The node that has a traffic port, None for what is none."""
    return next((node for node in NodeId if port in members(spec, node)), None)


def reth_group(spec: ClusterSpec, index: int) -> int:
    """The redundancy group of reth `index`: they go round RG1 and later."""
    groups = [each.group for each in sorted(spec.groups, key=lambda each: each.group) if each.group] or [1]
    return groups[index % len(groups)]


def is_enabled(settings: Settings, name: str) -> bool:
    """Neither `disable` nor taken out of the configuration."""
    return name not in settings.disabled and name not in settings.unbound


def has_link(world: World, node: NodeId, port: str) -> bool:
    """Whether a node's own port is up: enabled, cabled, its card running."""
    here = world.node(node)
    return (
        here.is_up
        and port not in here.settings.disabled
        and port not in world.state.links.ports_out
        and not here.cards_down
        and here.ports_ready.get(port, 0.0) <= world.now
    )


def carries(world: World, node: NodeId, group: int) -> bool:
    """Whether a reth of the group has an enabled port with a link on this node."""
    return any(reth_works(world, node, index) for index in _reths_of(world.spec, group))


def _reths_of(spec: ClusterSpec, group: int) -> Iterator[int]:
    return (index for index in range(spec.scale.reths) if reth_group(spec, index) == group)


def reth_works(world: World, node: NodeId, index: int) -> bool:
    """Whether a node could forward on a reth."""
    settings, port = world.node(node).settings, member_port(world.spec, node, index)
    names = (f"reth{index}", f"reth{index}.0", port)
    return all(is_enabled(settings, name) for name in names) and has_link(world, node, port)


def reth_is_up(world: World, viewer: NodeId, index: int) -> bool:
    """A reth has a link where its group's primary has one, as far as `viewer` hears [D: minimum-links]."""
    group = reth_group(world.spec, index)
    return any(
        world.node(node).state_of(group) is GroupState.PRIMARY and reth_works(world, node, index)
        for node in NodeId
        if world.can_see(viewer, node) and group in world.state.groups
    )
