"""Is anybody still driving an ISSU on this cluster? Told by what moves on both nodes from look to look.

Only reads; the trigger around it keeps time. A watch that starts anew begins to count anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from srx_issu.domain.errors import DeviceError
from srx_issu.domain.intent import Intent
from srx_issu.domain.model import Snapshot
from srx_issu.domain.recovery.found import nothing_to_recover
from srx_issu.domain.transcript import transcript_verdict
from srx_issu.ports.clock import Clock
from srx_issu.ports.devices import AsyncClusterReader
from srx_issu.steps.recall import Start


@dataclass(frozen=True, kw_only=True)
class Stillness:
    """One look's answer. ``over``: stop watching; ``quiet``: nobody drives an ISSU."""

    over: bool
    quiet: bool
    reason: str


@dataclass(kw_only=True)
class QuietWatch:
    """Over as soon as the ISSU says that it has stopped, or nothing is wrong, or nothing has moved for
    ``timers.switchover_s``; given up after ``timers.worst_case_s``."""

    intent: Intent
    start: Start | None
    reader: AsyncClusterReader
    clock: Clock
    _since: datetime | None = field(default=None)  # of the last movement
    _began: datetime | None = field(default=None)
    _last: object = field(default=None)

    async def look(self) -> Stillness:
        now = await self.reader.observe()
        words = await self._words()
        if stopped := transcript_verdict(words) if words else None:
            return Stillness(over=True, quiet=True, reason=f"the ISSU has stopped: {stopped.line}")
        if fine := nothing_to_recover(now):
            return Stillness(over=True, quiet=True, reason=fine)
        return self._judge((_moving_parts(now), len(words or "")))

    def _judge(self, seen: object) -> Stillness:
        at, timers = self.clock.now(), self.intent.policy.timers
        if self._began is None:
            self._began = at
        if seen != self._last or self._since is None:
            self._last, self._since = seen, at
        still_s = (at - self._since).total_seconds()
        if still_s >= timers.switchover_s:
            return Stillness(over=True, quiet=True, reason=f"nothing has moved for {still_s:.0f} s")
        if (at - self._began).total_seconds() > timers.worst_case_s:
            reason = f"the nodes still change after {timers.worst_case_s:.0f} s: an ISSU may be under way"
            return Stillness(over=True, quiet=False, reason=reason)
        return Stillness(over=False, quiet=False, reason="something moved a moment ago, or may still move")

    async def _words(self) -> str | None:
        if self.start is None or self.start.transcript_path is None:
            return None
        try:
            return await self.reader.read_text(self.start.starter, self.start.transcript_path)
        except DeviceError:
            return None


def _moving_parts(now: Snapshot) -> tuple[object, ...]:
    """What an ISSU changes as it goes. Boot times drift with the nodes' clocks; a reboot shows as silence."""
    return tuple((v.reachable, v.release, v.groups, v.cold_sync, v.issu) for v in now.views)
