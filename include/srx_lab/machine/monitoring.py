"""What a redundancy group watches: its interfaces, addresses, cards, cold sync and the fabric."""

from __future__ import annotations

from collections.abc import Iterator

from srx_lab.machine.configured import IpMonitoring
from srx_lab.machine.ports import has_link, owner_of, reth_works
from srx_lab.machine.words import ColdSync, GroupState, NodeId
from srx_lab.machine.world import World

_THRESHOLD = 255
"""Of a redundancy group; at 0 the group fails over [D]."""

STANDING_BY = frozenset({GroupState.SECONDARY, GroupState.SECONDARY_HOLD})


def monitor_failures(world: World, node: NodeId, group: int) -> tuple[str, ...]:
    """Failure codes shown for a node, sorted; a disabled node shows none [R]."""
    here = world.node(node)
    codes = set(_data_plane(world, node, group)) if group else set[str]()
    codes |= set(_configured(world, node, group))
    fault = world.fault("rg1_priority_zero", node)
    if fault and int(fault.parameters["group"]) == group:
        codes.add(fault.parameters["code"])
    failed_over = bool(group) and world.state.groups[group].manual
    if failed_over and world.fault("failover_leaves_priority_zero") and here.state_of(group) in STANDING_BY:
        codes.add("IF")
    return tuple(sorted(codes))


def _data_plane(world: World, node: NodeId, group: int) -> Iterator[str]:
    here = world.node(node)
    state = here.state_of(group)
    if state is GroupState.DISABLED:
        return
    if here.is_up and here.cold_sync is not ColdSync.COMPLETE:
        yield "CS"
    if not world.state.links.fabric and state is not GroupState.PRIMARY:
        yield "FL"
    if here.cards_down:
        yield from ("HW", "SP")
    if here.spus_bad:
        yield "SP"


def _configured(world: World, node: NodeId, group: int) -> Iterator[str]:
    here = world.node(node)
    if not here.is_up or any(each.in_issu_window for each in world.nodes()):
        return
    weights = here.settings.interface_monitor.get(group, {})
    lost = sum(weight for port, weight in weights.items() if _port_fails(world, node, port))
    if lost >= _THRESHOLD:
        yield "IF"
    watched = here.settings.ip_monitor.get(group)
    if watched and ip_weight(world, node, watched) >= _THRESHOLD:
        yield "IP"


def _port_fails(world: World, node: NodeId, port: str) -> bool:
    """A node answers for its own ports alone."""
    return owner_of(world.spec, port) is node and not has_link(world, node, port)


def unreachable(world: World, node: NodeId, address: str) -> bool:
    """An address is a neighbor's on a reth's network, 10.0.N.x, asked for through the node's own port."""
    parts = address.split(".")
    index = int(parts[2]) if address.startswith("10.0.") and parts[2].isdecimal() else -1
    return not (0 <= index < world.spec.scale.reths and reth_works(world, node, index))


def ip_weight(world: World, node: NodeId, watched: IpMonitoring) -> int:
    """What IP monitoring takes from the group's 255 on a node."""
    lost = [weight for address, weight in watched.weights.items() if unreachable(world, node, address)]
    return watched.global_weight if lost and sum(lost) >= watched.threshold else 0
