"""How ready the whole fleet is: one row a cluster, one cell a check, and what changed since the last time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from srx_issu.domain.checking import CheckResult, Readiness, Severity
from srx_issu.domain.verdict import Status

_WORST = (Status.FAIL, Status.ERROR, Status.SKIPPED, Status.PASS)
_MOST_WORDS = 3


class AuditVerdict(StrEnum):
    """What became of one cluster in an audit."""

    READY = "READY"
    ASK = "ASK"  # ready, but nothing documents the pair of releases: a person decides
    NOT_READY = "NOT_READY"
    ALREADY_CURRENT = "ALREADY_CURRENT"  # runs the newest image of the catalogue for its model
    NO_ANSWER = "NO_ANSWER"  # neither node answered
    BUSY = "BUSY"  # an upgrade has it; it was left alone
    NOT_LOOKED_AT = "NOT_LOOKED_AT"  # no account, a fault of ours, or its batch did not end


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One check of one cluster: the worst of its results, in words."""

    check: str
    status: Status
    severity: Severity
    text: str


@dataclass(frozen=True, kw_only=True)
class AuditedCluster:
    """One row. ``running`` and ``target`` are releases; None = not known, or no image fits."""

    name: str
    model: str
    site: str
    verdict: AuditVerdict
    reason: str
    running: str | None = None
    target: str | None = None
    hold: str | None = None
    cells: tuple[Cell, ...] = ()

    def cell(self, check: str) -> Cell | None:
        return next((cell for cell in self.cells if cell.check == check), None)


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """One audit, by name of cluster."""

    audit_id: str
    began_at: datetime
    ended_at: datetime
    clusters: tuple[AuditedCluster, ...]

    @property
    def checks(self) -> tuple[str, ...]:
        """Every check of any cluster, in the order of the checks."""
        return tuple(dict.fromkeys(cell.check for cluster in self.clusters for cell in cluster.cells))

    def count(self, verdict: AuditVerdict) -> int:
        return sum(cluster.verdict is verdict for cluster in self.clusters)


@dataclass(frozen=True, kw_only=True)
class SeenReleases:
    """What ran where when an audit looked; clusters that did not say are left out."""

    began_at: datetime
    releases: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Change:
    """What is not as in the last audit. ``check`` None = the cluster as a whole."""

    cluster: str
    check: str | None
    before: str
    after: str
    text: str


@dataclass(frozen=True, kw_only=True)
class ProbeSummary:
    """What the last probe of a cluster said; kept beside the audits, for their column."""

    cluster: str
    probed_at: datetime
    is_ready: bool
    verdict: str
    findings: tuple[str, ...] = ()


PROBE_COLUMN = "probe"
_MOST_FINDINGS = 3


def probe_file(cluster: str) -> str:
    """What the summary of a cluster's probe is called in the evidence."""
    return f"{cluster}.probe.json"


def probe_cell(found: ProbeSummary | None) -> Cell:
    """The cell of a cluster's last probe; a cluster that was never probed is no finding."""
    if found is None:
        return Cell(
            check=PROBE_COLUMN,
            status=Status.SKIPPED,
            severity=Severity.WARN,
            text="never probed: run 'srx-issu probe', or the DAG issu_probe, days before the window",
        )
    more = len(found.findings) - _MOST_FINDINGS
    told = "; ".join((*found.findings[:_MOST_FINDINGS], *((f"and {more} more",) if more > 0 else ())))
    return Cell(
        check=PROBE_COLUMN,
        status=Status.PASS if found.is_ready else Status.FAIL,
        severity=Severity.WARN,
        text=f"{found.verdict} ({found.probed_at:%Y-%m-%d %H:%M} UTC){f': {told}' if told else ''}",
    )


def cells_of(readiness: Readiness) -> tuple[Cell, ...]:
    """One cell a check, in the order of the results."""
    by_check: dict[str, list[CheckResult]] = {}
    for result in readiness.results:
        by_check.setdefault(result.check, []).append(result)
    return tuple(_cell(check, results) for check, results in by_check.items())


def _cell(check: str, results: list[CheckResult]) -> Cell:
    worst = min(results, key=lambda result: _WORST.index(result.status))
    same = [result.text for result in results if result.status is worst.status]
    more = f"; and {len(same) - _MOST_WORDS} more" if len(same) > _MOST_WORDS else ""
    text = "; ".join(dict.fromkeys(same[:_MOST_WORDS])) + more
    return Cell(check=check, status=worst.status, severity=worst.severity, text=text)


def changes(before: Matrix, after: Matrix) -> tuple[Change, ...]:
    """Cluster by cluster: a new or missing one, another verdict, checks whose result is another one."""
    old = {cluster.name: cluster for cluster in before.clusters}
    new = {cluster.name: cluster for cluster in after.clusters}
    found: list[Change] = []
    for name in sorted({*old, *new}):
        found += _changes_of(name, old.get(name), new.get(name))
    return tuple(found)


def _changes_of(name: str, old: AuditedCluster | None, new: AuditedCluster | None) -> Iterator[Change]:
    if old is None or new is None:
        text = "is no longer in the inventory" if new is None else "is new in the inventory"
        states = ("-" if each is None else each.verdict.value for each in (old, new))
        before, after = states
        yield Change(cluster=name, check=None, before=before, after=after, text=text)
        return
    if old.verdict is not new.verdict:
        yield Change(
            cluster=name, check=None, before=old.verdict.value, after=new.verdict.value, text=new.reason
        )
    for was, now in _pairs(old.cells, new.cells):
        if was.status is not now.status:
            yield Change(
                cluster=name, check=now.check, before=was.status.value, after=now.status.value, text=now.text
            )


def _pairs(old: Iterable[Cell], new: Iterable[Cell]) -> Iterator[tuple[Cell, Cell]]:
    before = {cell.check: cell for cell in old}
    return ((before[cell.check], cell) for cell in new if cell.check in before)
