"""When a login may begin: a triggerer that starts again spreads its logins instead of storming the fleet.

Only beginnings are spread, nothing is held while a login lasts: a node that lets a login hang delays nobody.
"""

from __future__ import annotations

import asyncio
import random

# A login costs some 9 ms of this process's CPU, mostly key exchange: 25 a second are a quarter of a core, and
# the 2,000 nodes of 1,000 clusters are logged in to within 80 s. A node that reboots is called once a poll
# interval and refuses at once; two hundred of them are ten a second.
LOGINS_PER_S = 25.0
BURST = 10  # so many at once, before anybody waits: a campaign's wave begins without a queue
_JITTER = 0.5  # of the distance, so that two triggerers that start together do not call in step


class LoginPace:
    """First come, first served. One of these for all clusters of an event loop."""

    def __init__(self, *, per_s: float = LOGINS_PER_S, burst: int = BURST) -> None:
        self._every_s = 1.0 / per_s
        self._ahead_s = burst * self._every_s  # how far beginnings may run ahead of the pace
        self._next_at = 0.0

    async def turn(self) -> None:
        """Returns when the caller may begin."""
        wait_s = self._booked(asyncio.get_running_loop().time())
        if wait_s <= 0:
            return
        try:
            await asyncio.sleep(wait_s)
        except asyncio.CancelledError:
            self._next_at -= self._every_s  # whoever comes next has one place less before it
            raise

    def _booked(self, now: float) -> float:
        """Takes the next place; how long from now until it, in seconds."""
        place = max(self._next_at, now - self._ahead_s)
        self._next_at = place + self._every_s
        if place <= now:
            return 0.0
        return place - now + self._every_s * random.uniform(0, _JITTER)  # noqa: S311 - spreads load
