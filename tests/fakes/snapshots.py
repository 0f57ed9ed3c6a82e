"""Builders of snapshots for tests: a healthy cluster, and what becomes of it step by step."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from srx_issu.domain.cluster.model import (
    ColdSync,
    GroupMember,
    GroupState,
    IssuStatus,
    NodeName,
    NodeView,
    RedundancyGroup,
    Snapshot,
)

OLD, NEW = "21.4R3-S5.4", "22.4R3-S2.11"
T0 = datetime(2026, 5, 24, 15, 0, tzinfo=UTC)
SYNCED = ColdSync(weight=0, completed=("flowd",))
SYNCING = ColdSync(weight=255, not_completed=("flowd",), progress=("CS RTO sync  1 of 2 SPUs completed",))
N0, N1 = NodeName.NODE0, NodeName.NODE1
PRIORITIES = {N0: 200, N1: 100}


def group(
    group_id: int,
    primary: NodeName | None = N0,
    *,
    states: dict[NodeName, GroupState] | None = None,
    priorities: dict[NodeName, int] | None = None,
    manual: bool = False,
    failures: dict[NodeName, frozenset[str]] | None = None,
) -> RedundancyGroup:
    """A group whose ``primary`` leads, the other follows; overrides by node."""
    usual = {n: GroupState.PRIMARY if n is primary else GroupState.SECONDARY for n in NodeName}
    members = tuple(
        GroupMember(
            node=n,
            state={**usual, **(states or {})}[n],
            priority={**PRIORITIES, **(priorities or {})}[n],
            preempt=False,
            manual=manual,
            monitor_failures=(failures or {}).get(n, frozenset()),
        )
        for n in NodeName
    )
    return RedundancyGroup(group_id=group_id, failover_count=1, members=members)


def view(node: NodeName, release: str | None = OLD, **changes: object) -> NodeView:
    """A node that answers and sees a healthy cluster."""
    healthy = NodeView(
        node=node,
        reachable=True,
        hostname=f"srx-{node}",
        model="SRX4600",
        release=release,
        device_time=T0,
        booted_at=T0 - timedelta(days=30),
        groups=(group(0), group(1)),
        cold_sync=SYNCED,
        issu=IssuStatus(in_progress=False),
    )
    return replace(healthy, **changes)  # type: ignore[arg-type]


def silent(node: NodeName, error: str = "connection refused") -> NodeView:
    return NodeView(node=node, reachable=False, error=error)


def snapshot(node0: NodeView | None = None, node1: NodeView | None = None, cluster: str = "fw-1") -> Snapshot:
    return Snapshot(cluster=cluster, taken_at=T0, node0=node0 or view(N0), node1=node1 or view(N1))


def both(release0: str = OLD, release1: str = OLD, **changes: object) -> Snapshot:
    """Both nodes see the same; ``changes`` go to both."""
    return snapshot(view(N0, release0, **changes), view(N1, release1, **changes))


def after_reboot(node_view: NodeView, minutes: int = 60) -> NodeView:
    return replace(node_view, booted_at=T0 + timedelta(minutes=minutes))
