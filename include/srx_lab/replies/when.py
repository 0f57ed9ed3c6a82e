"""Dates and spans as Junos prints them [R]."""

from __future__ import annotations

from datetime import UTC, datetime

from srx_lab.machine.words import NodeId
from srx_lab.machine.world import World
from srx_lab.markup import Element, leaf


def long_date(moment: float) -> str:
    """`2026-05-27 00:52:31 UTC`."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def record_date(moment: float) -> str:
    """`May 26 01:26:24`, of a state-transition record; single-digit days keep the column."""
    at = datetime.fromtimestamp(moment, UTC)
    return f"{at:%b} {at.day:2d} {at:%H:%M:%S}"


def event_date(moment: float) -> str:
    """`Dec  9 12:28:37.551`, of an event."""
    return f"{record_date(moment)}.{int(moment * 1000) % 1000:03d}"


def clock_of(world: World, node: NodeId, at: float | None = None) -> float:
    """A moment on the node's own clock."""
    return (world.now if at is None else at) + world.node(node).clock_offset_s


def dated(tag: str, moment: float) -> Element:
    """`<tag junos:seconds="1779843151">2026-05-27 00:52:31 UTC</tag>`."""
    return leaf(tag, long_date(moment), junos_seconds=str(int(moment)))


def short_span(seconds: float) -> str:
    """`2d 09:23`, or `01:07` under a day."""
    days, rest = divmod(int(seconds), 86_400)
    clock = f"{rest // 3600:02d}:{rest % 3600 // 60:02d}"
    return f"{days}d {clock}" if days else clock


def wordy_span(seconds: float) -> str:
    """`2 days, 9 hours, 23 minutes, 17 seconds`."""
    days, rest = divmod(int(seconds), 86_400)
    hours, rest = divmod(rest, 3600)
    minutes, secs = divmod(rest, 60)
    parts = ((days, "day"), (hours, "hour"), (minutes, "minute"), (secs, "second"))
    return (
        ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in parts if count)
        or "0 seconds"
    )


def uptime_span(seconds: float) -> str:
    """`2 days,  9:23`."""
    days, rest = divmod(int(seconds), 86_400)
    clock = f"{rest // 3600:2d}:{rest % 3600 // 60:02d}"
    if not days:
        return clock.strip()
    return f"{days} day{'' if days == 1 else 's'}, {clock}"
