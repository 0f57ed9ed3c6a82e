"""The things we talk about: clusters, nodes, redundancy groups, images, and what was seen of them.

A ``Snapshot`` holds what *each node itself* answered, side by side, because the two may disagree
(split brain) or one may be silent. ``None`` always means "not known": not asked, not answered, or not
shown by that release. Nothing in here is ever guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from srx_issu.domain.cluster.node_links import NodeLinks


class NodeName(StrEnum):
    """The two members of a chassis cluster, by Junos's names."""

    NODE0 = "node0"
    NODE1 = "node1"

    @property
    def peer(self) -> NodeName:
        return NodeName.NODE1 if self is NodeName.NODE0 else NodeName.NODE0

    @property
    def number(self) -> int:
        """0 or 1, as the argument of ``node`` in CLI commands."""
        return int(self.value[-1])


class GroupState(StrEnum):
    """State of a node in a redundancy group (``redundancy-group-status``)."""

    HOLD = "hold"  # just booted, not yet taking part
    PRIMARY = "primary"
    SECONDARY = "secondary"
    SECONDARY_HOLD = "secondary-hold"  # was primary a moment ago; cannot take over before the hold-down ends
    INELIGIBLE = "ineligible"  # control or fabric link failed
    DISABLED = "disabled"  # was ineligible for 180 s; comes back by reboot only
    LOST = "lost"  # the peer does not hear it
    UNKNOWN = "unknown"  # a word we do not know; never treated as healthy


@dataclass(frozen=True, kw_only=True)
class GroupMember:
    """One node's place in one redundancy group, as shown by ``show chassis cluster status``."""

    node: NodeName
    state: GroupState
    priority: int | None = None  # 0 = cannot take over, 255 = manual failover or ISSU
    preempt: bool | None = None
    manual: bool | None = None  # "failover-mode": the manual failover flag
    monitor_failures: frozenset[str] | None = (
        None  # codes such as CS, IF; None where the release has no column
    )

    @property
    def is_settled(self) -> bool:
        """Primary or secondary: the only two states the guide's pre-check accepts."""
        return self.state in (GroupState.PRIMARY, GroupState.SECONDARY)


@dataclass(frozen=True, kw_only=True)
class RedundancyGroup:
    """A redundancy group as one node sees it. RG0 is the routing engine, RG1+ the data plane."""

    group_id: int
    failover_count: int | None = None
    members: tuple[GroupMember, ...] = ()

    def member(self, node: NodeName) -> GroupMember | None:
        return next((m for m in self.members if m.node is node), None)

    @property
    def primary(self) -> NodeName | None:
        """The one node shown as primary; None when there is none, or more than one."""
        claims = [m.node for m in self.members if m.state is GroupState.PRIMARY]
        return claims[0] if len(claims) == 1 else None


@dataclass(frozen=True, kw_only=True)
class ColdSync:
    """Cold synchronization of one node (``... information detail coldsync``; docs/junos.md, "Cold sync")."""

    weight: int | None = None  # monitoring weight: 0 when done
    completed: tuple[str, ...] = ()  # PFE names
    not_completed: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    progress: tuple[str, ...] = ()  # "CS Prereq  1 of 2 SPUs completed", the node's own words

    @property
    def is_complete(self) -> bool | None:
        """True only when the weight is 0 and no PFE is left over; None when the weight is not known."""
        if self.weight is None:
            return None
        return self.weight == 0 and not self.not_completed and not self.unknown


@dataclass(frozen=True, kw_only=True)
class IssuStatus:
    """``show chassis cluster information issu`` of one node. The wording of events is not documented."""

    in_progress: bool | None = None  # None: the node's state is not recognised
    events: tuple[str, ...] = ()
    progress: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class NextBoot:
    """What a node will boot next."""

    is_other: bool  # an image that it was given, and does not run
    release: str | None = None  # of that image; None: the node does not name it


@dataclass(frozen=True, kw_only=True)
class NodeView:
    """What one node's own management address answered. ``error`` says why it did not, if it did not."""

    node: NodeName
    reachable: bool
    error: str | None = None
    hostname: str | None = None
    model: str | None = None  # upper case, "SRX4600"
    release: str | None = None  # running Junos release as shown, "21.4R3-S5.4"
    device_time: datetime | None = None  # aware
    booted_at: datetime | None = None  # aware, by the node's own clock
    cluster_id: int | None = None  # of the chassis cluster, 1 to 255
    groups: tuple[RedundancyGroup, ...] = ()  # both members, as this node sees them
    cold_sync: ColdSync | None = None  # None: the release does not show it, or see ``not_understood``
    issu: IssuStatus | None = None
    not_understood: frozenset[str] = frozenset()  # of these fields: answered, but not in a way we can read
    configured_at: datetime | None = None  # the last commit, aware, by the node's own clock
    configured_by: str | None = None
    users: int | None = None  # logged in at its CLI, ourselves included
    next_boot: NextBoot | None = None  # None: not asked, or not understood
    links: NodeLinks | None = None  # None: not asked, or not understood
    command_ended: bool | None = None  # of the upgrade, by its job's exit file; None: not asked
    refused_login: bool = False  # it is there, but refuses our account or shows an unknown host key

    def group(self, group_id: int) -> RedundancyGroup | None:
        return next((g for g in self.groups if g.group_id == group_id), None)

    def own_state(self, group_id: int) -> GroupState | None:
        """What this node says of itself in that group."""
        group = self.group(group_id)
        member = group.member(self.node) if group else None
        return member.state if member else None


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """Both nodes at one moment, each by its own word."""

    cluster: str
    taken_at: datetime  # aware, controller's clock
    node0: NodeView
    node1: NodeView

    def view(self, node: NodeName) -> NodeView:
        return self.node0 if node is NodeName.NODE0 else self.node1

    @property
    def is_shut_out(self) -> bool:
        """Both nodes refuse the login: that is the account's fault, and tells nothing about the cluster."""
        return all(view.refused_login for view in self.views)

    @property
    def views(self) -> tuple[NodeView, NodeView]:
        return (self.node0, self.node1)

    @property
    def both_reachable(self) -> bool:
        return self.node0.reachable and self.node1.reachable

    @property
    def group_ids(self) -> tuple[int, ...]:
        """Every group that either node shows, in order."""
        return tuple(sorted({g.group_id for v in self.views for g in v.groups}))

    def claims(self, group_id: int) -> frozenset[NodeName]:
        """The nodes that say *of themselves* that they are primary. Two = split brain."""
        return frozenset(v.node for v in self.views if v.own_state(group_id) is GroupState.PRIMARY)

    def primary(self, group_id: int) -> NodeName | None:
        """The group's one primary; None when nobody, or both, claim it."""
        claims = self.claims(group_id)
        return next(iter(claims)) if len(claims) == 1 else None

    def group(self, group_id: int) -> RedundancyGroup | None:
        """The group as its primary sees it, else as any reachable node does."""
        primary = self.primary(group_id)
        ordered = sorted(self.views, key=lambda v: v.node is not primary)
        return next((g for v in ordered if (g := v.group(group_id)) is not None), None)


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where a node's management interface (fxp0) answers SSH and NETCONF."""

    host: str
    port: int = 22
    legacy_sha1: bool = field(default=False, compare=False)  # its SSH server has nothing better than SHA-1


@dataclass(frozen=True, kw_only=True)
class Identity:
    """What the inventory says about who a node is; None = it does not say."""

    hostname: str | None = None
    serial: str | None = None  # of the chassis


class ManagementPath(StrEnum):
    """How the management addresses of both nodes are reached, whatever becomes of the cluster."""

    BESIDE = "beside"  # over a path that does not cross the cluster itself
    CONSOLE = "console"  # wherever that path runs, a console server reaches both nodes
    THROUGH = "through"  # one of them at least through the cluster only, and there is no console server


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """One chassis cluster of the inventory."""

    name: str
    model: str  # upper case
    site: str
    node0: Address
    node1: Address
    connection_id: str  # Airflow connection with user, password or key, known_hosts
    conflict_groups: frozenset[str] = frozenset()  # never two members in flight at once
    hold: str | None = None  # why nobody may touch it; None = free
    labels: dict[str, str] = field(default_factory=dict)
    region: str | None = None
    groups: tuple[str, ...] = ()  # inventory groups, nearest first, those of its groups included
    routing_engine: str | None = None  # "RE3" on SRX5000 means vmhost software; None = not told
    cluster_id: int | None = None  # None = the inventory does not say
    node0_identity: Identity = Identity()
    node1_identity: Identity = Identity()
    management_path: ManagementPath | None = None  # None = the inventory does not say
    node0_others: tuple[Address, ...] = ()  # where the same node answers besides
    node1_others: tuple[Address, ...] = ()

    @property
    def has_path_beside(self) -> bool | None:
        """Whether both nodes can be reached while the cluster forwards nothing; None = not known."""
        return None if self.management_path is None else self.management_path is not ManagementPath.THROUGH

    def address(self, node: NodeName) -> Address:
        return self.node0 if node is NodeName.NODE0 else self.node1

    def addresses(self, node: NodeName) -> tuple[Address, ...]:
        """All that lead to that node, its management address first."""
        others = self.node0_others if node is NodeName.NODE0 else self.node1_others
        return (self.address(node), *others)

    def identity(self, node: NodeName) -> Identity:
        return self.node0_identity if node is NodeName.NODE0 else self.node1_identity


@dataclass(frozen=True, kw_only=True)
class Image:
    """One Junos image of the catalogue."""

    file: str  # absolute path on the controller
    name: str  # file name, also on the node
    release: str
    models: frozenset[str]
    sha256: str  # hex, lower case
    size_bytes: int

    @property
    def node_path(self) -> str:
        """Where the image lies on a node: the guide recommends /var/tmp."""
        return f"/var/tmp/{self.name}"
