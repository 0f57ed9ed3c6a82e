"""Which node's answer is compared with which: by node, by role, or both nodes' as one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.cluster.state import NotAnswered, Rows
from srx_issu.domain.comparison.difference import Observation
from srx_issu.domain.comparison.tables import Comparison, Side

Row = Any
Answer = Rows[Row] | NotAnswered


def sides(
    comparison: Comparison, before: Observation, after: Observation
) -> Iterator[tuple[Answer, Answer, NodeName | None]]:
    """Which answer is compared with which; the node is the one that gave the newer answer."""
    old, new = dict(before.state.answers(comparison.table)), dict(after.state.answers(comparison.table))
    match comparison.side:
        case Side.CLUSTER:
            yield old[None], new[None], None
        case Side.NODE:
            for node in NodeName:
                yield old[node], new[node], node
        case Side.ROLE:
            yield from _by_role(comparison, before, after, old, new)


def _by_role(
    comparison: Comparison,
    before: Observation,
    after: Observation,
    old: Mapping[Any, Answer],
    new: Mapping[Any, Answer],
) -> Iterator[tuple[Answer, Answer, NodeName | None]]:
    """Active with active and passive with passive; both nodes as one where the roles are not so plain."""
    was, now = active_node(before.snapshot), active_node(after.snapshot)
    if was is None or now is None:
        yield _together(comparison, old), _together(comparison, new), None
        return
    yield old[was], new[now], now
    yield old[was.peer], new[now.peer], now.peer


def groups_held(snapshot: Snapshot) -> dict[NodeName, frozenset[int]] | None:
    """Of each node that is primary of data-plane groups (of RG0 where there is none), which; None where a
    group has not exactly one primary."""
    held: dict[NodeName, frozenset[int]] = {}
    for group_id in [group_id for group_id in snapshot.group_ids if group_id > 0] or [0]:
        primary = snapshot.primary(group_id)
        if primary is None:
            return None
        held[primary] = held.get(primary, frozenset()) | {group_id}
    return held


def active_node(snapshot: Snapshot) -> NodeName | None:
    """The one node that is primary of every data-plane group (of RG0 where there is none); else None."""
    held = groups_held(snapshot) or {}
    return next(iter(held)) if len(held) == 1 else None


def _together(comparison: Comparison, answers: Mapping[Any, Answer]) -> Answer:
    """Both nodes' rows as one table; of a key that both have, the row with the larger figures."""
    rows: dict[str, Row] = {}
    for answer in answers.values():
        if isinstance(answer, NotAnswered):
            return answer
        for row in answer.rows:
            key = comparison.key(row)
            if key not in rows or _figures(comparison, row) > _figures(comparison, rows[key]):
                rows[key] = row
    return Rows(rows=tuple(rows.values()))


def _figures(comparison: Comparison, row: Row) -> tuple[float, ...]:
    return tuple(getattr(row, name) or 0 for name in comparison.gauges)
