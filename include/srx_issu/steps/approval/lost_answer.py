"""An answer that Airflow took and the journal never got: the worker or its machine died in between.

It does not count: what counts is in the journal. It is asked for again, and the question says whose it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from srx_issu.domain.approvals.judge import AskedQuestion


@dataclass(frozen=True, kw_only=True)
class LostAnswer:
    """As Airflow holds it. ``at`` is Airflow's time."""

    who: str
    chosen: str
    at: datetime | None = None

    @classmethod
    def from_event(cls, event: Mapping[str, Any] | None) -> LostAnswer | None:
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

    def describe(self, question: AskedQuestion) -> str:
        """``question``: the one that it was given to."""
        at = f" at {self.at:%Y-%m-%d %H:%M:%S} UTC" if self.at else ""
        return (
            f"{self.who} chose {self.chosen!r}{at}, on try {question.try_number}, "
            "and that did not reach the journal"
        )


def lost_lines(lost: Iterable[str | None]) -> list[str]:
    """For a question: the answers that were lost since the last one that was written down. ``lost``: each
    as a sentence, in their order, and None for each answer that was not."""
    lines: list[str] = []
    for reason in lost:
        if reason is None:
            lines.clear()
        else:
            lines.append(f"**An answer was lost:** {reason}. It does not count: please answer again.")
    return lines


def said_before(question: AskedQuestion | None, lost: LostAnswer | None) -> str:
    """For the journal's line about a question that is put once more; ``question``: as it was put before."""
    if question is None:
        return ""
    reason = lost.describe(question) if lost else f"try {question.try_number} has no answer in the journal"
    return f"; asked again: {reason}"
