"""Where a redundancy group belongs when an upgrade is over."""

from __future__ import annotations

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.cluster.phase import ISSU_PRIORITY


def configured_priority(before: Snapshot, group_id: int, node: NodeName) -> int | None:
    """The priority at the baseline; None when that one was not the configured one either."""
    group = before.group(group_id)
    member = group.member(node) if group else None
    if member is None or member.priority in (0, ISSU_PRIORITY):
        return None
    return member.priority


def home(before: Snapshot, group_id: int) -> NodeName:
    """node0 (guide, step 7), unless the configuration prefers node1 by a higher priority.

    An active/active cluster keeps its groups apart that way, and a group with preempt is not moved to a
    node from which it would come back by itself.
    """
    own = configured_priority(before, group_id, NodeName.NODE0)
    other = configured_priority(before, group_id, NodeName.NODE1)
    return NodeName.NODE1 if own is not None and other is not None and other > own else NodeName.NODE0
