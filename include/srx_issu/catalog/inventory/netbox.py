"""NetBox's records as an inventory: a virtual chassis with two members is a chassis cluster.

    virtual chassis   name, custom fields (groups, conflict groups, hold, cluster id, SHA-1)
    its two members   the lower position is node0; name, serial, address, device type, site, status

Pure: records in, a document in the shape of ``inventory/*.yaml`` out, so that every value is judged by the
models that judge the files. How NetBox is read is ``srx_issu.adapters.netbox``; when,
``airflow.composition.inventory``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pydantic import Field

from srx_issu.catalog.documents import Document, Mapping, Value
from srx_issu.catalog.fields import DAY_S, FileEntry, Name, Seconds, Text
from srx_issu.catalog.inventory.tabular import items
from srx_issu.domain.errors import FileFault
from srx_issu.domain.plural import many

ACTIVE = "active"
MEMBERS = 2


class NetboxEntry(FileEntry):
    """Section ``netbox`` of one inventory file; the file's ``defaults`` hold for what is read."""

    connection_id: Name = Field(
        "netbox_default", description="Airflow connection with NetBox's URL (host) and API token (password)."
    )
    filters: dict[Name, tuple[Text, ...] | Text] = Field(
        default_factory=dict,
        description="Of virtual chassis, in NetBox's own names: {tag: srx-cluster, site: [fra1, ber2]}.",
    )
    groups_field: Name = Field("issu_groups", description="Custom field with inventory groups.")
    conflict_groups_field: Name = Field(
        "issu_conflict_groups", description="Custom field with conflict groups."
    )
    hold_field: Name = Field("issu_hold", description="Custom field that says why nobody may touch it.")
    cluster_id_field: Name = Field(
        "issu_cluster_id", description="Custom field with the chassis cluster's id."
    )
    legacy_sha1_field: Name = Field(
        "issu_legacy_sha1",
        description="Custom field, true or false, that allows SHA-1 as ssh.legacy_sha1 does.",
    )
    fresh_for_s: Seconds = Field(600, description="So long a reading is used again without asking.")
    usable_for_s: Seconds = Field(
        DAY_S, description="So long a kept reading is used while NetBox does not answer."
    )


@dataclass(frozen=True, kw_only=True)
class Node:
    """One member. None and empty text = NetBox does not say."""

    position: int | None
    name: str | None
    serial: str | None
    model: str | None
    site: str | None
    region: str | None
    address: str | None  # without the prefix length
    status: str | None


@dataclass(frozen=True, kw_only=True)
class VirtualChassis:
    """One virtual chassis. ``fields``: its custom fields, as text or lists of text."""

    number: int  # NetBox's id
    name: str | None
    nodes: tuple[Node, ...]
    tags: tuple[str, ...] = ()
    tenant: str | None = None
    fields: dict[str, str | tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class NetboxReading:
    """Everything that was read at one time. Kept as JSON."""

    read_at: datetime  # aware
    source: str  # URL of NetBox
    filters: dict[str, tuple[str, ...]]
    chassis: tuple[VirtualChassis, ...]


def document_of(reading: NetboxReading, entry: NetboxEntry, file: Document) -> Document:
    """The reading as a document beside ``file``, whose ``defaults`` it shares. Faults name the record."""
    line = file.line("netbox")
    builder = _Builder(entry, str(file.path), line, reading.source)
    for chassis in sorted(reading.chassis, key=lambda each: each.number):
        builder.take(chassis)
    root = Mapping(1)
    root["clusters"], root.lines["clusters"] = builder.clusters, line
    defaults = file.root.get("defaults")
    if defaults is not None:
        root["defaults"], root.lines["defaults"] = defaults, file.line("defaults")
    return Document(path=Path(f"{file.path} (NetBox)"), root=root, faults=tuple(builder.faults))


class _Builder:
    def __init__(self, entry: NetboxEntry, file: str, line: int, source: str) -> None:
        self.entry, self.file, self.line, self.source = entry, file, line, source
        self.clusters = Mapping(line)
        self.faults: list[FileFault] = []

    def take(self, chassis: VirtualChassis) -> None:
        name = chassis.name or ""
        if name in self.clusters:
            self._fault(chassis, f"virtual chassis {name[:80]!r} is defined twice", "give each its own name")
            return
        if objection := _objection(chassis.nodes):
            self._fault(chassis, f"virtual chassis {name[:80]!r} {objection[0]}", objection[1])
            return
        self.clusters[name], self.clusters.lines[name] = self._cluster(chassis), self.line

    def _cluster(self, chassis: VirtualChassis) -> Mapping:
        nodes = sorted(chassis.nodes, key=lambda node: node.position or 0)
        first = nodes[0]
        found: dict[str, Value] = {
            "model": first.model,
            "site": first.site,
            "region": first.region,
            "hold": self._text(chassis, self.entry.hold_field) or _not_active(nodes),
            "cluster_id": self._text(chassis, self.entry.cluster_id_field),
            "ssh": self._ssh(chassis),
            "groups": self._list(chassis, self.entry.groups_field),
            "conflict_groups": self._list(chassis, self.entry.conflict_groups_field),
            "labels": self._labels(chassis),
            "node0": self._node(nodes[0]),
            "node1": self._node(nodes[1]),
        }
        return self._mapping(found)

    def _node(self, node: Node) -> Mapping:
        return self._mapping({"host": node.address, "hostname": node.name, "serial": node.serial})

    def _ssh(self, chassis: VirtualChassis) -> Mapping | None:
        allowed = self._text(chassis, self.entry.legacy_sha1_field)
        return self._mapping({"legacy_sha1": allowed}) if allowed else None

    def _labels(self, chassis: VirtualChassis) -> Mapping | None:
        labels: dict[str, Value] = {f"tag.{tag}": "yes" for tag in chassis.tags}
        return self._mapping({**labels, "tenant": chassis.tenant})

    def _mapping(self, values: dict[str, Value]) -> Mapping:
        found = Mapping(self.line)
        for key, value in values.items():
            if value not in (None, "", []):
                found[key], found.lines[key] = value, self.line
        return found

    def _text(self, chassis: VirtualChassis, name: str) -> str | None:
        value = chassis.fields.get(name)
        return " ".join(value) if isinstance(value, tuple) else value

    def _list(self, chassis: VirtualChassis, name: str) -> Value:
        value = chassis.fields.get(name) or ()
        return items(list(value) if isinstance(value, tuple) else value.replace(",", " ").split(), self.line)

    def _fault(self, chassis: VirtualChassis, found: str, remedy: str) -> None:
        place = f"{self.source}/dcim/virtual-chassis/{chassis.number}/"
        fault = FileFault(file=self.file, line=self.line, found=f"{found} ({place})", remedy=remedy)
        self.faults.append(fault)


def _objection(nodes: tuple[Node, ...]) -> tuple[str, str] | None:
    """(what is wrong, what to do); None when two nodes of one model are told apart."""
    if len(nodes) != MEMBERS:
        return (
            f"has {many(len(nodes), 'member')}",
            "a chassis cluster has node0 and node1: correct it in NetBox",
        )
    positions = [node.position for node in nodes]
    if None in positions or positions[0] == positions[1]:
        return "has members without a position each", "the lower position is node0: set both in NetBox"
    models = sorted({node.model or "none" for node in nodes})
    if len(models) > 1:
        return f"has members of different device types: {' and '.join(m[:80] for m in models)}", "correct one"
    return None


def _not_active(nodes: Iterable[Node]) -> str | None:
    inactive = [f"{node.name} is {node.status}" for node in nodes if node.status != ACTIVE]
    return f"NetBox says {', '.join(inactive)}" if inactive else None
