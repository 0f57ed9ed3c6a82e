"""Everything collected from both nodes at one time: the heavy state that checks and comparisons read.

A table is either *answered* (``Rows``, possibly none) or *not answered* (``NotAnswered`` with the reason):
silence is never an empty list. Node tables keep one answer a node; cluster tables have one answer, given
by the RG0 primary (routing runs nowhere else: docs/junos.md, "Trap 7"). The rows are in
``domain.cluster.rows``; how they are asked for and parsed in ``adapters.devices.state``; what they must look
like in ``checks``; how two states differ in ``domain.comparison.compare``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any, Generic, TypeVar

from srx_issu.domain.cluster import rows
from srx_issu.domain.cluster.model import NodeName

R = TypeVar("R")


@dataclass(frozen=True, kw_only=True)
class NotAnswered:
    """The question was not answered, or not asked; ``reason`` in words, the node's own where it has some."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Rows(Generic[R]):
    """An answer. No rows = the node says there are none."""

    rows: tuple[R, ...]


Answer = Rows[R] | NotAnswered

NOT_ASKED = NotAnswered(reason="not asked")


@dataclass(frozen=True, kw_only=True)
class PerNode(Generic[R]):
    """One answer of each node."""

    node0: Rows[R] | NotAnswered
    node1: Rows[R] | NotAnswered

    def of(self, node: NodeName) -> Rows[R] | NotAnswered:
        return self.node0 if node is NodeName.NODE0 else self.node1

    def rows_of(self, node: NodeName) -> tuple[R, ...] | None:
        """The node's rows; None when it did not answer."""
        answer = self.of(node)
        return answer.rows if isinstance(answer, Rows) else None

    def one_of(self, node: NodeName) -> R | None:
        """The node's row in tables of one row; None when it did not answer, or not with exactly one."""
        found = self.rows_of(node)
        return found[0] if found is not None and len(found) == 1 else None

    def reason_of(self, node: NodeName) -> str | None:
        """Why the node did not answer; None when it did."""
        answer = self.of(node)
        return answer.reason if isinstance(answer, NotAnswered) else None


def _nobody() -> PerNode[Any]:
    return PerNode(node0=NOT_ASKED, node1=NOT_ASKED)


def _not_asked() -> Rows[Any] | NotAnswered:
    return NOT_ASKED


@dataclass(frozen=True, kw_only=True)
class ClusterState:
    """Both nodes at one time, table by table. Serialised as evidence and read again by later tasks."""

    cluster: str
    taken_at: datetime  # aware, controller's clock, when collecting began

    # the nodes themselves
    software: PerNode[rows.Software] = field(default_factory=_nobody)  # one row
    packages: PerNode[rows.Package] = field(default_factory=_nobody)
    engines: PerNode[rows.RoutingEngine] = field(default_factory=_nobody)  # one row
    cpu: PerNode[rows.CpuSample] = field(default_factory=_nobody)  # one row a sample
    var_tmp: PerNode[rows.Filesystem] = field(default_factory=_nobody)  # one row: what holds /var/tmp
    images: PerNode[rows.StoredFile] = field(default_factory=_nobody)  # the image of this upgrade, if there
    clocks: PerNode[rows.NodeClock] = field(default_factory=_nobody)  # one row
    chassis_alarms: PerNode[rows.Alarm] = field(default_factory=_nobody)
    system_alarms: PerNode[rows.Alarm] = field(default_factory=_nobody)
    core_dumps: PerNode[rows.CoreDump] = field(default_factory=_nobody)
    logins: PerNode[rows.Login] = field(default_factory=_nobody)
    commits: PerNode[rows.Commit] = field(default_factory=_nobody)  # newest first
    candidate: PerNode[rows.CandidateChange] = field(default_factory=_nobody)  # uncommitted lines
    rescue_files: PerNode[rows.StoredFile] = field(default_factory=_nobody)  # the rescue configuration's file
    pending_install: PerNode[rows.PendingInstall] = field(default_factory=_nobody)
    pics: PerNode[rows.Pic] = field(default_factory=_nobody)
    modules: PerNode[rows.Module] = field(default_factory=_nobody)
    chassis: PerNode[rows.Chassis] = field(default_factory=_nobody)  # one row
    licenses: PerNode[rows.License] = field(default_factory=_nobody)
    signatures: PerNode[rows.SignaturePackage] = field(default_factory=_nobody)

    # the cluster as each node sees it
    links: PerNode[rows.ClusterLink] = field(default_factory=_nobody)
    reths: PerNode[rows.RethInterface] = field(default_factory=_nobody)
    heartbeats: PerNode[rows.Heartbeat] = field(default_factory=_nobody)
    rtos: PerNode[rows.RtoCounter] = field(default_factory=_nobody)
    monitoring: PerNode[rows.MonitoringFailure] = field(default_factory=_nobody)
    leds: PerNode[rows.Led] = field(default_factory=_nobody)  # one row
    config_sync: PerNode[rows.ConfigSync] = field(default_factory=_nobody)
    multi_node_ha: PerNode[rows.MultiNodeHa] = field(default_factory=_nobody)  # a row = MNHA is in use

    # security
    sessions: PerNode[rows.SessionCount] = field(default_factory=_nobody)  # one row
    spus: PerNode[rows.SpuLoad] = field(default_factory=_nobody)
    zones: PerNode[rows.ZoneInterface] = field(default_factory=_nobody)
    policies: PerNode[rows.SecurityPolicy] = field(default_factory=_nobody)
    policy_sync: PerNode[rows.PolicySync] = field(default_factory=_nobody)  # one row a PFE
    hit_counts: PerNode[rows.HitCount] = field(default_factory=_nobody)
    nat_rules: PerNode[rows.NatRule] = field(default_factory=_nobody)
    nat_pools: PerNode[rows.NatPool] = field(default_factory=_nobody)
    ike: PerNode[rows.IkePeer] = field(default_factory=_nobody)
    ipsec: PerNode[rows.IpsecTunnel] = field(default_factory=_nobody)
    algs: PerNode[rows.Alg] = field(default_factory=_nobody)
    arp: PerNode[rows.ArpCount] = field(default_factory=_nobody)

    # routing and interfaces, asked of the RG0 primary
    bgp: Rows[rows.BgpPeer] | NotAnswered = field(default_factory=_not_asked)
    bgp_prefixes: Rows[rows.BgpPrefixes] | NotAnswered = field(default_factory=_not_asked)
    ospf: Rows[rows.OspfNeighbor] | NotAnswered = field(default_factory=_not_asked)
    isis: Rows[rows.IsisAdjacency] | NotAnswered = field(default_factory=_not_asked)
    bfd: Rows[rows.BfdSession] | NotAnswered = field(default_factory=_not_asked)
    routes: Rows[rows.RouteCount] | NotAnswered = field(default_factory=_not_asked)
    interfaces: Rows[rows.Interface] | NotAnswered = field(default_factory=_not_asked)
    lacp: Rows[rows.LacpMember] | NotAnswered = field(default_factory=_not_asked)
    configuration: Rows[rows.ConfigurationSection] | NotAnswered = field(default_factory=_not_asked)
    hold_downs: Rows[rows.HoldDown] | NotAnswered = field(default_factory=_not_asked)  # those configured
    cluster_features: Rows[rows.ClusterFeatures] | NotAnswered = field(default_factory=_not_asked)  # one row
    routing_features: Rows[rows.RoutingFeatures] | NotAnswered = field(default_factory=_not_asked)  # one row

    def answers(self, table: str) -> Iterator[tuple[NodeName | None, Rows[Any] | NotAnswered]]:
        """The table's answers with the node that gave them; None for a table of the whole cluster."""
        answer = getattr(self, table)
        if isinstance(answer, PerNode):
            yield from ((node, answer.of(node)) for node in NodeName)
        else:
            yield None, answer

    def only(self, tables: Collection[str]) -> ClusterState:
        """The same state as if nothing but ``tables`` had been asked for."""
        unasked: dict[str, Any] = {
            table: _nobody() if table in NODE_TABLES else NOT_ASKED for table in TABLES if table not in tables
        }
        return replace(self, **unasked)


TABLES: tuple[str, ...] = tuple(f.name for f in fields(ClusterState) if f.name not in ("cluster", "taken_at"))
NODE_TABLES: frozenset[str] = frozenset(f.name for f in fields(ClusterState) if f.default_factory is _nobody)
