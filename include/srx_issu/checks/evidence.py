"""Check results as JSON for the evidence store, and back. States go through ``ports.codec``.

Written strictly and read leniently: evidence of an older version, or broken evidence, is shown whole and
never read as better than it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from srx_issu.domain.checking import CheckResult, Severity
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.verdict import Status

E = TypeVar("E", bound=StrEnum)


def results_to_json(phase: str, suite: str, taken_at: datetime, results: Iterable[CheckResult]) -> str:
    """``{"phase", "suite", "taken_at", "results": [{"check", "severity", "status", "node", "measured",
    "limit", "text", "remedy", "because_silent"}]}``; node, measured, limit and remedy may be null."""
    lines = [
        {
            "check": r.check,
            "severity": r.severity.value,
            "status": r.status.value,
            "node": r.node.value if r.node else None,
            "measured": r.measured,
            "limit": r.limit,
            "text": r.text,
            "remedy": r.remedy,
            "because_silent": r.because_silent,
        }
        for r in results
    ]
    return json.dumps(
        {"phase": phase, "suite": suite, "taken_at": taken_at.isoformat(), "results": lines}, indent=1
    )


def results_from_json(content: str | bytes) -> tuple[CheckResult, ...]:
    """The results again, each line one of them. What is not recognised is said in the line's text; then its
    status is ERROR, its severity BLOCK, its node the cluster. Raises ValueError when there is no list of
    results."""
    found = json.loads(content)
    lines = found.get("results") if isinstance(found, dict) else found
    if not isinstance(lines, list):
        raise ValueError("expected a list of results")  # noqa: TRY004 - a document's fault, as bad JSON is
    return tuple(_result(line) for line in lines)


def suite_from_json(content: str | bytes) -> str | None:
    """The name of the suite that gave the results; None where an older version wrote them. Raises ValueError
    where it is no JSON."""
    found = json.loads(content)
    return _text(found.get("suite")) if isinstance(found, dict) else None


def _result(line: object) -> CheckResult:
    if not isinstance(line, dict):
        return _unreadable(line)
    remarks: list[str] = []
    status = _word(Status, line, "status", remarks) or Status.ERROR
    severity = _word(Severity, line, "severity", remarks) or Severity.BLOCK
    node = None if line.get("node") in (None, "") else _word(NodeName, line, "node", remarks)
    text = _text(line.get("text")) or ""
    return CheckResult(
        check=_text(line.get("check")) or "unnamed check",
        severity=severity,
        status=status,
        node=node,
        measured=_text(line.get("measured")),
        limit=_text(line.get("limit")),
        text=" ".join([*filter(None, (text,)), *(f"({remark})" for remark in remarks)]),
        remedy=_text(line.get("remedy")),
        because_silent=line.get("because_silent") is True,
    )


def _unreadable(line: object) -> CheckResult:
    return CheckResult(
        check="unnamed check",
        severity=Severity.BLOCK,
        status=Status.ERROR,
        node=None,
        measured=None,
        limit=None,
        text=f"not recognised as a result: {_text(line) or 'null'}",
    )


def _word(kind: type[E], line: dict[str, object], key: str, remarks: list[str]) -> E | None:
    """A member of ``kind`` by its value, in whatever case; None with a remark when it is none of them."""
    word = _text(line.get(key)) or ""
    member = next((member for member in kind if member.value.casefold() == word.casefold()), None)
    if member is None:
        remarks.append(f"{key} not recognised: {word}" if word else f"no {key} given")
    return member


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
