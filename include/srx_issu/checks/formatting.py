"""Figures in words, for sentences that are read at 3 a.m."""

from __future__ import annotations

_STEPS = ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"), (10**3, "kB"))


def size(count: float) -> str:
    """1234567890 → ``1.2 GB`` (decimal, as Junos images are sold and disks are sized)."""
    for factor, unit in _STEPS:
        if abs(count) >= factor:
            return f"{count / factor:.1f} {unit}"
    return f"{count:.0f} bytes"


def percent(value: float) -> str:
    return f"{value:g} %"


def span(seconds: float) -> str:
    """3725 → ``1 h 2 min``; below two minutes in seconds."""
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    minutes = whole // 60
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def listed(items: list[str], most: int = 5) -> str:
    """``a, b, c and 4 more``."""
    shown = ", ".join(items[:most])
    return shown + (f" and {len(items) - most} more" if len(items) > most else "")
