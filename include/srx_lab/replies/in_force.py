"""What of a node's committed configuration the machine goes by: interfaces, monitoring, links, TCP checks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from srx_lab.editing.groups import inherited
from srx_lab.editing.stanza import Stanza
from srx_lab.machine.configured import IpMonitoring, Settings
from srx_lab.machine.ports import fabric_ports, members
from srx_lab.machine.state import ClusterSpec
from srx_lab.machine.words import NodeId
from srx_lab.machine.world import World
from srx_lab.replies.configuration import with_lines
from srx_lab.replies.scene import Scene


def settings_of(world: World, node: NodeId) -> Settings:
    """Read a node's own configuration, its groups inherited; what is inactive does not count."""
    scene = Scene(world=world, node=node, asked=node)
    lines = world.node(node).configuration.committed
    top = _by_words(inherited(with_lines(scene, lines), node.value))
    cluster = _inside(_inside(top, "chassis"), "cluster")
    groups = _entries(cluster, "redundancy-group")
    interfaces = _inside(top, "interfaces")
    checks = _inside(_inside(_inside(top, "security"), "flow"), "tcp-session")
    return Settings(
        preempt=frozenset(group for group, inside in groups if "preempt" in inside),
        disabled=frozenset(_disabled(interfaces)),
        unbound=frozenset(_unbound(world.spec, node, interfaces)),
        interface_monitor={
            group: dict(_weights(_inside(inside, "interface-monitor"))) for group, inside in groups
        },
        ip_monitor={group: found for group, inside in groups if (found := _ip_monitoring(inside))},
        control_link_recovery="control-link-recovery" in cluster,
        control_off=frozenset(each for each in NodeId if _control_is_off(cluster, each)),
        has_fabric=_has_fabric(world.spec, node, interfaces),
        no_syn_check="no-syn-check" in checks,
        no_sequence_check="no-sequence-check" in checks,
    )


_Level = Mapping[str, Stanza]


def _by_words(stanzas: Iterable[Stanza] | None) -> dict[str, Stanza]:
    return {each.words: each for each in stanzas or () if not each.inactive}


def _inside(level: _Level, words: str) -> dict[str, Stanza]:
    """What is below a statement; nothing where it is not there."""
    found = level.get(words)
    return _by_words(found.children) if found else {}


def _entries(level: _Level, word: str) -> list[tuple[int, dict[str, Stanza]]]:
    """The entries of a list by number, each with what is in it."""
    return [
        (int(words.removeprefix(f"{word} ")), _by_words(stanza.children))
        for words, stanza in level.items()
        if words.startswith(f"{word} ")
    ]


def _disabled(interfaces: _Level) -> Iterator[str]:
    for name, stanza in interfaces.items():
        inside = _by_words(stanza.children)
        if "disable" in inside:
            yield name
        for number, unit in _entries(inside, "unit"):
            if "disable" in unit:
                yield f"{name}.{number}"


def _unbound(spec: ClusterSpec, node: NodeId, interfaces: _Level) -> Iterator[str]:
    """Reths that are not configured, and ports that no longer name their reth."""
    for index, port in enumerate(members(spec, node)):
        if f"reth{index}" not in interfaces:
            yield f"reth{index}"
        if f"redundant-parent reth{index}" not in _inside(_inside(interfaces, port), "gigether-options"):
            yield port


def _has_fabric(spec: ClusterSpec, node: NodeId, interfaces: _Level) -> bool:
    """The node's own fabN has a member, and neither is disabled."""
    name = f"fab{node.number}"
    fabric = _inside(interfaces, name)
    held = _inside(_inside(fabric, "fabric-options"), "member-interfaces")
    ports = [port for port in fabric_ports(spec, node) if port in held]
    alive = [port for port in ports if "disable" not in _inside(interfaces, port)]
    return "disable" not in fabric and bool(alive)


def _control_is_off(cluster: _Level, node: NodeId) -> bool:
    return "disable" in _inside(_inside(cluster, "control-interface"), node.value)


def _weights(watched: _Level) -> Iterator[tuple[str, int]]:
    for name, stanza in watched.items():
        yield name, _figure(_by_words(stanza.children), "weight", 0)


def _ip_monitoring(group: _Level) -> IpMonitoring | None:
    level = _inside(group, "ip-monitoring")
    if not level:
        return None
    return IpMonitoring(
        weights=dict(_weights(_inside(level, "family inet"))),
        threshold=_figure(level, "global-threshold", 0),
        global_weight=_figure(level, "global-weight", 255),
    )


def _figure(level: _Level, words: str, otherwise: int) -> int:
    found = level.get(words)
    return int(found.value or otherwise) if found else otherwise
