"""What a cluster is at one moment. Only the machine changes these objects."""

from __future__ import annotations

from dataclasses import dataclass, field

from srx_lab.durations import Durations
from srx_lab.machine.configured import ConfigurationDatabase, Settings
from srx_lab.machine.software import Image, Install
from srx_lab.machine.wiring import Links
from srx_lab.machine.words import ColdSync, GroupState, NodeId, Phase, Power
from srx_lab.platforms import Platform
from srx_lab.release import Release


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupSpec:
    """A configured redundancy group."""

    group: int
    priority: dict[NodeId, int]
    preempt: bool = False
    hold_down_s: int | None = None  # hold-down-interval; None: Junos's own

    def holds_down_s(self, durations: Durations) -> float:
        if self.hold_down_s is not None:
            return float(self.hold_down_s)
        return durations.hold_down_rg1 if self.group else durations.hold_down_rg0


@dataclass(frozen=True, kw_only=True, slots=True)
class Scale:
    """How much of everything the cluster carries."""

    policies: int = 40
    zones: int = 4
    vpns: int = 4
    routes: int = 120
    sessions: int = 18_000
    nat_rules: int = 8
    bgp_peers: int = 2
    ospf_neighbors: int = 2
    reths: int = 3
    fpcs: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Disk:
    """Size of /var and what is on it from the start, MiB."""

    var_mb: int = 24_000
    used_mb: int = 6_000


@dataclass(frozen=True, kw_only=True, slots=True)
class ClusterSpec:
    """What a topology says about one cluster."""

    name: str
    platform: Platform
    cluster_id: int
    releases: dict[NodeId, Release]
    groups: tuple[GroupSpec, ...]
    scale: Scale
    disk: Disk
    durations: Durations
    uptime_s: float
    fabric_links: int = 1
    configuration: tuple[str, ...] = ()  # committed on top of what the figures above make
    rescue_saved: bool = True
    standalone: bool = False

    def host_name(self, node: NodeId) -> str:
        """Host names differ per node through `groups node0 / node1` [D]."""
        return f"{self.name}-n{node.number}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Transition:
    """One state-transition record of a group on a node."""

    at: float
    before: GroupState
    after: GroupState
    reason: str


@dataclass(kw_only=True, slots=True)
class GroupOnNode:
    """A redundancy group as one node holds it. `forced_priority` is 255 after a manual failover."""

    state: GroupState = GroupState.HOLD
    forced_priority: int | None = None
    history: list[Transition] = field(default_factory=list)


@dataclass(kw_only=True, slots=True)
class Group:
    """What both nodes share about a group."""

    spec: GroupSpec
    manual: bool = False
    failovers: int = 1


@dataclass(kw_only=True, slots=True)
class Meter:
    """A counter that rises at a rate per virtual second; integrates when the rate changes."""

    total: float = 0.0
    rate: float = 0.0
    since: float = 0.0

    def read(self, now: float) -> int:
        return int(self.total + self.rate * max(0.0, now - self.since))

    def set_rate(self, now: float, rate: float) -> None:
        self.total += self.rate * max(0.0, now - self.since)
        self.since, self.rate = now, rate

    def reset(self, now: float) -> None:
        self.total, self.since, self.rate = 0.0, now, 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Alarm:
    """An active alarm."""

    at: float
    alarm_class: str
    description: str
    short: str
    kind: str
    chassis: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class CoreDump:
    """A core file in /var/crash or /var/tmp."""

    path: str
    size: int
    at: float


@dataclass(kw_only=True, slots=True)
class SessionTable:
    """The share of its sessions that a node began with at `since`, from which it fills up again."""

    share: float = 1.0
    since: float = 0.0


@dataclass(kw_only=True, slots=True)
class Flow:
    """Where each group's traffic goes, since when nowhere; since when both nodes take it."""

    carrier: dict[int, NodeId | None] = field(default_factory=dict)
    stopped_at: dict[int, float] = field(default_factory=dict)
    both_since: float | None = None
    both_groups: tuple[int, ...] = ()


@dataclass(kw_only=True, slots=True)
class Node:
    """One chassis of the cluster."""

    node: NodeId
    release: Release
    pending: Release | None = None
    previous: Release | None = None
    power: Power = Power.UP
    booted_at: float = 0.0
    joined_at: float = 0.0
    reboot_reason: str = "Router rebooted after a normal shutdown."
    clock_offset_s: float = 0.0
    groups: dict[int, GroupOnNode] = field(default_factory=dict)
    cold_sync: ColdSync = ColdSync.COMPLETE
    cold_sync_spus_done: int = 0
    cold_sync_completed: int = 1
    cold_sync_failed: int = 0
    cold_sync_events: list[tuple[float, str]] = field(default_factory=list)
    in_issu_window: bool = False
    issu_events: list[tuple[float, str]] = field(default_factory=list)
    monitor_failures: dict[int, set[str]] = field(default_factory=dict)
    rtos_sent: Meter = field(default_factory=Meter)
    rtos_received: Meter = field(default_factory=Meter)
    heartbeats_sent: Meter = field(default_factory=Meter)
    heartbeats_received: Meter = field(default_factory=Meter)
    probes_sent: Meter = field(default_factory=Meter)
    probes_received: Meter = field(default_factory=Meter)
    boots: int = 1
    policies_in_sync: bool = True
    offline_pics: set[tuple[int, int]] = field(default_factory=set)
    alarms: list[Alarm] = field(default_factory=list)
    cores: list[CoreDump] = field(default_factory=list)
    rescue_saved: bool = True
    snapshot_at: float | None = None
    new_loader: bool = False  # of 24.4R1 on the SRX300 line
    slice: int = 0  # of the two root partitions, the one that runs
    held_by_icu: bool = False  # booted by an ICU that ended before the other node; until it is aborted here
    configuration: ConfigurationDatabase = field(default_factory=ConfigurationDatabase)
    settings: Settings = field(default_factory=Settings)
    ports_ready: dict[str, float] = field(default_factory=dict)  # when a port that was enabled is up
    cards_down: bool = False  # SPCs and IOCs restart after a release that does not fit was heard
    spus_bad: bool = False  # reconnected while both nodes ran
    alone: bool = False  # booted without hearing its peer
    unsynced: bool = False  # joined without a copy of the peer's sessions
    dark_until: float = 0.0  # primary, and forwards nothing yet
    sessions: SessionTable = field(default_factory=SessionTable)

    @property
    def is_up(self) -> bool:
        return self.power is Power.UP

    def state_of(self, group: int) -> GroupState:
        return self.groups[group].state


@dataclass(kw_only=True, slots=True)
class Upgrade:
    """An in-service upgrade, running or ended. `starts` counts them over the lab's life."""

    number: int
    starter: NodeId
    image: Image
    started_at: float
    phase: Phase
    phase_since: float
    transcript: list[str] = field(default_factory=list)
    outcome: str = ""
    ended_at: float | None = None
    no_old_master_upgrade: bool = False
    unlink: bool = False
    no_validate: bool = False
    in_band: bool = False
    abort_requested: bool = False  # of an ICU, which ends behind the operation under way
    syn_check_off_s: float | None = None  # how long an ICU has TCP SYN checks off
    question: str | None = None  # on its terminal
    answer: str | None = None

    @property
    def secondary(self) -> NodeId:
        return self.starter.peer


@dataclass(kw_only=True, slots=True)
class Losses:
    """Fractions (0 to 1) of what the data and control planes should carry but do not."""

    sessions: float = 0.0
    routes: float = 0.0
    tunnels: float = 0.0
    policies: float = 0.0


@dataclass(kw_only=True, slots=True)
class ClusterState:
    """The whole cluster."""

    spec: ClusterSpec
    nodes: dict[NodeId, Node]
    groups: dict[int, Group]
    links: Links = field(default_factory=Links)
    upgrade: Upgrade | None = None
    upgrade_starts: int = 0
    installs: dict[int, Install] = field(default_factory=dict)  # by the number of what they print
    transcripts: int = 0  # upgrades and installs that print lines
    losses: Losses = field(default_factory=Losses)
    flow: Flow = field(default_factory=Flow)
    rtos_stopped: bool = False
    syn_check_off_until: float | None = None
    silent_services: dict[str, float] = field(default_factory=dict)  # RTO services, since when
    sessions_since: float = 0.0

    @property
    def phase(self) -> Phase:
        return self.upgrade.phase if self.upgrade else Phase.IDLE
