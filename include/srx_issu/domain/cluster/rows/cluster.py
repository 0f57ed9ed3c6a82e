"""What the two nodes say of each other: links, heartbeats, real-time objects, monitoring, synchronisation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class LinkKind(StrEnum):
    """The links that make two nodes a cluster."""

    CONTROL = "control"  # the control plane as a whole
    CONTROL_INTERFACE = "control-interface"  # one of its interfaces (em0, em1)
    FABRIC = "fabric"  # the fabric as a whole
    FABRIC_CHILD = "fabric-child"  # one child interface of fab0 or fab1


@dataclass(frozen=True, kw_only=True)
class ClusterLink:
    """``show chassis cluster interfaces``."""

    kind: LinkKind
    name: str
    physical: str  # "Up", "Down"
    monitored: str | None = None  # fabric children only


@dataclass(frozen=True, kw_only=True)
class RethInterface:
    """A redundant Ethernet interface."""

    name: str
    status: str
    group_id: int | None


@dataclass(frozen=True, kw_only=True)
class Heartbeat:
    """``show chassis cluster control-plane statistics``: one control link, cumulative."""

    link: int
    sent: int
    received: int
    errors: int
    sent_delta: int | None = None
    received_delta: int | None = None
    errors_delta: int | None = None


@dataclass(frozen=True, kw_only=True)
class RtoCounter:
    """``show chassis cluster data-plane statistics``: real-time objects of one service."""

    service: str
    sent: int
    received: int
    sent_delta: int | None = None
    received_delta: int | None = None


@dataclass(frozen=True, kw_only=True)
class HoldDown:
    """``set chassis cluster redundancy-group N hold-down-interval S``: how long its old primary stays in
    secondary-hold. A group without it has Junos's own."""

    group_id: int
    seconds: int


@dataclass(frozen=True, kw_only=True)
class MonitoringFailure:
    """A failure listed in ``show chassis cluster information``."""

    kind: str  # "fabric-link", "coldsync", "interface", ...
    detail: str


@dataclass(frozen=True, kw_only=True)
class Led:
    """The HA LED, the node's own summary of its health."""

    colour: str
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class ConfigSync:
    """``show chassis cluster information configuration-synchronization``, a name and its value."""

    name: str
    value: str


@dataclass(frozen=True, kw_only=True)
class MultiNodeHa:
    """Multinode high availability is in use; ISSU of a chassis cluster does not apply to it."""

    peer: str
    status: str | None
