"""A healthy SRX4600 cluster, ready for an ISSU, whole and typed; tests spoil one thing of it at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from srx_issu.domain.cluster import rows
from srx_issu.domain.cluster.model import (
    Address,
    Cluster,
    ColdSync,
    GroupMember,
    GroupState,
    Image,
    IssuStatus,
    NodeName,
    NodeView,
    RedundancyGroup,
    Snapshot,
)
from srx_issu.domain.cluster.state import ClusterState, NotAnswered, PerNode, Rows
from srx_issu.domain.upgrade.commands import SoftwareFamily
from srx_issu.domain.upgrade.intent import Intent, Limits, Policy, Timers
from srx_issu.domain.upgrade.support import InService, Support

NOW = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
RUNNING, TARGET = "21.4R3-S5.4", "23.4R2-S3.9"
NODE0, NODE1 = NodeName.NODE0, NodeName.NODE1


def both(*found: Any) -> PerNode[Any]:
    return PerNode(node0=Rows(rows=found), node1=Rows(rows=found))


def group(group_id: int) -> RedundancyGroup:
    def member(node: NodeName, state: GroupState, priority: int) -> GroupMember:
        return GroupMember(
            node=node,
            state=state,
            priority=priority,
            preempt=False,
            manual=False,
            monitor_failures=frozenset(),
        )

    primary = member(NODE0, GroupState.PRIMARY, 200)
    return RedundancyGroup(group_id=group_id, members=(primary, member(NODE1, GroupState.SECONDARY, 100)))


def view(node: NodeName) -> NodeView:
    return NodeView(
        node=node,
        reachable=True,
        hostname=f"fw-{node}",
        model="SRX4600",
        release=RUNNING,
        device_time=NOW,
        booted_at=NOW - timedelta(days=90),
        groups=(group(0), group(1)),
        cold_sync=ColdSync(weight=0, completed=("fpc0",)),
        issu=IssuStatus(),
    )


def snapshot() -> Snapshot:
    return Snapshot(cluster="fw-a", taken_at=NOW, node0=view(NODE0), node1=view(NODE1))


def state() -> ClusterState:
    """What the tests here spoil; a table that is not in it was not asked for. Each check passes on the whole
    state of the lab (tests/integration/checks)."""
    clock = rows.NodeClock(
        device_time=NOW,
        booted_at=NOW - timedelta(days=90),
        time_source="NTP CLOCK",
        configured_at=NOW - timedelta(days=9),
        asked_of=NODE0,
    )
    links = [
        rows.ClusterLink(kind=rows.LinkKind.CONTROL, name="control link", physical="Up"),
        rows.ClusterLink(kind=rows.LinkKind.CONTROL_INTERFACE, name="em0", physical="Up"),
        rows.ClusterLink(kind=rows.LinkKind.FABRIC, name="fabric link", physical="Up"),
        rows.ClusterLink(kind=rows.LinkKind.FABRIC_CHILD, name="xe-1/1/0", physical="Up", monitored="Up"),
    ]
    return ClusterState(
        cluster="fw-a",
        taken_at=NOW,
        software=both(rows.Software(hostname="fw", model="SRX4600", release=RUNNING)),
        engines=both(rows.RoutingEngine(model="SRX Routing Engine", status="OK")),
        cpu=both(rows.CpuSample(busy_percent=12.0), rows.CpuSample(busy_percent=9.0)),
        var_tmp=both(rows.Filesystem(mounted_on="/var", available_bytes=9 * 10**9, total_bytes=10**10)),
        images=both(),
        clocks=both(clock),
        chassis_alarms=both(),
        system_alarms=both(),
        core_dumps=both(),
        logins=both(),
        commits=both(rows.Commit(number=0, user="ops", committed_at=NOW - timedelta(days=9))),
        candidate=both(),
        pending_install=both(),
        spus=both(rows.SpuLoad(spu="fpc 1 pic 0", busy_percent=20.0, sessions=9_000, most_sessions=60_000)),
        pics=both(rows.Pic(fpc=1, pic=0, kind="SRX4600-PIC", state="Online")),
        modules=both(rows.Module(place="FPC 1", kind="SRX4600 FPC")),
        licenses=both(rows.License(name="idp-sig", installed=1, used=1, needed=0)),
        signatures=both(rows.SignaturePackage(package="idp", version="3600")),
        links=both(*links),
        heartbeats=both(rows.Heartbeat(link=0, sent=99, received=98, errors=3, errors_delta=0)),
        monitoring=both(),
        leds=both(rows.Led(colour="Green", reason="No failures")),
        config_sync=both(rows.ConfigSync(name="last-sync-result", value="Succeeded")),
        multi_node_ha=both(),
        policy_sync=both(rows.PolicySync(pfe="fpc0", in_sync=True, words="node0.fpc0 in-sync")),
        routing_features=Rows(rows=(rows.RoutingFeatures(protocols=("bgp",), graceful_restart=True),)),
    )


def intent() -> Intent:
    return Intent(
        upgrade_id="manual__1",
        cluster=Cluster(
            name="fw-a",
            model="SRX4600",
            site="berlin",
            node0=Address(host="192.0.2.1"),
            node1=Address(host="192.0.2.2"),
            connection_id="srx_berlin",
        ),
        image=Image(
            file="/images/x.tgz",
            name=f"junos-srxhe-x86-64-{TARGET}.tgz",
            release=TARGET,
            models=frozenset({"SRX4600"}),
            sha256="0" * 64,
            size_bytes=1_400_000_000,
        ),
        software=SoftwareFamily.SYSTEM,
        policy=Policy(timers=Timers(), limits=Limits(), tolerances={}),
        requested_by="ops",
    )


ALLOWED = Support(verdict=InService.ISSU, reason="SRX4600 from 17.4R1 (guide, Table 1)", node1_first_slot=7)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One look at a cluster."""

    snapshot: Snapshot
    state: ClusterState
    intent: Intent
    support: Support

    def view(self, node: NodeName, **changes: Any) -> Case:
        changed = replace(self.snapshot.view(node), **changes)
        return replace(self, snapshot=replace(self.snapshot, **{node.value: changed}))

    def member(self, node: NodeName, group_id: int, **changes: Any) -> Case:
        """Changes a member in what both nodes show."""
        case = self
        for seen_by in NodeName:
            groups = tuple(
                replace(
                    g,
                    members=tuple(
                        replace(m, **changes) if m.node is node and g.group_id == group_id else m
                        for m in g.members
                    ),
                )
                for g in case.snapshot.view(seen_by).groups
            )
            case = case.view(seen_by, groups=groups)
        return case

    def rows(self, table: str, node: NodeName, *found: Any) -> Case:
        return self._answer(table, node, Rows(rows=found))

    def unanswered(self, table: str, node: NodeName, reason: str = "syntax error") -> Case:
        return self._answer(table, node, NotAnswered(reason=reason))

    def _answer(self, table: str, node: NodeName, answer: Any) -> Case:
        answers = replace(getattr(self.state, table), **{node.value: answer})
        return replace(self, state=replace(self.state, **{table: answers}))

    def edited(self, edit: Callable[[Case], Case]) -> Case:
        return edit(self)


def healthy() -> Case:
    return Case(snapshot=snapshot(), state=state(), intent=intent(), support=ALLOWED)
