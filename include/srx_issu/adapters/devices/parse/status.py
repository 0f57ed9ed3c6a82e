"""``get-chassis-cluster-status`` to redundancy groups.

``device-stats`` is a flat list: device-name, device-priority, ..., device-name, ... (docs/junos.md,
"Trap 1"). It is walked by sibling; a record is opened at each device-name. Nothing is zipped.
"""

from __future__ import annotations

from srx_issu.adapters.devices.parse.reply import Element, fragment, number
from srx_issu.domain.cluster.model import GroupMember, GroupState, NodeName, RedundancyGroup
from srx_issu.domain.errors import ReplyNotUnderstood

_WORDS = {"yes": True, "no": False}  # anything else, such as n/a for a lost peer, is not known


def redundancy_groups(node: str, status: Element) -> tuple[RedundancyGroup, ...]:
    """Every group with both members as ``node`` sees them, in order of their ids.

    Raises ReplyNotUnderstood when a group has no id, no member, an unknown or doubled member, or a record
    without a state.
    """
    groups = [_group(node, element) for element in status.iter("redundancy-group")]
    if not groups:
        raise ReplyNotUnderstood(node, "cluster status without a redundancy group", fragment(status))
    ids = [group.group_id for group in groups]
    if len(set(ids)) != len(ids):
        raise ReplyNotUnderstood(node, f"cluster status lists a redundancy group twice: {ids}")
    return tuple(sorted(groups, key=lambda group: group.group_id))


def _group(node: str, element: Element) -> RedundancyGroup:
    group_id = number(node, element, "redundancy-group-id")
    if group_id is None:
        raise ReplyNotUnderstood(node, "redundancy group without an id", fragment(element))
    records = _records(node, element)
    members = tuple(_member(node, record, element) for record in records)
    if len({member.node for member in members}) != len(members) or not members:
        raise ReplyNotUnderstood(
            node, f"redundancy group {group_id}: expected node0 and node1 once each", fragment(element)
        )
    failovers = number(node, element, "redundancy-group-failover-count")
    return RedundancyGroup(group_id=group_id, failover_count=failovers, members=members)


def _records(node: str, group: Element) -> list[dict[str, str]]:
    records: list[dict[str, str]] = []
    for stats in group.iter("device-stats"):
        for child in stats:
            tag, text = str(child.tag), (child.text or "").strip()
            if tag == "device-name":
                records.append({})
            if not records or tag in records[-1]:
                raise ReplyNotUnderstood(node, f"<{tag}> out of place in device-stats", fragment(group))
            records[-1][tag] = text
    return records


def _member(node: str, record: dict[str, str], group: Element) -> GroupMember:
    name, state = record["device-name"], record.get("redundancy-group-status")
    if name not in (NodeName.NODE0, NodeName.NODE1) or not state:
        raise ReplyNotUnderstood(node, f"member {name!r} in state {state!r} not understood", fragment(group))
    return GroupMember(
        node=NodeName(name),
        state=_state(state),
        priority=_priority(record.get("device-priority")),
        preempt=_WORDS.get(record.get("preempt", "").lower()),
        manual=_WORDS.get(record.get("failover-mode", "").lower()),
        monitor_failures=_failures(record.get("monitor-failures")),
    )


def _state(word: str) -> GroupState:
    try:
        return GroupState(word.lower())
    except ValueError:
        return GroupState.UNKNOWN


def _priority(word: str | None) -> int | None:
    return int(word) if word and word.isdecimal() else None


def _failures(words: str | None) -> frozenset[str] | None:
    """``None`` in the reply means no failure; no column, an empty one or n/a means not known."""
    if not words or words.lower() == "n/a":
        return None
    if words.lower() == "none":
        return frozenset()
    return frozenset(words.replace(",", " ").upper().split())
