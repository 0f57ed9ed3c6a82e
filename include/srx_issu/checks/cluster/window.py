"""Is the change window long enough for the worst case?"""

from __future__ import annotations

from datetime import datetime

from srx_issu.checks.check import Check, InRange
from srx_issu.checks.formatting import span
from srx_issu.checks.frames import Reasons, Row, Subject
from srx_issu.domain.checking import WhenUnknown
from srx_issu.domain.cluster.state import Rows
from srx_issu.domain.upgrade.intent import Intent, Policy

COLUMNS = ("window_spare_s", "window_text", "worst_case_text")


def populate(subject: Subject, cells: Row, reasons: Reasons) -> None:
    left = window_left_s(subject.intent, subject.state.taken_at)
    needed_s = subject.intent.policy.timers.held_down(_rg0_hold_down_s(subject)).worst_case_s
    cells["worst_case_text"] = span(needed_s)
    reasons["window_spare_s"] = "no window was asked for"
    if left is not None:
        cells["window_spare_s"], cells["window_text"] = left - needed_s, span(max(0.0, left))


def _rg0_hold_down_s(subject: Subject) -> int | None:
    holds = subject.state.hold_downs
    rows = holds.rows if isinstance(holds, Rows) else ()
    return max((held.seconds for held in rows if held.group_id == 0), default=None)


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
            column="window_spare_s",
            when_unknown=WhenUnknown.SKIP,
            expect=InRange(minimum=0),
            good="the window leaves {window_text}",
            bad="the window leaves {window_text}, the worst case takes {worst_case_text}",
            limit=span(worst_s),
            remedy="choose a longer window",
        ),
    )
