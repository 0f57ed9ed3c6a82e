"""The maintenance window of one upgrade: how long until it opens, and whether what is left suffices."""

from __future__ import annotations

from datetime import datetime

from srx_issu.domain.upgrade.intent import Intent, Timers

CLOCKS_DIFFER_BY_S = 5.0  # at most: who waited is the triggerer's clock, who starts the worker's


def has_window(intent: Intent) -> bool:
    """Was one asked for, by its beginning or its end?"""
    return intent.window_start is not None or intent.window_end is not None


def seconds_until_open(intent: Intent, now: datetime) -> float:
    """0 when there is no window or it has opened."""
    if intent.window_start is None:
        return 0.0
    return max(0.0, (datetime.fromisoformat(intent.window_start) - now).total_seconds())


def window_objection(
    intent: Intent, now: datetime, timers: Timers, *, is_begun: bool = False, outage_s: float = 0.0
) -> str | None:
    """Why nothing may start now: the window has not opened, or is too short by now. None = it may.

    ``timers``: those in force, whose worst case counts what the cluster holds its groups down for.
    ``is_begun``: of an upgrade that is under way, for the rest of which nobody reserved time: the window must
    be open, and for as long as what is sent now stops the traffic (``outage_s``).
    """
    if (early_s := seconds_until_open(intent, now)) > CLOCKS_DIFFER_BY_S:
        return f"the window opens at {intent.window_start}, in {early_s:.0f} s; nothing was sent"
    if intent.window_end is None:
        return None
    left_s = (datetime.fromisoformat(intent.window_end) - now).total_seconds()
    needed_s = outage_s if is_begun else timers.worst_case_s
    if left_s >= needed_s:
        return None
    if is_begun and left_s <= 0:
        return f"the window ended at {intent.window_end}"
    if is_begun:
        return (
            f"the window ends at {intent.window_end}: {left_s:.0f} s left, and traffic may stop for "
            f"{outage_s:.0f} s"
        )
    return (
        f"the window ends at {intent.window_end}: {max(left_s, 0):.0f} s left, an upgrade of "
        f"{intent.cluster.model} may take {needed_s:.0f} s; nothing was sent"
    )
