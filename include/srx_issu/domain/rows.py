"""The rows of the tables in ``domain.state``: one frozen record a line of what a node answered.

``None`` means the release does not show it. Names are Junos's where Junos has one. Counters are totals
since boot; ``*_delta`` is the growth between two samples and None when only one was taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from srx_issu.domain.model import NodeName


@dataclass(frozen=True, kw_only=True)
class Software:
    """``show version``."""

    hostname: str | None
    model: str  # upper case, "SRX4600"
    release: str


@dataclass(frozen=True, kw_only=True)
class RoutingEngine:
    """``show chassis routing-engine``."""

    model: str | None
    status: str | None
    last_reboot_reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class CpuSample:
    """Busy share of the routing engine: 100 - idle over the 5 s before the question."""

    busy_percent: float
    busy_1min_percent: float | None = None


@dataclass(frozen=True, kw_only=True)
class Filesystem:
    """``show system storage``."""

    mounted_on: str
    available_bytes: int
    total_bytes: int


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """A file that is on the node."""

    path: str
    size_bytes: int


@dataclass(frozen=True, kw_only=True)
class NodeClock:
    """``show system uptime``. Two nodes' times compare only within one reply (``asked_of`` equal)."""

    device_time: datetime  # aware
    booted_at: datetime  # aware, by the node's own clock
    time_source: str | None  # "LOCAL CLOCK", "NTP CLOCK"
    configured_at: datetime | None  # last commit
    asked_of: NodeName


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """``show chassis alarms``, ``show system alarms``."""

    alarm_class: str  # "Major", "Minor"
    text: str
    kind: str | None = None  # "Chassis", "System", "Configuration"
    since: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class CoreDump:
    """``show system core-dumps``."""

    path: str
    written_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Login:
    """``show system users``."""

    user: str
    tty: str
    origin: str | None
    idle: str | None
    command: str | None

    @property
    def is_configuring(self) -> bool:
        """In configure mode, as far as the command column tells."""
        words = (self.command or "").lower()
        return "configure" in words or "edit" in words

    @property
    def is_exclusive(self) -> bool:
        """Holds the lock of 'configure exclusive', as far as the command column tells."""
        return "exclusive" in (self.command or "").lower()


@dataclass(frozen=True, kw_only=True)
class Commit:
    """One line of ``show system commit``; number 0 is the running configuration."""

    number: int
    user: str | None
    committed_at: datetime | None
    comment: str | None = None
    is_pending: bool = False  # commit confirmed that waits for its confirmation, or a scheduled commit


@dataclass(frozen=True, kw_only=True)
class PendingInstall:
    """A release that was installed and waits for its reboot; none = no row."""

    words: str


@dataclass(frozen=True, kw_only=True)
class CandidateChange:
    """Part of the candidate configuration that nobody has committed. Only where, never what."""

    where: str  # "[edit system]"
    lines: int


@dataclass(frozen=True, kw_only=True)
class Pic:
    """``show chassis fpc pic-status``."""

    fpc: int
    pic: int
    kind: str | None
    state: str

    @property
    def name(self) -> str:
        return f"FPC {self.fpc} PIC {self.pic}"


@dataclass(frozen=True, kw_only=True)
class Module:
    """``show chassis hardware``, without serial numbers: what kind of part is in which place."""

    place: str  # "Routing Engine 0", "FPC 1/PIC 0"
    kind: str | None  # description, "RE-2000x6"


@dataclass(frozen=True, kw_only=True)
class Chassis:
    """``show chassis hardware``: which box this is."""

    serial: str | None  # None = not shown


@dataclass(frozen=True, kw_only=True)
class Licence:
    """``show system license``."""

    name: str
    installed: int | None
    used: int | None
    needed: int | None
    expires_at: datetime | None = None  # None = permanent or not shown


@dataclass(frozen=True, kw_only=True)
class SignaturePackage:
    """IDP and application identification packages."""

    package: str  # "idp", "idp-detector", "appid"
    version: str


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


@dataclass(frozen=True, kw_only=True)
class SessionCount:
    """``show security flow session summary`` of one SPU, or of the node where it has only one."""

    spu: str
    active: int  # valid unicast sessions where shown, else all
    maximum: int | None


@dataclass(frozen=True, kw_only=True)
class SpuLoad:
    """``show security monitoring``: one services processing unit."""

    spu: str  # "fpc 1 pic 0"
    busy_percent: float
    memory_percent: float | None = None
    sessions: int | None = None
    most_sessions: int | None = None


@dataclass(frozen=True, kw_only=True)
class ZoneInterface:
    """An interface bound to a zone; ``interface`` is "" for a zone without any."""

    zone: str
    interface: str


@dataclass(frozen=True, kw_only=True)
class SecurityPolicy:
    """One policy. ``content`` is a SHA-256 of its matches and actions, so that a change shows."""

    context: str  # "trust > untrust", "global"
    name: str
    position: int  # in its context, from 1
    state: str | None
    action: str | None
    content: str


@dataclass(frozen=True, kw_only=True)
class PolicySync:
    """``request security policies check``: does a PFE hold the routing engine's policies?"""

    pfe: str  # "fpc0", "fpc0.pic1"
    in_sync: bool
    words: str


@dataclass(frozen=True, kw_only=True)
class HitCount:
    """``show security policies hit-count``."""

    context: str
    name: str
    count: int
    count_delta: int | None = None


@dataclass(frozen=True, kw_only=True)
class NatRule:
    """A source, destination or static NAT rule."""

    kind: str  # "source", "destination", "static"
    rule_set: str
    name: str
    hits: int | None = None
    sessions: int | None = None


@dataclass(frozen=True, kw_only=True)
class NatPool:
    """A source or destination NAT pool."""

    kind: str
    name: str
    addresses: int | None = None


@dataclass(frozen=True, kw_only=True)
class IkePeer:
    """IKE security associations towards one peer."""

    peer: str
    up: int
    all: int


@dataclass(frozen=True, kw_only=True)
class IpsecTunnel:
    """IPsec security associations towards one gateway."""

    gateway: str
    tunnels: int


@dataclass(frozen=True, kw_only=True)
class Alg:
    """An application layer gateway."""

    name: str
    status: str


@dataclass(frozen=True, kw_only=True)
class ArpCount:
    """ARP entries on one interface."""

    interface: str
    entries: int


@dataclass(frozen=True, kw_only=True)
class BgpPeer:
    """``show bgp summary``."""

    address: str
    asn: str | None
    state: str


@dataclass(frozen=True, kw_only=True)
class BgpPrefixes:
    """Prefixes of one BGP peer in one table."""

    address: str
    table: str
    active: int
    received: int
    accepted: int | None


@dataclass(frozen=True, kw_only=True)
class OspfNeighbor:
    """``show ospf neighbor``."""

    interface: str
    address: str
    state: str


@dataclass(frozen=True, kw_only=True)
class IsisAdjacency:
    """``show isis adjacency``."""

    interface: str
    system: str
    level: str | None
    state: str


@dataclass(frozen=True, kw_only=True)
class BfdSession:
    """``show bfd session``."""

    neighbor: str
    interface: str | None
    state: str


@dataclass(frozen=True, kw_only=True)
class RouteCount:
    """``show route summary``: one protocol in one table; protocol "all" is the table as a whole."""

    table: str
    protocol: str
    active: int
    total: int


@dataclass(frozen=True, kw_only=True)
class Interface:
    """``show interfaces terse``."""

    name: str
    admin: str
    oper: str


@dataclass(frozen=True, kw_only=True)
class LacpMember:
    """``show lacp interfaces``."""

    aggregate: str
    interface: str
    mux_state: str | None
    receive_state: str | None


@dataclass(frozen=True, kw_only=True)
class ConfigurationSection:
    """One top-level section of the committed configuration, as a SHA-256 of its ``set`` lines."""

    section: str
    sha256: str
    lines: int


@dataclass(frozen=True, kw_only=True)
class RoutingFeatures:
    """What the committed configuration says of routing, as far as an ISSU cares."""

    protocols: tuple[str, ...]  # those that keep adjacencies: "bgp", "ospf", "isis", ...
    graceful_restart: bool
    all_protocols: tuple[str, ...] = ()  # whatever stands below 'protocols', adjacencies or not
