"""What an outcome means to the person who opens the report: a colour for the eye and a sentence."""

from __future__ import annotations

from enum import StrEnum

from srx_issu.domain.audit import Cell
from srx_issu.domain.checking import CheckResult, Severity
from srx_issu.domain.history.entry import Entry
from srx_issu.domain.history.upgrade_state import known
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.verdict import Status
from srx_issu.ports.journal import UpgradeRecord


class CssClass(StrEnum):
    """The colour of a thing, and its CSS class."""

    GOOD = "good"
    NOTE = "note"  # fine, but something is worth reading
    CALM = "calm"  # nothing was changed
    BAD = "bad"  # a person must act


_MEANING: dict[Outcome | None, tuple[CssClass, str]] = {
    Outcome.UPGRADED: (
        CssClass.GOOD,
        "Both nodes run the target release, verified against the state before.",
    ),
    Outcome.UPGRADED_WITH_FINDINGS: (
        CssClass.NOTE,
        "Both nodes run the target release, but something differs from before: read the findings.",
    ),
    Outcome.ALREADY_CURRENT: (CssClass.CALM, "Both nodes ran the target release already. Nothing was sent."),
    Outcome.NOT_READY: (CssClass.NOTE, "A readiness check said no. The cluster runs as it did before."),
    Outcome.REFUSED: (CssClass.NOTE, "Request, approval or window said no. Nothing was changed."),
    Outcome.PLANNED: (CssClass.CALM, "Plan only: everything was looked at, nothing was changed."),
    Outcome.ABORTED_CLEAN: (
        CssClass.NOTE,
        "The ISSU stopped before either node changed. Both nodes run the old release.",
    ),
    Outcome.ROLLED_BACK: (
        CssClass.NOTE,
        "The upgrade failed and was put back: both nodes run the old release, verified.",
    ),
    Outcome.NEEDS_OPERATOR: (
        CssClass.BAD,
        "A person must look at this cluster now. It stays claimed, so nothing else touches it.",
    ),
    None: (CssClass.CALM, "This upgrade is still under way. The page shows it as of the last journal entry."),
}


def meaning(outcome: Outcome | None) -> tuple[CssClass, str]:
    return _MEANING[outcome]


def css_class(result: CheckResult | Cell) -> CssClass:
    """Of one check: a failed or unanswered blocking one is bad, any other a note."""
    if result.status is Status.PASS:
        return CssClass.GOOD
    if result.status is Status.SKIPPED or result.severity is Severity.INFO:
        return CssClass.CALM
    return CssClass.BAD if result.severity is Severity.BLOCK else CssClass.NOTE


def conclusion(record: UpgradeRecord, events: tuple[Entry, ...]) -> tuple[Outcome | None, str | None]:
    """Outcome and reason: as closed, else as the newest step decided (the report is made before closing)."""
    if record.outcome is not None:
        return record.outcome, record.reason
    ended = known(events).conclusion
    return (ended.outcome, ended.reason) if ended else (None, None)
