"""The five fields of a cron line as days and times of a window. Pure; no shorthand such as @weekly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from srx_issu.campaign.window import DAYS_OF_MONTH, MONTHS, WEEKDAYS, Days

_WEEKDAY_NAMES = {
    name: number for number, name in enumerate(("sun", "mon", "tue", "wed", "thu", "fri", "sat"))
}
_MONTH_NAMES = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}


class NotACronLine(ValueError):
    """What is wrong with it, in words."""


@dataclass(frozen=True, kw_only=True)
class CronLine:
    """On ``days``, at each of ``times``."""

    days: Days
    times: tuple[time, ...]


def parse_cron(line: str) -> CronLine:
    """``minute hour day month weekday``, with lists, ranges, steps and names. Raises NotACronLine."""
    fields = line.lower().split()
    if len(fields) != 5:
        raise NotACronLine(f"{len(fields)} fields; a cron line has minute, hour, day, month, weekday")
    minutes = _field(fields[0], 0, 59, {})
    hours = _field(fields[1], 0, 23, {})
    days = _field(fields[2], 1, 31, {})
    months = _field(fields[3], 1, 12, _MONTH_NAMES)
    cron_weekdays = _field(fields[4], 0, 7, _WEEKDAY_NAMES)  # 0 and 7 are Sunday
    weekdays = frozenset((day - 1) % 7 for day in cron_weekdays)
    restricted = days != DAYS_OF_MONTH and weekdays != WEEKDAYS
    return CronLine(
        days=Days(weekdays=weekdays, days_of_month=days, months=months & MONTHS, either=restricted),
        times=tuple(time(hour, minute) for hour in sorted(hours) for minute in sorted(minutes)),
    )


def _field(text: str, lowest: int, highest: int, names: dict[str, int]) -> frozenset[int]:
    chosen: set[int] = set()
    for part in text.split(","):
        span, slash, step = part.partition("/")
        first, last = _range(span, lowest, highest, names, is_stepped=bool(slash))
        every = _number(step, 1, highest, {}) if slash else 1
        chosen.update(range(first, last + 1, every))
    return frozenset(chosen)


def _range(
    text: str, lowest: int, highest: int, names: dict[str, int], *, is_stepped: bool
) -> tuple[int, int]:
    if text == "*":
        return lowest, highest
    left, dash, right = text.partition("-")
    first = _number(left, lowest, highest, names)
    if not dash:
        return first, highest if is_stepped else first
    last = _number(right, lowest, highest, names)
    if last < first:
        raise NotACronLine(f"{text!r} runs backwards")
    return first, last


def _number(text: str, lowest: int, highest: int, names: dict[str, int]) -> int:
    value = names.get(text)
    if value is None and text.isascii() and text.isdigit():
        value = int(text)
    if value is None or not lowest <= value <= highest:
        raise NotACronLine(f"{text!r} is not between {lowest} and {highest}")
    return value
