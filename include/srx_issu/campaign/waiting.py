"""Those who wait in a rehearsal, counted by what decides alike for many of them: thousands wait, but they
share few calendars and few limits. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, TypeVar

from srx_issu.campaign.model import Campaign
from srx_issu.campaign.plan import PlannedCluster
from srx_issu.campaign.window import Calendar, next_start

K = TypeVar("K")


class Window(NamedTuple):
    """Clusters of one may start at the same moments."""

    calendar: int
    need_s: float


class WaitingClusters:
    """``clusters``: all that will ever wait."""

    def __init__(self, clusters: Iterable[PlannedCluster], campaign: Campaign) -> None:
        calendars: dict[Calendar, int] = {}
        limits: dict[tuple[object, ...], int] = {}
        self._windows: dict[str, Window] = {}
        self._limits: dict[str, int] = {}
        for each in clusters:
            calendar = calendars.setdefault(campaign.calendar_of(each.site), len(calendars))
            self._windows[each.name] = window = Window(calendar=calendar, need_s=each.worst_case_s)
            alike = (window, each.site, each.region, each.conflict_groups, each.is_outage)
            self._limits[each.name] = limits.setdefault(alike, len(limits))
        self._calendars = tuple(calendars)
        self._opens: dict[Window, datetime | None] = {}
        self._by_window: Counter[Window] = Counter()
        self._by_limits: Counter[int] = Counter()

    def begin(self, pending: Iterable[PlannedCluster]) -> None:
        names = [cluster.name for cluster in pending]
        self._by_window = Counter(self._windows[name] for name in names)
        self._by_limits = Counter(self._limits[name] for name in names)

    def leave(self, cluster: PlannedCluster) -> None:
        """It waits no more."""
        _take_one(self._by_window, self._windows[cluster.name])
        _take_one(self._by_limits, self._limits[cluster.name])

    def window(self, cluster: PlannedCluster) -> Window:
        return self._windows[cluster.name]

    def limits(self, cluster: PlannedCluster) -> int:
        """Clusters of one number are held by the same limits, or by none."""
        return self._limits[cluster.name]

    @property
    def different_limits(self) -> int:
        return len(self._by_limits)

    def opens(self, now: datetime) -> dict[Window, datetime | None]:
        """``next_start`` for everybody who waits; what lies ahead is looked for once."""
        for window in self._by_window:
            known = self._opens.get(window)
            if known is None or known < now:
                self._opens[window] = next_start(self._calendars[window.calendar], now, window.need_s)
        return {window: self._opens[window] for window in self._by_window}


def _take_one(counter: Counter[K], key: K) -> None:
    counter[key] -= 1
    if not counter[key]:
        del counter[key]
