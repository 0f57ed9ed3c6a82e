"""What both nodes of the machine show, put into our words without rendering and parsing it.

Fifty times as fast as the replies, and only as good as they say: runs that go over the replies compare every
look with this one (``tests/properties/recovery/world.py``).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from srx_issu.domain.cluster.model import (
    ColdSync,
    GroupMember,
    GroupState,
    IssuStatus,
    NodeName,
    NodeView,
    RedundancyGroup,
)
from srx_lab.machine import words
from srx_lab.machine.cold_sync import pfe_names
from srx_lab.machine.groups import view
from srx_lab.machine.words import NodeId
from srx_lab.machine.world import World

_WINDOW_WORDS = {"Entering in-service-upgrade window": True, "Exiting in-service-upgrade window": False}


def seen(world: World, name: NodeName) -> NodeView:
    """The node's own view."""
    node = NodeId(name.value)
    here = world.node(node)
    if not here.is_up:
        return NodeView(node=name, reachable=False, error="connection refused")
    return NodeView(
        node=name,
        reachable=True,
        hostname=world.spec.host_name(node),
        model=world.spec.platform.chassis,
        release=here.release.text,
        device_time=_whole(world.now + here.clock_offset_s),
        booted_at=_whole(here.booted_at + here.clock_offset_s),
        cluster_id=world.spec.cluster_id,
        groups=tuple(_group(world, node, group) for group in sorted(world.state.groups)),
        cold_sync=_cold_sync(world, node),
        issu=_issu(world, node),
    )


def alike(one: NodeView, other: NodeView) -> bool:
    """The same but for lines that nobody decides by, and the second that clocks are rounded to."""
    return _bare(one) == _bare(other) and _close(one.booted_at, other.booted_at)


def _bare(shown: NodeView) -> NodeView:
    cold_sync = replace(shown.cold_sync, progress=()) if shown.cold_sync else None
    issu = IssuStatus(in_progress=shown.issu.in_progress) if shown.issu else None
    return replace(
        shown,
        error=None,
        device_time=None,
        booted_at=None,
        cold_sync=cold_sync,
        issu=issu,
        groups=shown.groups,
        configured_at=None,
        configured_by=None,
        users=None,
    )


def _close(one: datetime | None, other: datetime | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs((one - other).total_seconds()) <= 1


def _whole(at: float) -> datetime:
    return datetime.fromtimestamp(int(at), UTC)


def _group(world: World, viewer: NodeId, group: int) -> RedundancyGroup:
    members = tuple(_member(world, viewer, node, group) for node in NodeId)
    return RedundancyGroup(
        group_id=group, failover_count=world.state.groups[group].failovers, members=members
    )


_YES_NO = {"yes": True, "no": False}


def _member(world: World, viewer: NodeId, node: NodeId, group: int) -> GroupMember:
    row = view(world, viewer, node, group)
    known = row.failures != "n/a"
    return GroupMember(
        node=NodeName(node.value),
        state=GroupState(row.state.value),
        priority=row.priority,
        preempt=_YES_NO.get(row.preempt),
        manual=_YES_NO.get(row.manual),
        monitor_failures=frozenset(row.failures.replace("None", "").split()) if known else None,
    )


def _cold_sync(world: World, node: NodeId) -> ColdSync:
    here, names = world.node(node), pfe_names(world.spec, node)
    done = names if here.cold_sync is words.ColdSync.COMPLETE else names[: here.cold_sync_spus_done]
    unknown = names if here.cold_sync is words.ColdSync.UNKNOWN else []
    waiting = tuple(name for name in names if name not in done and name not in unknown)
    return ColdSync(
        weight=0 if len(done) == len(names) else 255,
        completed=tuple(done),
        not_completed=waiting,
        unknown=tuple(unknown),
    )


def _issu(world: World, node: NodeId) -> IssuStatus:
    said = [_WINDOW_WORDS[text] for _, text in world.node(node).issu_events[-20:] if text in _WINDOW_WORDS]
    return IssuStatus(in_progress=said[-1] if said else None)
