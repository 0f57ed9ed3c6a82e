"""The fleet: every cluster of the inventory with what it inherits, and the faults between the files.

Several files make one inventory. A cluster takes each value from the nearest place that has it: itself,
its groups in the order written, the groups of those, the ``defaults`` of its own file. Conflict groups and
labels add up; a hold anywhere on the way holds. Which upgrades are possible is not judged here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from srx_issu.catalog.documents import MOST_FAULTS
from srx_issu.catalog.faults import Checked, nearest
from srx_issu.catalog.inventory.columns import (
    DEFAULT_CONNECTION_ID,
    DEFAULT_PORT,
    SECTIONS,
    ClusterEntry,
    GroupEntry,
    NodeEntry,
    Settings,
)
from srx_issu.domain.cluster.model import Address, Cluster, Identity, ManagementPath, NodeName


@dataclass(frozen=True, kw_only=True)
class _File:
    """One examined file."""

    checked: Checked
    defaults: Settings
    groups: dict[str, GroupEntry]
    clusters: dict[str, ClusterEntry]


def read_inventory(documents: tuple[Checked, ...]) -> dict[str, Cluster]:
    """All sound clusters of all files, by name; the faults are left in ``documents``."""
    files = tuple(_examine(checked) for checked in documents)
    _report_repeats(files, "groups")
    _report_repeats(files, "clusters")
    groups = {name: entry for file in files for name, entry in file.groups.items()}
    _report_dangling(files)
    _report_cycles(files, groups)
    clusters: dict[str, Cluster] = {}
    for file in files:
        for name, entry in file.clusters.items():
            cluster = _cluster(name, entry, file, groups)
            if cluster is not None:
                clusters.setdefault(name, cluster)
    _report_shared_addresses(files, clusters)
    return clusters


def written_names(documents: tuple[Checked, ...], section: str) -> frozenset[str] | None:
    """Every group or cluster that is written down, sound or not; None when a file could not be read."""
    if not all(checked.document.is_whole for checked in documents):
        return None
    return frozenset(name for checked in documents for name in _written(checked, section))


def _written(checked: Checked, section: str) -> tuple[str, ...]:
    value = checked.document.root.get(section)
    return tuple(value) if isinstance(value, dict) else ()


def _examine(checked: Checked) -> _File:
    if checked.document.is_whole:
        checked.sections(*SECTIONS)
    return _File(
        checked=checked,
        defaults=checked.entry("defaults", Settings) or Settings(),
        groups=checked.named("groups", GroupEntry),
        clusters=checked.named("clusters", ClusterEntry),
    )


def _report_repeats(files: tuple[_File, ...], section: str) -> None:
    first: dict[str, Checked] = {}
    for file in files:
        for name in _written(file.checked, section):
            other = first.setdefault(name, file.checked)
            if other is not file.checked:
                place = f"{other.document.path}:{other.document.line(section, name)}"
                file.checked.fault(
                    f"{section[:-1]} {name!r} is defined twice",
                    f"also defined in {place}; keep one",
                    section,
                    name,
                )


def _report_dangling(files: tuple[_File, ...]) -> None:
    known = written_names(tuple(file.checked for file in files), "groups")
    if known is None:
        return  # the group may stand in the part that could not be read
    for file in files:
        for place, settings in _all_settings(file):
            for at, group in enumerate(settings.groups):
                if group not in known:
                    is_new = len(file.checked.faults) < MOST_FAULTS  # looking for names is slow
                    remedy = nearest(group, known) if is_new else "define it, or correct the name"
                    file.checked.fault(f"{'.'.join(place)}: no group {group!r}", remedy, *place, "groups", at)


def _all_settings(file: _File) -> Iterator[tuple[tuple[str, ...], Settings]]:
    yield ("defaults",), file.defaults
    for name, group in file.groups.items():
        yield ("groups", name), group
    for name, cluster in file.clusters.items():
        yield ("clusters", name), cluster


def _report_cycles(files: tuple[_File, ...], groups: Mapping[str, GroupEntry]) -> None:
    for file in files:
        for name, entry in file.groups.items():
            if name in _ancestors(entry, groups):
                file.checked.fault(
                    f"group {name!r} belongs to itself",
                    "take it out of its own groups",
                    "groups",
                    name,
                    "groups",
                )


def _ancestors(entry: Settings, groups: Mapping[str, GroupEntry]) -> tuple[str, ...]:
    """Groups of an entry, nearest first, then those groups' groups; each once."""
    found: dict[str, None] = {}
    level = list(entry.groups)
    while level:
        fresh = [name for name in dict.fromkeys(level) if name not in found]
        found.update(dict.fromkeys(fresh))
        level = [group for name in fresh if name in groups for group in groups[name].groups]
    return tuple(found)


def _cluster(name: str, entry: ClusterEntry, file: _File, groups: Mapping[str, GroupEntry]) -> Cluster | None:
    inherited = _ancestors(entry, groups)
    if file.defaults.groups:
        inherited = tuple(dict.fromkeys((*inherited, *_ancestors(file.defaults, groups))))
    chain: tuple[Settings, ...] = (entry, *(groups[g] for g in inherited if g in groups), file.defaults)
    model, site = _nearest(chain, "model"), _nearest(chain, "site")
    if model is None or site is None:
        for key in ("model", "site"):
            if _nearest(chain, key) is None:
                remedy = f"give it here, in one of its groups, or in this file's defaults: '{key}: ...'"
                file.checked.fault(f"cluster {name!r} has no {key}", remedy, "clusters", name)
        return None
    port = next((s.port for s in chain if s.port is not None), DEFAULT_PORT)
    path = _nearest(chain, "management_path")
    legacy_sha1 = next((s.ssh.legacy_sha1 for s in chain if s.ssh is not None), False)
    return Cluster(
        name=name,
        model=model,
        site=site,
        node0=_address(entry.node0, port, legacy_sha1),
        node1=_address(entry.node1, port, legacy_sha1),
        connection_id=_nearest(chain, "connection_id") or DEFAULT_CONNECTION_ID,
        conflict_groups=frozenset(group for s in chain for group in s.conflict_groups),
        hold=_nearest(chain, "hold"),
        labels={key: value for s in reversed(chain) for key, value in s.labels.items()},
        region=_nearest(chain, "region"),
        groups=inherited,
        routing_engine=_nearest(chain, "routing_engine"),
        cluster_id=entry.cluster_id,
        node0_identity=Identity(hostname=entry.node0.hostname, serial=entry.node0.serial),
        node1_identity=Identity(hostname=entry.node1.hostname, serial=entry.node1.serial),
        node0_others=_others(entry.node0, port, legacy_sha1),
        node1_others=_others(entry.node1, port, legacy_sha1),
        management_path=None if path is None else ManagementPath(path),
    )


def _address(node: NodeEntry, port: int, legacy_sha1: bool) -> Address:
    return Address(host=node.host, port=node.port or port, legacy_sha1=legacy_sha1)


def _others(node: NodeEntry, port: int, legacy_sha1: bool) -> tuple[Address, ...]:
    return tuple(
        Address(host=other.host, port=other.port or port, legacy_sha1=legacy_sha1)
        for other in node.other_addresses
    )


def _nearest(chain: tuple[Settings, ...], key: str) -> str | None:
    for settings in chain:
        value = getattr(settings, key)
        if isinstance(value, str):
            return value
    return None


def _report_shared_addresses(files: tuple[_File, ...], clusters: Mapping[str, Cluster]) -> None:
    first: dict[Address, tuple[Checked, str, str]] = {}
    for file in files:
        for name in file.clusters:
            cluster = clusters.get(name)
            if cluster is None:
                continue
            for node, address in _all_addresses(cluster):
                checked, owner, its_node = first.setdefault(address, (file.checked, name, node))
                if (owner, its_node) == (name, node):
                    continue
                place = f"{checked.document.path}:{checked.document.line('clusters', owner, its_node)}"
                found = (
                    f"{name} {node} has the address of {owner} {its_node}: {address.host} port {address.port}"
                )
                remedy = f"see {place}; every node has its own fxp0 address"
                file.checked.fault(found, remedy, "clusters", name, node)


def _all_addresses(cluster: Cluster) -> Iterator[tuple[str, Address]]:
    for node in NodeName:
        for address in cluster.addresses(node):
            yield node.value, address
