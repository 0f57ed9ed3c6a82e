"""Read a topology file: which clusters the lab holds, how large, with which faults.

A wrong file is refused as a whole, every complaint at once, before anything listens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

import yaml

from srx_lab.durations import Durations, durations_from
from srx_lab.editing.changes import Changes
from srx_lab.editing.schema import UnknownStatement
from srx_lab.login_class import SUPER_USER, FaultyClass, LoginClass
from srx_lab.machine.faults import UnknownFault, make_fault
from srx_lab.machine.state import ClusterSpec, Disk, GroupSpec, Scale
from srx_lab.machine.words import NodeId
from srx_lab.platforms import PLATFORMS
from srx_lab.release import UnknownRelease, parse_release

T = TypeVar("T", Scale, Disk)


class BadTopology(ValueError):
    """The file's complaints, one a line."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FaultWish:
    """A fault the topology asks for from the start."""

    name: str
    node: NodeId | None = None
    at: str | None = None
    lasts_s: float | None = None
    parameters: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class ClusterEntry:
    """One cluster with what the server, not the machine, needs to know. Port 0 means any free one."""

    spec: ClusterSpec
    ports: dict[NodeId, int]
    site: str = ""
    master_address: bool = False
    ssh: str = ""  # "legacy": SHA-1 only; "asking": passwords only by keyboard-interactive
    faults: tuple[FaultWish, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Credentials:
    """The one account every node has."""

    username: str = "lab"
    password: str | None = None
    authorized_keys: tuple[str, ...] = ()
    login_class: LoginClass = SUPER_USER


@dataclass(frozen=True, kw_only=True, slots=True)
class Topology:
    """A whole lab. `start_time` is seconds since the epoch, None for the wall clock."""

    clusters: tuple[ClusterEntry, ...]
    credentials: Credentials = Credentials()
    speed: float | None = None
    seed: int | None = None
    start_time: float | None = None


_CLUSTER_KEYS = frozenset(
    {"name", "model", "release", "releases", "cluster_id", "groups", "scale", "disk", "durations"}
    | {
        "uptime_days",
        "site",
        "ports",
        "master_address",
        "faults",
        "domain",
        "rescue_saved",
        "count",
        "standalone",
        "fabric_links",
        "configuration",
        "ssh",
    }
)
_TOP_KEYS = frozenset(["clusters", "credentials", "speed", "seed", "start_time", "defaults"])


def load_topology(path: Path) -> Topology:
    """Read and check a file; raises BadTopology naming every fault in it."""
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    return read_topology(raw if isinstance(raw, dict) else {}, str(path))


def read_topology(raw: Mapping[str, Any], source: str) -> Topology:
    """Check what a file holds; raises BadTopology naming every fault in it, and ``source``."""
    return _Reader(source).read(raw)


class _Reader:
    """Collects complaints while it reads."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.complaints: list[str] = []

    def read(self, raw: Mapping[str, Any]) -> Topology:
        self._unknown(raw, _TOP_KEYS, "top level")
        defaults = raw.get("defaults") or {}
        entries = [
            entry
            for index, each in enumerate(_expand(raw.get("clusters") or []))
            if (entry := self._cluster({**defaults, **each}, index)) is not None
        ]
        names = [entry.spec.name for entry in entries]
        self.complaints += [
            f"cluster name {name} is used twice" for name in sorted(set(names)) if names.count(name) > 1
        ]
        if not entries and not self.complaints:
            self.complaints.append("no clusters")
        credentials = self._credentials(raw.get("credentials") or {}, entries)
        if self.complaints:
            raise BadTopology("\n".join(f"{self.source}: {each}" for each in self.complaints))
        return Topology(
            clusters=tuple(entries),
            credentials=credentials,
            speed=raw.get("speed"),
            seed=raw.get("seed"),
            start_time=raw.get("start_time"),
        )

    def _credentials(self, raw: Mapping[str, Any], entries: list[ClusterEntry]) -> Credentials:
        """The login class must be one that every node could load."""
        try:
            credentials = _credentials(raw)
            for entry in entries:
                for release in entry.spec.releases.values():
                    credentials.login_class.require_known(release)
        except FaultyClass as error:
            self.complaints.append(f"credentials, login_class: {error}")
            return Credentials()
        return credentials

    def _unknown(self, raw: Mapping[str, Any], known: frozenset[str], where: str) -> None:
        self.complaints += [f"{where}: unknown key {key!r}" for key in raw if key not in known]

    def _cluster(self, raw: Mapping[str, Any], index: int) -> ClusterEntry | None:
        where = str(raw.get("name") or f"cluster {index + 1}")
        self._unknown(raw, _CLUSTER_KEYS, where)
        try:
            return ClusterEntry(
                spec=_spec(raw, index),
                ports=_ports(raw.get("ports") or {}),
                site=str(raw.get("site", "")),
                master_address=bool(raw.get("master_address", False)),
                ssh=_ssh(raw.get("ssh", "")),
                faults=tuple(_wish(each) for each in raw.get("faults") or ()),
            )
        except (BadTopology, UnknownFault, UnknownRelease, KeyError, TypeError, ValueError) as error:
            self.complaints.append(f"{where}: {error}")
            return None


def _expand(clusters: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """`count: 30` with `{n}` in the name stands for thirty clusters."""
    expanded: list[dict[str, Any]] = []
    for each in clusters:
        count = int(each.get("count", 1))
        for number in range(1, count + 1):
            made = {key: value for key, value in each.items() if key != "count"}
            expanded.append({**made, "name": str(each.get("name", "")).replace("{n}", f"{number:02d}")})
    return expanded


def _spec(raw: Mapping[str, Any], index: int) -> ClusterSpec:
    if not raw.get("name"):
        raise BadTopology("name is missing")
    model = str(raw.get("model"))
    if model not in PLATFORMS:
        raise BadTopology(f"unknown model {model!r}; known: {', '.join(sorted(PLATFORMS))}")
    releases = raw.get("releases") or {}
    default = raw.get("release")
    chosen = {node: parse_release(str(releases.get(node.value, default))) for node in NodeId}
    return ClusterSpec(
        name=str(raw["name"]),
        platform=PLATFORMS[model],
        cluster_id=int(raw.get("cluster_id", index % 255 + 1)),
        releases=chosen,
        groups=tuple(_group(each) for each in raw.get("groups") or _TWO_GROUPS),
        scale=_figures(Scale, raw.get("scale") or {}, "scale"),
        disk=_figures(Disk, raw.get("disk") or {}, "disk"),
        durations=_durations(raw.get("durations") or {}),
        uptime_s=float(raw.get("uptime_days", 41.3)) * 86_400,
        rescue_saved=bool(raw.get("rescue_saved", True)),
        standalone=bool(raw.get("standalone", False)),
        fabric_links=_fabric_links(raw.get("fabric_links", 1)),
        configuration=_configuration(raw.get("configuration") or []),
    )


def _fabric_links(raw: Any) -> int:
    if raw not in {1, 2}:
        raise BadTopology(f"fabric_links: {raw!r}; a chassis cluster has 1 or 2")
    return int(raw)


def _configuration(raw: list[Any]) -> tuple[str, ...]:
    """Lines on top of what the other keys make, as an operator would type them."""
    lines = tuple(map(str, raw))
    try:
        Changes(lines)
    except UnknownStatement as unknown:
        raise BadTopology(f"configuration: {unknown.message} {unknown.word}".rstrip()) from None
    return lines


_TWO_GROUPS: list[dict[str, Any]] = [
    {"id": 0, "priority": {"node0": 200, "node1": 100}},
    {"id": 1, "priority": {"node0": 200, "node1": 100}, "preempt": False},
]


def _group(raw: Mapping[str, Any]) -> GroupSpec:
    priority = {node: int(raw["priority"][node.value]) for node in NodeId}
    if any(not 1 <= value <= 254 for value in priority.values()):
        raise BadTopology(f"redundancy group {raw['id']}: priorities must be 1 to 254")
    group, hold_down_s = int(raw["id"]), raw.get("hold_down_s")
    if hold_down_s is not None and not (0 if group else 300) <= int(hold_down_s) <= 1800:
        raise BadTopology(f"redundancy group {group}: hold_down_s must be {0 if group else 300} to 1800")
    return GroupSpec(
        group=group,
        priority=priority,
        preempt=bool(raw.get("preempt", False)),
        hold_down_s=None if hold_down_s is None else int(hold_down_s),
    )


def _figures(kind: type[T], raw: Mapping[str, Any], where: str) -> T:
    known = {each.name for each in fields(kind)}
    unknown = sorted(set(raw) - known)
    if unknown:
        raise BadTopology(f"{where}: unknown {', '.join(unknown)}; known: {', '.join(sorted(known))}")
    return kind(**{key: int(value) for key, value in raw.items()})


def _durations(raw: Mapping[str, Any]) -> Durations:
    return durations_from({key: float(value) for key, value in raw.items()})


def _ssh(raw: Any) -> str:
    if raw not in {"", "legacy", "asking"}:
        raise BadTopology(f"ssh: {raw!r}; known: legacy (SHA-1 only), asking (keyboard-interactive only)")
    return str(raw)


def _ports(raw: Mapping[str, Any]) -> dict[NodeId, int]:
    return {node: int(raw.get(node.value, 0)) for node in NodeId}


def _wish(raw: str | Mapping[str, Any]) -> FaultWish:
    if isinstance(raw, str):
        raw = {"name": raw}
    given = {key: str(value) for key, value in raw.items() if key not in {"name", "node", "at", "lasts_s"}}
    node = NodeId(raw["node"]) if raw.get("node") else None
    lasts_s = float(raw["lasts_s"]) if raw.get("lasts_s") else None
    wish = FaultWish(name=str(raw["name"]), node=node, at=raw.get("at"), lasts_s=lasts_s, parameters=given)
    make_fault(wish.name, node=wish.node, at=wish.at, parameters=wish.parameters)
    return wish


def _credentials(raw: Mapping[str, Any]) -> Credentials:
    password = raw.get("password")
    return Credentials(
        username=str(raw.get("username", "lab")),
        password=None if password is None else str(password),
        authorized_keys=tuple(raw.get("authorized_keys") or ()),
        login_class=LoginClass.of(raw["login_class"]) if raw.get("login_class") else SUPER_USER,
    )
