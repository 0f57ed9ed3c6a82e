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

# In a cluster node1's cards may go on counting where node0's slots end: FPC 7 is the first of node1 on
# SRX1500 and 4x00, 3, 6 and 12 on SRX5400, 5600 and 5800. Most commands count from 0 on both.
SLOT_OFFSETS = (0, 3, 6, 7, 12)


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
        _compare(each, getattr(subject.state, each.table), cells, reasons)


def _compare(each: _Equal, table: PerNode[Any], cells: Row, reasons: Reasons) -> None:
    answers = [table.rows_of(node) for node in NodeName]
    told = [f"{n}: {reason}" for n in NodeName if (reason := table.reason_of(n))]
    if each.must_show:
        told += [f"{n} shows no {each.what}" for n in NodeName if table.rows_of(n) == ()]
    told += [f"{n}: a model is not shown" for n in NodeName if None in map(each.name, table.rows_of(n) or ())]
    if told:
        reasons[f"{each.table}_equal"] = "; ".join(told)
        return
    names = [[each.name(row) for row in answer or ()] for answer in answers]
    mine, theirs = ([name for name in found if name is not None] for found in names)
    only0, only1 = sorted(set(mine) - set(theirs)), sorted(set(theirs) - set(mine))
    cells[f"{each.table}_equal"] = any(
        sorted(mine) == sorted(_shifted(theirs, slots)) for slots in SLOT_OFFSETS
    )
    cells[f"{each.table}_text"] = (
        f"only node0 has {listed(only0) or 'none'}, only node1 has {listed(only1) or 'none'}"
    )


def _shifted(words: list[str], slots: int) -> list[str]:
    return [re.sub(r"\bFPC (\d+)", lambda m: f"FPC {int(m[1]) - slots}", word) for word in words]


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
