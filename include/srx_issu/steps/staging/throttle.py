"""A bandwidth that several copies share: who has sent, waits until the line would be free again."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

from srx_issu.ports.clock import Clock

_BITS, _MEGA = 8, 1_000_000


class Throttle:
    """``mbit_s`` None = no limit. One for all threads that share the line."""

    def __init__(self, mbit_s: float | None, clock: Clock) -> None:
        self._bytes_s = mbit_s * _MEGA / _BITS if mbit_s else None
        self._clock = clock
        self._free_at: datetime | None = None
        self._lock = threading.Lock()

    def sent(self, number: int) -> None:
        """Call it after each piece of ``number`` bytes; returns when the next may be sent."""
        if self._bytes_s is None or number <= 0:
            return
        now = self._clock.now()
        with self._lock:
            begin = max(self._free_at or now, now)
            self._free_at = begin + timedelta(seconds=number / self._bytes_s)
            wait_s = (self._free_at - now).total_seconds()
        self._clock.sleep(wait_s)
