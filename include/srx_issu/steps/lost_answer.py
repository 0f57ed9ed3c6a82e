"""An answer that Airflow took and the journal never got: the worker or its machine died in between.

It does not count: what counts is in the journal. It is asked for again, and the question says whose it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from srx_issu.ports.journal import Event, EventKind


@dataclass(frozen=True, kw_only=True)
class LostAnswer:
    """As Airflow holds it. ``at`` is Airflow's time."""

    who: str
    chosen: str
    at: datetime | None = None

    @classmethod
    def told(cls, event: Mapping[str, Any] | None) -> LostAnswer | None:
        """From ``triggers.answer``; None where nobody has answered, or where that is not known."""
        chosen = ", ".join(str(option) for option in (event or {}).get("chosen_options") or ())
        if event is None or not chosen:
            return None
        user, at = event.get("responded_by_user") or {}, event.get("responded_at")
        return cls(
            who=str(user.get("name") or user.get("id") or "somebody"),
            chosen=chosen,
            at=datetime.fromisoformat(at) if at else None,
        )

    def in_words(self, put: Event) -> str:
        """``put``: the question that it was given to."""
        at = f" at {self.at:%Y-%m-%d %H:%M:%S} UTC" if self.at else ""
        return (
            f"{self.who} chose {self.chosen!r}{at}, on try {put.detail.get('try')}, "
            "and that did not reach the journal"
        )


def lost_lines(events: Sequence[Event], purpose: str) -> list[str]:
    """For a question: the answers that were lost since the last one that was written down."""
    told: list[str] = []
    for event in events:
        if event.kind is EventKind.ANSWER:
            told.clear()
        if isinstance(words := event.detail.get("lost"), str) and event.detail.get("for") == purpose:
            told.append(f"**An answer was lost:** {words}. It does not count: please answer again.")
    return told


def said_before(earlier: Sequence[Event], lost: LostAnswer | None) -> str:
    """For the journal's line about a question that is put once more; ``earlier``: as it was put before."""
    if not earlier:
        return ""
    put = earlier[-1]
    words = lost.in_words(put) if lost else f"try {put.detail.get('try')} has no answer in the journal"
    return f"; asked again: {words}"
