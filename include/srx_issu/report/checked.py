"""Check results as the checks wrote them, read leniently: a report must come out whatever is in there.

Format: an object with ``results``, a list of ``check severity status node measured limit text remedy``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from srx_issu.report.formatting import figure

_ORDER = {"FAIL": 0, "ERROR": 1, "SKIPPED": 3, "PASS": 4}  # what needs eyes first; unknown words go between
_SEVERITIES = {"block": 0, "warn": 1, "info": 2}


@dataclass(frozen=True, kw_only=True)
class CheckLine:
    """One line. Empty text = not given."""

    check: str
    severity: str
    status: str
    node: str = ""
    measured: str = ""
    limit: str = ""
    text: str = ""
    remedy: str = ""

    @property
    def css_class(self) -> str:
        """CSS class: a failed or unanswered blocking check is bad, any other a note."""
        if self.status == "PASS":
            return "good"
        if self.status == "SKIPPED" or self.severity == "info":
            return "calm"
        return "bad" if self.severity == "block" else "note"


@dataclass(frozen=True, kw_only=True)
class CheckTable:
    """All results of one document, those that need eyes first. ``fault`` = why it could not be read."""

    document: str
    results: tuple[CheckLine, ...] = ()
    fault: str | None = None

    @property
    def raised(self) -> tuple[CheckLine, ...]:
        """Everything that did not simply pass."""
        return tuple(result for result in self.results if result.status != "PASS")

    @property
    def passed(self) -> tuple[CheckLine, ...]:
        return tuple(result for result in self.results if result.status == "PASS")

    def count(self, status: str) -> int:
        return sum(result.status == status for result in self.results)


def check_table(document: str, content: bytes | None) -> CheckTable | None:
    """None when there is no such document."""
    if content is None:
        return None
    try:
        found = json.loads(content)
        lines = found["results"] if isinstance(found, dict) else found
        results = [_result(line) for line in lines if isinstance(line, dict)]
    except (ValueError, KeyError, TypeError) as error:
        return CheckTable(document=document, fault=f"{document} cannot be read: {error!r}")
    return CheckTable(document=document, results=tuple(sorted(results, key=_rank)))


def _rank(result: CheckLine) -> tuple[int, int, str, str]:
    return (
        _ORDER.get(result.status, 2),
        _SEVERITIES.get(result.severity, 3),
        result.check,
        result.node,
    )


def _result(line: dict[str, object]) -> CheckLine:
    return CheckLine(
        check=_text(line.get("check")) or "unnamed check",
        severity=_text(line.get("severity")).lower(),
        status=_text(line.get("status")).upper() or "ERROR",
        node=_text(line.get("node")),
        measured=_text(line.get("measured")),
        limit=_text(line.get("limit")),
        text=_text(line.get("text")),
        remedy=_text(line.get("remedy")),
    )


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return figure(value)
        case str():
            return value
        case list():
            return ", ".join(_text(inner) for inner in value)
        case _:
            return json.dumps(value)
