"""Is the change window long enough for the worst case?"""

from __future__ import annotations

from datetime import datetime

from srx_issu.checks.check import Check, InRange
from srx_issu.checks.formatting import span
from srx_issu.checks.frames import Reasons, Row, Subject
from srx_issu.domain.checking import WhenUnknown
from srx_issu.domain.upgrade.intent import Intent, Policy

COLUMNS = ("window_left_s", "window_text", "worst_case_text")


def populate(subject: Subject, cells: Row, reasons: Reasons) -> None:
    left = window_left_s(subject.intent, subject.state.taken_at)
    cells["worst_case_text"] = span(subject.intent.policy.timers.worst_case_s)
    reasons["window_left_s"] = "no window was asked for"
    if left is not None:
        cells["window_left_s"], cells["window_text"] = left, span(max(0.0, left))


def window_left_s(intent: Intent, now: datetime) -> float | None:
    """Seconds that the window leaves for the upgrade; None when it has no end."""
    if intent.window_end is None:
        return None
    start = max(now, datetime.fromisoformat(intent.window_start)) if intent.window_start else now
    return (datetime.fromisoformat(intent.window_end) - start).total_seconds()


def checks(policy: Policy) -> tuple[Check, ...]:
    worst_s = policy.timers.worst_case_s
    return (
        Check(
            name="window_long_enough",
            what="time left in the window",
            table="cluster",
            column="window_left_s",
            when_unknown=WhenUnknown.SKIP,
            expect=InRange(minimum=worst_s),
            good="the window leaves {window_text}",
            bad="the window leaves {window_text}, the worst case takes {worst_case_text}",
            limit=span(worst_s),
            remedy="choose a longer window",
        ),
    )
