"""What an outcome means to the person who opens the report: a tone for the eye and a sentence."""

from __future__ import annotations

from enum import StrEnum

from srx_issu.domain.history.entry import Entry
from srx_issu.domain.history.upgrade_state import known
from srx_issu.domain.outcome import Outcome
from srx_issu.ports.journal import UpgradeRecord


class Tone(StrEnum):
    """The colour of a thing, and its CSS class."""

    GOOD = "good"
    NOTE = "note"  # fine, but something is worth reading
    CALM = "calm"  # nothing was changed
    BAD = "bad"  # a person must act


_MEANING: dict[Outcome | None, tuple[Tone, str]] = {
    Outcome.UPGRADED: (Tone.GOOD, "Both nodes run the target release, verified against the state before."),
    Outcome.UPGRADED_WITH_FINDINGS: (
        Tone.NOTE,
        "Both nodes run the target release, but something differs from before: read the findings.",
    ),
    Outcome.ALREADY_CURRENT: (Tone.CALM, "Both nodes ran the target release already. Nothing was sent."),
    Outcome.NOT_READY: (Tone.NOTE, "A readiness check said no. The cluster runs as it did before."),
    Outcome.REFUSED: (Tone.NOTE, "Request, approval or window said no. Nothing was changed."),
    Outcome.PLANNED: (Tone.CALM, "Plan only: everything was looked at, nothing was changed."),
    Outcome.ABORTED_CLEAN: (
        Tone.NOTE,
        "The ISSU stopped before either node changed. Both nodes run the old release.",
    ),
    Outcome.ROLLED_BACK: (
        Tone.NOTE,
        "The upgrade failed and was put back: both nodes run the old release, verified.",
    ),
    Outcome.NEEDS_OPERATOR: (
        Tone.BAD,
        "A person must look at this cluster now. It stays claimed, so nothing else touches it.",
    ),
    None: (Tone.CALM, "This upgrade is still under way. The page shows it as of the last journal entry."),
}


def meaning(outcome: Outcome | None) -> tuple[Tone, str]:
    return _MEANING[outcome]


def conclusion(record: UpgradeRecord, events: tuple[Entry, ...]) -> tuple[Outcome | None, str | None]:
    """Outcome and reason: as closed, else as the newest step decided (the report is made before closing)."""
    if record.outcome is not None:
        return record.outcome, record.reason
    ended = known(events).conclusion
    return (ended.outcome, ended.reason) if ended else (None, None)
