"""Is everything back? What both nodes show after the upgrade, judged against the baseline."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from srx_issu.checks.cluster.table import cluster_frame
from srx_issu.checks.evidence import results_to_json
from srx_issu.checks.frames import Subject
from srx_issu.checks.groups.members import members_frame
from srx_issu.checks.groups.primaries import groups_frame
from srx_issu.checks.hardware.pfes import pfes_frame
from srx_issu.checks.nodes.table import nodes_frame
from srx_issu.checks.post_check_table import (
    COMPARED,
    after_frame,
    comparison_frame,
    post_checks,
    priorities_frame,
)
from srx_issu.checks.results import enabled, results
from srx_issu.checks.route_suites import SUITES
from srx_issu.checks.runner import Validate, run
from srx_issu.domain.checking import CheckResult, CheckRules, PostCheckVerdict, Severity, first_words
from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.cluster.state import ClusterState
from srx_issu.domain.comparison.compare import compare, compared_tables, ignoring
from srx_issu.domain.comparison.difference import Difference, DifferenceKind, Observation
from srx_issu.domain.comparison.tables import BY_TABLE, LOST_BY_DESIGN
from srx_issu.domain.plural import many
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.domain.verdict import Status

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class PostChecks:
    """All results, every difference behind them, and what follows."""

    suite: str  # name of what was asked: "icu.comparison"
    taken_at: datetime
    results: tuple[CheckResult, ...]
    differences: tuple[Difference, ...]
    verdict: PostCheckVerdict
    summary: str  # one sentence
    validations: Mapping[str, object] = field(default_factory=dict)  # Great Expectations' own, JSON by table

    @property
    def objections(self) -> tuple[str, ...]:
        """What must be seen to by a person before anything goes on, in sentences."""
        return tuple(dict.fromkeys(result.text for result in _once(self.results) if result.blocks))

    @property
    def findings(self) -> tuple[str, ...]:
        """Everything that is not as it was or should be, in sentences; the objections among them."""
        return tuple(dict.fromkeys(result.text for result in _once(self.results) if result.is_finding))

    def to_json(self) -> str:
        """For the evidence store; see ``checks.evidence``."""
        return results_to_json("comparison", self.suite, self.taken_at, self.results)


def _once(results: Iterable[CheckResult]) -> Iterator[CheckResult]:
    """Without what is not known only because a node is silent: that it is silent is told already."""
    return (result for result in results if not result.because_silent)


def run_post_checks(
    *,
    before: Snapshot,
    before_state: ClusterState,
    after: Snapshot,
    after_state: ClusterState,
    intent: Intent,
    flags_reset: bool = False,
    validate: Validate = run,
) -> PostChecks:
    """Judges the second look against the first, by the tolerances and rules of ``intent.policy``.

    ``flags_reset``: 'failover reset' has been sent to every group, so that configured priorities must be
    back. ``validate`` runs the checks over the tables: Great Expectations, unless a test has its own.
    """
    rules = intent.policy.checks
    subject = Subject(snapshot=after, state=after_state, intent=intent, rules=rules)
    old = Observation(snapshot=before, state=before_state)
    differences = differences_of(old, Observation(snapshot=after, state=after_state), intent)
    counted = [d for d in differences if _severity(d, rules) is not Severity.INFO]
    tables = [table for table in compared_tables(old) if _is_compared(table, intent)]
    frames = (
        nodes_frame(subject),
        members_frame(subject),
        groups_frame(subject),
        cluster_frame(subject),
        pfes_frame(subject),
        after_frame(before, subject),
        priorities_frame(before, after),
        comparison_frame(tables, counted),
    )
    checks = enabled(post_checks(intent, before_state, flags_reset=flags_reset), rules)
    suite = SUITES[intent.route].comparison
    ran = validate(frames, checks, suite)
    found = results(ran.outcomes, {frame.name: frame for frame in frames}, subject)
    everything = (
        *(r for r in found if not _is_count(r)),
        *_difference_results(differences, rules),
        *_lost_by_design(compared_tables(old), intent),
    )
    verdict, summary = _verdict(everything, len(tables))
    log.info("%s: %s: %s", after.cluster, verdict, summary)
    return PostChecks(
        suite=suite,
        taken_at=after_state.taken_at,
        results=everything,
        differences=differences,
        verdict=verdict,
        summary=summary,
        validations=ran.validations,
    )


def differences_of(before: Observation, after: Observation, intent: Intent) -> tuple[Difference, ...]:
    """What differs and is not ignored by the operator's rules. Light: for asking again while waiting."""
    rules = intent.policy.checks
    ignored = {table: rule.ignore for table, rule in rules.tables.items()}
    found = compare(before, after, intent.policy.tolerances, ignoring(ignored))
    return tuple(d for d in found if _is_compared(d.table, intent))


def _is_compared(table: str, intent: Intent) -> bool:
    """Not what the operator's rules leave out, nor what the route empties."""
    is_lost = table in LOST_BY_DESIGN.get(intent.route, {})
    return intent.policy.checks.table(table).enabled and not is_lost


def _lost_by_design(tables: Iterable[str], intent: Intent) -> Iterator[CheckResult]:
    """A line for each table that the route empties, so that nobody misses it."""
    reasons = LOST_BY_DESIGN.get(intent.route, {})
    for table in tables:
        if table in reasons and intent.policy.checks.table(table).enabled:
            yield CheckResult(
                check=table,
                severity=Severity.INFO,
                status=Status.SKIPPED,
                node=None,
                measured=None,
                limit=None,
                text=f"not compared on this route ({intent.route.label}): {reasons[table]}",
            )


def findings_of(differences: Iterable[Difference], rules: CheckRules) -> tuple[Difference, ...]:
    """Those that count: what a wait for convergence waits to go away."""
    return tuple(d for d in differences if _severity(d, rules) is not Severity.INFO)


def _is_count(result: CheckResult) -> bool:
    """The line that counts a table's differences; they are told one by one instead."""
    return result.check == COMPARED and result.status is Status.FAIL and result.measured is not None


def _severity(difference: Difference, rules: CheckRules) -> Severity:
    comparison = BY_TABLE.get(difference.table)
    if comparison is not None:
        if difference.kind is DifferenceKind.ADDED and not comparison.additions_matter:
            return Severity.INFO
        if difference.kind is DifferenceKind.LOST and not comparison.losses_matter:
            return Severity.INFO
    return rules.table(difference.table).severity or Severity.WARN


def _difference_results(differences: tuple[Difference, ...], rules: CheckRules) -> Iterator[CheckResult]:
    """One result a difference; from ``most_findings`` of a kind on, one that counts the rest."""
    shown: Counter[tuple[str, DifferenceKind, NodeName | None]] = Counter()
    for difference in differences:
        place = (difference.table, difference.kind, difference.node)
        shown[place] += 1
        if shown[place] <= rules.most_findings:
            yield _result(difference, _severity(difference, rules), difference.text)
    last = {(d.table, d.kind, d.node): d for d in differences}
    for place, count in shown.items():
        if count > rules.most_findings:
            text = f"{place[0].replace('_', ' ')}: {count - rules.most_findings} more {place[1]}"
            yield _result(last[place], _severity(last[place], rules), text)


def _result(difference: Difference, severity: Severity, text: str) -> CheckResult:
    return CheckResult(
        check=difference.table,
        severity=severity,
        status=Status.ERROR if difference.kind is DifferenceKind.SILENT else Status.FAIL,
        node=difference.node,
        measured=difference.after,
        limit=difference.before,
        text=f"{difference.node}: {text}" if difference.node else text,
    )


def _verdict(found: tuple[CheckResult, ...], tables: int) -> tuple[PostCheckVerdict, str]:
    blocking = [result for result in _once(found) if result.blocks]
    if blocking:
        return PostCheckVerdict.BLOCKED, first_words(blocking)
    findings = [result for result in _once(found) if result.is_finding]
    compared = f"{many(tables, 'table')} compared with the baseline"
    if findings:
        count = many(len(findings), "finding")
        return PostCheckVerdict.FINDINGS, f"{compared}, {count}: {first_words(findings)}"
    return PostCheckVerdict.SAME, f"{compared}, all as before"
