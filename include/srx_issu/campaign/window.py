"""Maintenance windows in a site's own time zone: when may an upgrade start, so that it also ends inside?

Wall-clock times that do not exist or come twice (daylight saving) are read so that the window is the
shorter one: it opens at the later reading and closes at the earlier. Pure; "now" is an argument.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

LONGEST = timedelta(days=7)  # one opening
HORIZON = timedelta(days=400)  # how far ahead a window is looked for: yearly ones are found
_FIRST_LOOK = timedelta(days=14)
_DAY = timedelta(days=1)

WEEKDAYS = frozenset(range(7))  # Monday is 0
DAYS_OF_MONTH = frozenset(range(1, 32))
MONTHS = frozenset(range(1, 13))


@dataclass(frozen=True, kw_only=True)
class Days:
    """Which local dates a window opens on. ``dates``, when given, are the only ones."""

    weekdays: frozenset[int] = WEEKDAYS
    days_of_month: frozenset[int] = DAYS_OF_MONTH
    months: frozenset[int] = MONTHS
    dates: frozenset[date] | None = None
    either: bool = False  # cron's rule: a restricted day of month and a restricted weekday are alternatives

    def include(self, day: date) -> bool:
        if self.dates is not None:
            return day in self.dates
        by_week, by_month = day.weekday() in self.weekdays, day.day in self.days_of_month
        return day.month in self.months and (by_week or by_month if self.either else by_week and by_month)


@dataclass(frozen=True, kw_only=True)
class Opening:
    """Opens at a local time, closes at another (the next day's when it is not later), or after a while."""

    days: Days
    opens: time
    closes: time | None = None
    length_s: float | None = None  # exactly one of the two


@dataclass(frozen=True, kw_only=True)
class Freeze:
    """Local dates, both inclusive, on which nothing runs."""

    first: date
    last: date
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """No opening at all = open whenever nothing is frozen."""

    zone: str = "UTC"
    openings: tuple[Opening, ...] = ()
    freezes: tuple[Freeze, ...] = ()


@dataclass(frozen=True, kw_only=True, order=True)
class TimeSpan:
    """From ``start`` up to, not including, ``end``. UTC."""

    start: datetime
    end: datetime


def next_start(calendar: Calendar, now: datetime, need_s: float) -> datetime | None:
    """The first moment from ``now`` on at which ``need_s`` seconds are left in a window.

    ``now`` itself when a window is open and long enough. None = none within 400 days.
    """
    for horizon in (_FIRST_LOOK, HORIZON):
        for span in spans(calendar, now, now + horizon):
            start = max(span.start, now)
            if (span.end - start).total_seconds() >= need_s:
                return start
    return None


def closes_at(calendar: Calendar, now: datetime) -> datetime | None:
    """When the window that is open ``now`` closes; None = it never does, or none is open."""
    if not calendar.openings and not calendar.freezes:
        return None
    found = spans(calendar, now, now + _DAY)
    return next((span.end for span in found if span.start <= now), None)


def spans(calendar: Calendar, start: datetime, end: datetime) -> tuple[TimeSpan, ...]:
    """The open times that touch ``start`` to ``end``, in order, none overlapping or touching another.
    An opening that begins before ``end`` is given whole."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    if calendar.openings:
        found = _merged(_opened(calendar, start - LONGEST, end))
    else:
        found = [TimeSpan(start=start, end=end + HORIZON)]
    for freeze in calendar.freezes:
        found = list(_without(found, _frozen(freeze, _zone(calendar.zone))))
    return tuple(span for span in found if span.end > start and span.start < end)


def _opened(calendar: Calendar, start: datetime, end: datetime) -> Iterator[TimeSpan]:
    zone = _zone(calendar.zone)
    day, last = start.astimezone(zone).date() - _DAY, end.astimezone(zone).date()
    while day <= last:
        for opening in calendar.openings:
            if opening.days.include(day):
                span = _span(opening, day, zone)
                if span.end > span.start:
                    yield span
        day += _DAY


@lru_cache(maxsize=4096)
def _span(opening: Opening, day: date, zone: ZoneInfo) -> TimeSpan:
    start = _moment(day, opening.opens, zone, later=True)
    if opening.closes is None:
        return TimeSpan(start=start, end=start + timedelta(seconds=opening.length_s or 0.0))
    last = day if opening.closes > opening.opens else day + _DAY
    return TimeSpan(start=start, end=_moment(last, opening.closes, zone, later=False))


def _moment(day: date, at: time, zone: ZoneInfo, *, later: bool) -> datetime:
    """Both readings of a wall-clock time are the same, but for the hours of a clock change."""
    readings = [datetime.combine(day, at, tzinfo=zone).replace(fold=fold).astimezone(UTC) for fold in (0, 1)]
    return max(readings) if later else min(readings)


def _frozen(freeze: Freeze, zone: ZoneInfo) -> TimeSpan:
    return TimeSpan(
        start=_moment(freeze.first, time(), zone, later=False),
        end=_moment(freeze.last + _DAY, time(), zone, later=True),
    )


def _merged(found: Iterable[TimeSpan]) -> list[TimeSpan]:
    merged: list[TimeSpan] = []
    for span in sorted(found):
        if merged and span.start <= merged[-1].end:
            merged[-1] = TimeSpan(start=merged[-1].start, end=max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


def _without(found: Iterable[TimeSpan], frozen: TimeSpan) -> Iterator[TimeSpan]:
    for span in found:
        if span.start < frozen.start:
            yield TimeSpan(start=span.start, end=min(span.end, frozen.start))
        if span.end > frozen.end:
            yield TimeSpan(start=max(span.start, frozen.end), end=span.end)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
