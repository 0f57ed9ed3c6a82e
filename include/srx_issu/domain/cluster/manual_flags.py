"""Manual failover flags, and whether they can be an ISSU's.

An ISSU sets them too (guide, step 1): on every data group at once, on the RG0 primary, where it has gathered
them. Any others were left by a failover by hand, or by an ISSU that is over, and block the next one.
"""

from __future__ import annotations

from collections.abc import Collection

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.junos.version import same_release


def stale_flags(now: Snapshot, own_groups: Collection[int] = ()) -> tuple[str, ...]:
    """In words, with the remedy: those that no ISSU under way can have set. ``own_groups`` were failed over
    by hand by this very upgrade."""
    flagged = {group: node for group, node in flags(now).items() if group not in own_groups}
    if not flagged or _may_be_an_issus(now):
        return ()
    return tuple(
        f"RG{group} has the manual failover flag on {node}, left by a failover by hand: {remedy(group)}"
        for group, node in flagged.items()
    )


def flags(now: Snapshot) -> dict[int, NodeName]:
    """The data groups with the flag, each with its primary, or the node that shows the flag."""
    found: dict[int, NodeName] = {}
    for group in filter(None, map(now.group, now.group_ids)):
        members = [member.node for member in group.members if member.manual]
        if group.group_id > 0 and members:
            found[group.group_id] = now.primary(group.group_id) or members[0]
    return found


def remedy(group: int) -> str:
    """What clears the flag, and gives the group its configured priorities back."""
    return f"'request chassis cluster failover reset redundancy-group {group}'"


def _may_be_an_issus(now: Snapshot) -> bool:
    """Doubt is a yes."""
    told = {view.issu.in_progress if view.issu else None for view in now.views}
    one, other = now.node0.release, now.node1.release
    if True in told or not now.both_reachable or one is None or other is None:
        return True
    if not same_release(one, other):
        return True
    if told == {False}:
        return False
    set_by_an_issu = {group: now.primary(0) for group in now.group_ids if group > 0}
    return flags(now) == set_by_an_issu
