"""What one node says of itself: software, load, storage, clocks, alarms, hardware, licenses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from srx_issu.domain.cluster.model import NodeName


@dataclass(frozen=True, kw_only=True)
class Software:
    """``show version``."""

    hostname: str | None
    model: str  # upper case, "SRX4600"
    release: str


@dataclass(frozen=True, kw_only=True)
class Package:
    """``show version``: one installed package, by its short name."""

    name: str  # "junos-ike"
    title: str | None  # "JUNOS ike", without its build; Juniper's own begin with JUNOS


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
        command = (self.command or "").lower()
        return "configure" in command or "edit" in command

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
    card: str | None = None  # that carries it, "SRX5k SPC II"

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
class License:
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
