"""What differs between two states: rows by key, figures by tolerance, in the words of the operator.

``compare`` is pure and light, so that a waiting trigger may ask it again and again what is still missing.
Which tables there are to compare, and how, is in ``domain.comparison.tables``. Judging differences (severity,
verdict) is left to ``checks.post_checks``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.cluster.state import NotAnswered, Rows
from srx_issu.domain.comparison.difference import Difference, DifferenceKind, Observation
from srx_issu.domain.comparison.hit_flow import hits, never_hit
from srx_issu.domain.comparison.rto_flow import comparable_senders, flows, stalled
from srx_issu.domain.comparison.sides import Answer, sides
from srx_issu.domain.comparison.tables import COMPARISONS, Comparison, Position
from srx_issu.domain.upgrade.intent import Tolerance

RTO_TABLE, HIT_TABLE = "rtos", "hit_counts"
GROWING = (RTO_TABLE, HIT_TABLE)  # compared by whether they grow, not row by row

Row = Any
Ignore = Callable[[str, str], bool]  # table, key → leave this key out


def compare(
    before: Observation,
    after: Observation,
    tolerances: Mapping[str, Tolerance],
    ignore: Ignore = lambda _table, _key: False,
) -> tuple[Difference, ...]:
    """Everything that differs, table by table in ``COMPARISONS``'s order.

    ``tolerances`` by table name, or by ``table.field`` for one figure of it. A table that was not answered
    before is not compared; one that was and no longer is, is a difference of its own.
    """
    differences = (
        difference
        for comparison in COMPARISONS
        for old, new, node in sides(comparison, before, after)
        for difference in _differences(
            _ComparedTable(comparison=comparison, node=node, tolerances=tolerances, ignore=ignore), old, new
        )
    )
    return (
        *_once(differences),
        *_rto_differences(before, after, ignore),
        *_hit_differences(before, after, ignore),
    )


def _once(differences: Iterable[Difference]) -> Iterator[Difference]:
    """What both nodes show in the same words is told once, of the cluster."""
    found: dict[tuple[str, DifferenceKind, str, str], Difference] = {}
    for difference in differences:
        same = (difference.table, difference.kind, difference.key, difference.text)
        other = found.get(same)
        both = other is not None and other.node is not difference.node
        found[same] = replace(difference, node=None) if both else difference
    return iter(found.values())


def _rto_differences(before: Observation, after: Observation, ignore: Ignore) -> Iterator[Difference]:
    was, now = flows(before.state), flows(after.state)
    if was is None:
        return
    if now is None:
        yield _no_answer(RTO_TABLE, "RTO counters", after)
        return
    for found in stalled(was, now, comparable_senders(before.snapshot, after.snapshot)):
        if not ignore(RTO_TABLE, found.service):
            yield Difference(
                table=RTO_TABLE,
                kind=DifferenceKind.LOST,
                node=found.sender,
                key=found.service,
                text=f"RTO service {found.service}: {found.how}",
            )


def _hit_differences(before: Observation, after: Observation, ignore: Ignore) -> Iterator[Difference]:
    was, now = hits(before.state), hits(after.state)
    if was is None:
        return
    if now is None:
        yield _no_answer(HIT_TABLE, "hit counts", after)
        return
    for key, growth in never_hit(was, now):
        if not ignore(HIT_TABLE, key):
            text = f"policy {key} has had no hit since the reboots (before: {growth} between two samples)"
            yield Difference(table=HIT_TABLE, kind=DifferenceKind.LOST, node=None, key=key, text=text)


def _no_answer(table: str, name: str, after: Observation) -> Difference:
    reasons = (getattr(after.state, table).reason_of(node) for node in NodeName)
    text = f"{name}: no answer any more ({next(filter(None, reasons), 'unknown')})"
    return Difference(table=table, kind=DifferenceKind.SILENT, node=None, key="", text=text)


def compared_tables(before: Observation) -> tuple[str, ...]:
    """The tables that have something to be compared with."""
    tables = (*(comparison.table for comparison in COMPARISONS), *GROWING)
    return tuple(
        table
        for table in tables
        if any(isinstance(answer, Rows) for _, answer in before.state.answers(table))
    )


@dataclass(frozen=True, kw_only=True)
class _ComparedTable:
    """One table while it is compared; ``node`` is the one that gave the newer answer."""

    comparison: Comparison
    node: NodeName | None
    tolerances: Mapping[str, Tolerance]
    ignore: Ignore

    def by_key(self, rows: tuple[Row, ...]) -> dict[str, Row]:
        named = ((self.comparison.key(row), row) for row in rows)
        return {key: row for key, row in named if not self.ignore(self.comparison.table, key)}

    def tolerance(self, field: str) -> Tolerance:
        table = self.comparison.table
        given = self.tolerances.get(f"{table}.{field}") or self.tolerances.get(table)
        return given or self.comparison.tolerance

    def difference(self, kind: DifferenceKind, key: str, how: str) -> Difference:
        text = " ".join(f"{self.comparison.one} {key} {how}".split())
        return Difference(table=self.comparison.table, kind=kind, node=self.node, key=key, text=text)

    def change(
        self, kind: DifferenceKind, key: str, field: str, was: object, now: object, how: str
    ) -> Difference:
        label = "" if self.comparison.unnamed else f"{field.replace('_', ' ')} "
        thing = " ".join(f"{self.comparison.one} {key}".split())
        hidden = field in self.comparison.digests
        return Difference(
            table=self.comparison.table,
            kind=kind,
            node=self.node,
            key=key,
            field=field,
            before=None if was is None else str(was),
            after=None if now is None else str(now),
            text=f"{thing} has changed" if hidden else f"{thing}: {label}{how}",
        )


def _differences(table: _ComparedTable, old: Answer, new: Answer) -> Iterator[Difference]:
    comparison = table.comparison
    if isinstance(old, NotAnswered):
        return
    if isinstance(new, NotAnswered):
        text = f"{comparison.many}: no answer any more ({new.reason})"
        yield Difference(
            table=comparison.table, kind=DifferenceKind.SILENT, node=table.node, key="", text=text
        )
        return
    was, now = table.by_key(old.rows), table.by_key(new.rows)
    for key in [key for key in was if key not in now]:
        yield table.difference(DifferenceKind.LOST, key, "is lost")
    for key, row in now.items():
        if key not in was:
            yield table.difference(DifferenceKind.ADDED, key, "is new")
        elif was[key] != row:
            yield from _changes(table, key, was[key], row)
    if comparison.position is not None:
        yield from _moves(table, comparison.position, was, now)


def _changes(table: _ComparedTable, key: str, old: Row, new: Row) -> Iterator[Difference]:
    for name in table.comparison.exact:
        was, now = getattr(old, name), getattr(new, name)
        if was != now and not _fine(table.comparison, was, now):
            how = f"is no longer shown (was {was})" if now is None else f"was {was}, is {now}"
            yield table.change(DifferenceKind.CHANGED, key, name, was, now, how)
    for name in table.comparison.gauges:
        was, now = getattr(old, name), getattr(new, name)
        if was is None or now is None:
            continue
        if text := beyond(was, now, table.tolerance(name)):
            yield table.change(DifferenceKind.OUT_OF_TOLERANCE, key, name, was, now, text)


def _fine(comparison: Comparison, was: object, now: object) -> bool:
    """No difference worth telling: into a good state, from one bad state to another, not shown before."""
    if was is None:
        return True
    if not comparison.good:
        return False
    return str(now).lower() in comparison.good or str(was).lower() not in comparison.good


def beyond(was: float, now: float, allowed: Tolerance) -> str | None:
    """Why ``now`` is too far from ``was``; None when it is not."""
    change = now - was
    if abs(change) <= allowed.absolute:
        return None
    limit = allowed.lost_percent if change < 0 else allowed.gained_percent
    if limit is None or abs(change) * 100 <= limit * was:
        return None
    share = f"{abs(change) * 100 / was:.1f} %" if was else "all"
    direction = "less" if change < 0 else "more"
    return f"was {was:g}, is {now:g}: {share} {direction}, allowed {limit:g} %"


def _moves(
    table: _ComparedTable, position: Position, was: Mapping[str, Row], now: Mapping[str, Row]
) -> Iterator[Difference]:
    """Order among the rows that both have; an inserted or lost row does not move the others."""
    kept: dict[str, list[str]] = {}
    for key, row in was.items():
        if key in now:
            kept.setdefault(position.context(row), []).append(key)
    for context, keys in kept.items():
        old = sorted(keys, key=lambda key: position.of(was[key]))
        new = sorted(keys, key=lambda key: position.of(now[key]))
        moved = [key for key, other in zip(old, new, strict=True) if key != other]
        if moved:
            text = f"{table.comparison.many} {context}: order changed for {len(moved)}, first {moved[0]}"
            yield Difference(
                table=table.comparison.table,
                kind=DifferenceKind.MOVED,
                node=table.node,
                key=context,
                text=text,
            )


def ignoring(patterns: Mapping[str, Iterable[str]]) -> Ignore:
    """Leaves out keys that match one of their table's regular expressions."""
    compiled = {
        table: re.compile("|".join(f"(?:{p})" for p in given)) for table, given in patterns.items() if given
    }

    def ignore(table: str, key: str) -> bool:
        pattern = compiled.get(table)
        return pattern is not None and pattern.search(key) is not None

    return ignore
