"""How figures, times and foreign text are written in a report."""

from __future__ import annotations

from datetime import UTC, datetime

from srx_issu.domain.redaction.prose import redact


def plain(value: object) -> str:
    """Text that is safe to show: no controls, no secrets. HTML is escaped by the template, not here."""
    return redact(str(value))


def duration(seconds: float | None) -> str:
    """``9.4 s``, ``3 min 12 s``, ``1 h 04 min``, ``2 d 3 h``; a dash for None."""
    if seconds is None:
        return "–"
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    minutes, rest_s = divmod(whole, 60)
    hours, rest_min = divmod(minutes, 60)
    if whole < 60:
        return f"{whole} s"
    if hours == 0:
        return f"{minutes} min {rest_s:02d} s" if rest_s else f"{minutes} min"
    if hours < 24:
        return f"{hours} h {rest_min:02d} min" if rest_min else f"{hours} h"
    return f"{hours // 24} d {hours % 24} h"


def clock(moment: datetime | None) -> str:
    """``12:03:09``, UTC; a dash for None."""
    return f"{moment.astimezone(UTC):%H:%M:%S}" if moment else "–"


def stamp(moment: datetime | None) -> str:
    """``2026-11-22 12:03:09 UTC``; a dash for None."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if moment else "–"


def size(count: int) -> str:
    """Bytes with a unit people read: ``812 B``, ``4.1 kB``, ``2.3 GB`` (powers of 1000)."""
    value = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            return f"{count} B" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    raise AssertionError("unreachable: GB is the last unit")


def figure(value: float | None) -> str:
    """``12 345``, ``0.5``; a dash for None."""
    if value is None:
        return "–"
    return (
        f"{value:,.0f}".replace(",", "\N{NARROW NO-BREAK SPACE}") if value == int(value) else f"{value:.1f}"
    )


def step_label(step: str) -> str:
    """``issu.wait_for_cold_sync`` → ``wait for cold sync``."""
    return step.rpartition(".")[2].replace("_", " ")
