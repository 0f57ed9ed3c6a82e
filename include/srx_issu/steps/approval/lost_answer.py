"""An answer that Airflow took and the journal never got: the worker or its machine died in between.

It does not count: what counts is in the journal. It is asked for again, and the question says whose it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from srx_issu.ports.journal import Json


@dataclass(frozen=True, kw_only=True)
class LostAnswer:
    """As Airflow holds it. ``at`` is Airflow's time."""

    who: str
    chosen: str
    at: datetime | None = None

    @classmethod
    def told(cls, event: Mapping[str, Any] | None) -> LostAnswer | None:
        """From ``airflow.triggers.answer``; None where nobody has answered, or where that is not known."""
        chosen = ", ".join(str(option) for option in (event or {}).get("chosen_options") or ())
        if event is None or not chosen:
            return None
        user, at = event.get("responded_by_user") or {}, event.get("responded_at")
        return cls(
            who=str(user.get("name") or user.get("id") or "somebody"),
            chosen=chosen,
            at=datetime.fromisoformat(at) if at else None,
        )

    def in_words(self, put: Mapping[str, Json]) -> str:
        """``put``: the detail of the question that it was given to."""
        at = f" at {self.at:%Y-%m-%d %H:%M:%S} UTC" if self.at else ""
        return (
            f"{self.who} chose {self.chosen!r}{at}, on try {put.get('try')}, "
            "and that did not reach the journal"
        )


def lost_lines(told_of: Iterable[Mapping[str, Json] | None], purpose: str) -> list[str]:
    """For a question: the answers that were lost since the last one that was written down. ``told_of``: the
    details of all events in their order, None for each answer that was."""
    told: list[str] = []
    for detail in told_of:
        if detail is None:
            told.clear()
        elif isinstance(words := detail.get("lost"), str) and detail.get("for") == purpose:
            told.append(f"**An answer was lost:** {words}. It does not count: please answer again.")
    return told


def said_before(put: Mapping[str, Json] | None, lost: LostAnswer | None) -> str:
    """For the journal's line about a question that is put once more; ``put``: its detail as it was before."""
    if put is None:
        return ""
    words = lost.in_words(put) if lost else f"try {put.get('try')} has no answer in the journal"
    return f"; asked again: {words}"
