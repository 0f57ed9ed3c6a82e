"""What both nodes must have alike: routing engines, cards, signature packages, licenses."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from srx_issu.checks.check import YES, Check
from srx_issu.checks.formatting import listed
from srx_issu.checks.frames import Reasons, Row, Subject
from srx_issu.domain.checking import Severity
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.cluster.state import PerNode
from srx_issu.domain.upgrade.intent import Policy

_FPC = re.compile(r"\bFPC (\d+)")


@dataclass(frozen=True, kw_only=True)
class _Equal:
    """One table of the state, and what a row of it is called on each node."""

    table: str
    what: str
    name: Callable[[Any], str | None]  # None: the answer does not tell
    remedy: str
    severity: Severity = Severity.BLOCK
    must_show: bool = False  # every node has some: an empty answer tells nothing


_ALIKE = (
    _Equal(
        table="engines",
        what="routing engines",
        name=lambda row: row.model,
        remedy="ISSU needs two nodes of the same hardware",
        must_show=True,
    ),
    _Equal(
        table="pics",
        what="PICs",
        name=lambda row: f"{row.name} {row.kind}",
        remedy="put the same cards into the same slots",
        must_show=True,
    ),
    _Equal(
        table="modules",
        what="hardware modules",
        name=lambda row: f"{row.place} {row.kind}",
        remedy="compare 'show chassis hardware'",
        severity=Severity.WARN,
        must_show=True,
    ),
    _Equal(
        table="signatures",
        what="signature packages",
        name=lambda row: f"{row.package} {row.version}",
        remedy="install the same on both nodes",
    ),
    _Equal(
        table="licenses",
        what="licenses",
        name=lambda row: f"{row.name} ({row.installed} installed)",
        remedy="install the missing license",
    ),
)

COLUMNS = tuple(f"{each.table}_{part}" for each in _ALIKE for part in ("equal", "text"))


def populate(subject: Subject, cells: Row, reasons: Reasons) -> None:
    for each in _ALIKE:
        _compare(each, subject, cells, reasons)


def _compare(each: _Equal, subject: Subject, cells: Row, reasons: Reasons) -> None:
    table: PerNode[Any] = getattr(subject.state, each.table)
    column = f"{each.table}_equal"
    answers = [table.rows_of(node) for node in NodeName]
    told = [f"{n}: {reason}" for n in NodeName if (reason := table.reason_of(n))]
    if each.must_show:
        told += [f"{n} shows no {each.what}" for n in NodeName if table.rows_of(n) == ()]
    told += [f"{n}: a model is not shown" for n in NodeName if None in map(each.name, table.rows_of(n) or ())]
    if told:
        reasons[column] = "; ".join(told)
        return
    names = [[each.name(row) for row in answer or ()] for answer in answers]
    mine, theirs = ([name for name in found if name is not None] for found in names)
    only0, only1 = sorted(set(mine) - set(theirs)), sorted(set(theirs) - set(mine))
    first_slot = subject.support.node1_first_slot
    cells[column] = any(sorted(mine) == sorted(_shifted(theirs, slots)) for slots in (0, first_slot or 0))
    text = f"only node0 has {listed(only0) or 'none'}, only node1 has {listed(only1) or 'none'}"
    if first_slot is None and any(map(_FPC.search, theirs)):
        text += f"; policy/support.yaml has no 'node1_first_slot' for {subject.intent.cluster.model}"
    cells[f"{each.table}_text"] = text


def _shifted(names: list[str], slots: int) -> list[str]:
    """Most commands count the slots of both nodes from 0; some go on where node0's slots end."""
    return [_FPC.sub(lambda m: f"FPC {int(m[1]) - slots}", name) for name in names]


def checks(_: Policy) -> tuple[Check, ...]:
    return tuple(
        Check(
            name=f"{each.table}_equal",
            what=f"whether {each.what} are equal",
            table="cluster",
            column=f"{each.table}_equal",
            expect=YES,
            severity=each.severity,
            good=f"{each.what} are equal on both nodes",
            bad=f"{each.what} differ: {{{each.table}_text}}",
            limit="equal on both nodes",
            remedy=each.remedy,
        )
        for each in _ALIKE
    )
