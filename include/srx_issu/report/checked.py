"""The results of one look, as the report shows them: those that need eyes first, or why there are none."""

from __future__ import annotations

from dataclasses import dataclass

from srx_issu.checks.evidence import results_from_json, suite_from_json
from srx_issu.domain.checking import CheckResult, Severity
from srx_issu.domain.verdict import Status

_STATUSES = (Status.FAIL, Status.ERROR, Status.SKIPPED, Status.PASS)
_SEVERITIES = (Severity.BLOCK, Severity.WARN, Severity.INFO)


@dataclass(frozen=True, kw_only=True)
class CheckTable:
    """All results of one document, those that need eyes first. ``fault`` = why it could not be read."""

    document: str
    suite: str | None = None  # that gave them; None where an older version did
    results: tuple[CheckResult, ...] = ()
    fault: str | None = None

    @property
    def raised(self) -> tuple[CheckResult, ...]:
        """Everything that did not simply pass."""
        return tuple(result for result in self.results if result.status is not Status.PASS)

    @property
    def passed(self) -> tuple[CheckResult, ...]:
        return tuple(result for result in self.results if result.status is Status.PASS)

    def count(self, status: str) -> int:
        return sum(result.status == status for result in self.results)


def check_table(document: str, content: bytes | None) -> CheckTable | None:
    """None when there is no such document."""
    if content is None:
        return None
    try:
        results = results_from_json(content)
    except (ValueError, RecursionError) as error:
        return CheckTable(document=document, fault=f"{document} cannot be read: {error}")
    return CheckTable(
        document=document, suite=suite_from_json(content), results=tuple(sorted(results, key=_rank))
    )


def _rank(result: CheckResult) -> tuple[int, int, str, str]:
    return (
        _STATUSES.index(result.status),
        _SEVERITIES.index(result.severity),
        result.check,
        result.node or "",
    )
