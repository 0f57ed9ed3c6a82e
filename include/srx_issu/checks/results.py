"""Outcomes to results: the sentence, the remedy, and what the operator's rules make of each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from string import Formatter

from srx_issu.checks.check import Check
from srx_issu.checks.frames import Cell, Frame, Subject
from srx_issu.checks.runner import CheckOutcome
from srx_issu.domain.checking import CheckResult, CheckRule, CheckRules, Severity, WhenUnknown
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.verdict import Status


def enabled(checks: Iterable[Check], rules: CheckRules) -> tuple[Check, ...]:
    """The checks that the rules leave on, with the rules' severities. A guide's check stays as it is."""
    kept = (check for check in checks if check.guide or rules.check(check.name).enabled)
    return tuple(_ruled(check, rules.check(check.name)) for check in kept)


def _ruled(check: Check, rule: CheckRule) -> Check:
    if check.guide:
        return check
    return replace(
        check,
        severity=rule.severity or check.severity,
        when_unknown=rule.when_unknown or check.when_unknown,
    )


def results(
    outcomes: Iterable[CheckOutcome], frames: Mapping[str, Frame], subject: Subject
) -> tuple[CheckResult, ...]:
    """One result an outcome, in their order; what two rows say in the same words (a group as both nodes see
    it) is said once."""
    found = [_result(outcome, frames.get(outcome.check.table), subject) for outcome in outcomes]
    distinct = {(r.check, r.node, r.status, r.text): r for r in found}
    return tuple(distinct.values())


def _result(outcome: CheckOutcome, frame: Frame | None, subject: Subject) -> CheckResult:
    check = outcome.check
    if outcome.row is None or frame is None:
        untold = frame is not None and not frame.rows and not subject.snapshot.group_ids
        return replace(_broken(outcome), because_silent=untold)
    row = frame.rows[outcome.row]
    about = str(row.get("about") or "")
    if (
        outcome.status is not Status.PASS
        and _ignored(about, subject.rules.check(check.name))
        and not check.guide
    ):
        return _made(check, row, Status.SKIPPED, f"{about}: ignored by policy/checks.yaml", check.severity)
    match outcome.status:
        case Status.PASS:
            return _made(check, row, Status.PASS, _fill(check.good, row), check.severity)
        case Status.FAIL:
            return _made(check, row, Status.FAIL, _fill(check.bad, row), check.severity)
        case _:
            silent = _silent(row, subject)
            reason = (
                f"{' and '.join(silent)} does not answer" if silent else _reason(frame, outcome.row, check)
            )
            return replace(_unknown(check, row, reason), because_silent=bool(silent))


def _silent(row: Mapping[str, Cell], subject: Subject) -> list[str]:
    """The silent nodes that this row would need; all of them where it is about the cluster."""
    needed = {str(row[column]) for column in ("node", "seen_by") if row.get(column)}
    return [node.value for node in NodeName if subject.silence(node) and (node in needed or not needed)]


def _reason(frame: Frame, row: int, check: Check) -> str:
    return frame.reasons.get((row, check.column), "not known")


def _unknown(check: Check, row: Mapping[str, Cell], reason: str) -> CheckResult:
    text = f"{_fill(check.what, row)} not known: {reason}"
    match check.unknown_means:
        case WhenUnknown.SKIP:
            return _made(check, row, Status.SKIPPED, text, check.severity)
        case WhenUnknown.WARN:
            severity = Severity.WARN if check.severity is Severity.BLOCK else check.severity
            return _made(check, row, Status.ERROR, text, severity)
        case WhenUnknown.BLOCK:
            return _made(check, row, Status.ERROR, text, Severity.BLOCK)


def _broken(outcome: CheckOutcome) -> CheckResult:
    check = outcome.check
    blocks = check.unknown_means is WhenUnknown.BLOCK or outcome.status is Status.FAIL
    remedy = "report this as a fault of the checks, with the evidence of the run"
    return CheckResult(
        check=check.name,
        severity=check.severity if blocks else min(check.severity, Severity.WARN, key=_rank),
        status=outcome.status,
        node=None,
        measured=None,
        limit=None,
        text=_sentence(
            None, f"{check.name.replace('_', ' ')} could not be judged: {outcome.trouble}", remedy
        ),
        remedy=remedy,
    )


_RANKS = (Severity.INFO, Severity.WARN, Severity.BLOCK)


def _rank(severity: Severity) -> int:
    return _RANKS.index(severity)


def _made(
    check: Check, row: Mapping[str, Cell], status: Status, text: str, severity: Severity
) -> CheckResult:
    node = NodeName(str(row["node"])) if row.get("node") else None
    measured = row.get(check.column)
    remedy = _remedy(check, row, status)
    return CheckResult(
        check=check.name,
        severity=severity,
        status=status,
        node=node,
        measured=None if measured is None else _plain(measured),
        limit=_fill(check.limit, row),
        text=_sentence(node, text, remedy),
        remedy=remedy,
    )


def _remedy(check: Check, row: Mapping[str, Cell], status: Status) -> str | None:
    if status is Status.ERROR:
        return "look at the node yourself before going on"
    return _fill(check.remedy, row) if check.remedy and status is Status.FAIL else None


def _sentence(node: NodeName | None, text: str, remedy: str | None) -> str:
    sentence = f"{node}: {text}" if node else text
    return f"{sentence}; {remedy}" if remedy else sentence


def _ignored(about: str, rule: CheckRule) -> bool:
    return any(re.search(pattern, about) for pattern in rule.ignore)


def _fill(template: str, row: Mapping[str, Cell]) -> str:
    return template.format_map(
        {name: "?" if row[name] is None else _plain(row[name]) for name in _fields(template)}
    )


@cache
def _fields(template: str) -> tuple[str, ...]:
    """The columns that a sentence speaks of; a row has many more."""
    return tuple(name for _, name, _, _ in Formatter().parse(template) if name)


def _plain(value: Cell) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
