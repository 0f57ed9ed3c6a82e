"""The real clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from srx_issu.ports.permits import uptime_s


class SteadyClock:
    """UTC as it was when this was made, going on by this machine's uptime: for how long something lasts.

    Setting the machine's clock moves it neither on nor back. What another machine or an earlier process has
    begun is told in the database's time (``Entry.recorded_at``); that clock may be set, too, and then a wait
    that is taken up again counts as that says.
    """

    def __init__(
        self,
        made_at: Callable[[], datetime] = lambda: datetime.now(UTC),
        since_s: Callable[[], float] = uptime_s,
    ) -> None:
        self._made_at, self._made_s, self._uptime_s = made_at(), since_s(), since_s

    def now(self) -> datetime:
        return self._made_at + timedelta(seconds=self._uptime_s() - self._made_s)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class SystemClock:
    """UTC, and pauses between two samples."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
