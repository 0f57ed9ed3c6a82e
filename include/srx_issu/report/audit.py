"""The matrix of an audit, clusters × checks: a page, a table for spreadsheets, and the facts for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic_core import to_json

from srx_issu.domain.audit import AuditedCluster, AuditVerdict, Cell, Change, Matrix
from srx_issu.domain.verdict import Status
from srx_issu.report.page import environment
from srx_issu.report.spreadsheet import table
from srx_issu.report.verdicts import CssClass, css_class
from srx_issu.steps.audit.fleet import summary

_CLASSES = {
    AuditVerdict.READY: CssClass.GOOD,
    AuditVerdict.ALREADY_CURRENT: CssClass.CALM,
    AuditVerdict.ASK: CssClass.NOTE,
    AuditVerdict.BUSY: CssClass.CALM,
    AuditVerdict.NOT_READY: CssClass.BAD,
    AuditVerdict.NO_ANSWER: CssClass.BAD,
    AuditVerdict.NOT_LOOKED_AT: CssClass.BAD,
}
_SIGNS = {Status.PASS: "✓", Status.FAIL: "✗", Status.ERROR: "?", Status.SKIPPED: "–"}


@dataclass(frozen=True, kw_only=True)
class AuditReport:
    html: str
    csv: str
    json: str


def build_audit_report(matrix: Matrix, changed: Sequence[Change] | None) -> AuditReport:
    """``changed`` None = there was no audit before."""
    page = environment().get_template("audit.html.j2")
    html = page.render(
        matrix=matrix,
        clusters=sorted(matrix.clusters, key=_troubled_first),
        standing=sorted((c for c in matrix.clusters if c.verdict not in _GOOD), key=_troubled_first),
        checks=_telling_first(matrix),
        counts=[(v.value, shown, matrix.count(v)) for v, shown in _worst_verdicts() if matrix.count(v)],
        changes=changed,
        summary=summary(matrix),
        findings=lambda cluster: [cell for cell in cluster.cells if _is_finding(cell)],
        verdict_class=lambda cluster: _CLASSES[cluster.verdict],
        sign=lambda cell: _SIGNS[cell.status],
    )
    facts = {"summary": summary(matrix), "matrix": matrix, "changes": changed}
    return AuditReport(html=html, csv=_csv(matrix), json=to_json(facts, indent=1).decode())


_GOOD = (AuditVerdict.READY, AuditVerdict.ALREADY_CURRENT)
_WORST_FIRST = {CssClass.BAD: 0, CssClass.NOTE: 1, CssClass.CALM: 2, CssClass.GOOD: 3}


def _troubled_first(cluster: AuditedCluster) -> tuple[int, str]:
    return _WORST_FIRST[_CLASSES[cluster.verdict]], cluster.name


def _worst_verdicts() -> list[tuple[AuditVerdict, CssClass]]:
    return sorted(_CLASSES.items(), key=lambda each: _WORST_FIRST[each[1]])


def _telling_first(matrix: Matrix) -> list[str]:
    """The checks, those first that some cluster did not pass; otherwise in their order."""
    found = {cell.check for cluster in matrix.clusters for cell in cluster.cells if _is_finding(cell)}
    return sorted(matrix.checks, key=lambda check: check not in found)


def _is_finding(cell: Cell) -> bool:
    return css_class(cell) in (CssClass.BAD, CssClass.NOTE)


def _csv(matrix: Matrix) -> str:
    head = ["cluster", "site", "model", "running", "target", "verdict", "reason", *matrix.checks]
    return table([head, *(_row(cluster, matrix) for cluster in matrix.clusters)])


def _row(cluster: AuditedCluster, matrix: Matrix) -> list[object]:
    facts = (cluster.name, cluster.site, cluster.model, cluster.running, cluster.target)
    statuses = (_status(cluster, check) for check in matrix.checks)
    return [*facts, cluster.verdict.value, cluster.reason, *statuses]


def _status(cluster: AuditedCluster, check: str) -> str:
    cell = cluster.cell(check)
    return cell.status.value if cell else ""
