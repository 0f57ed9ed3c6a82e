"""Virtual time against the wall: one wall second is `speed` virtual seconds."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass(kw_only=True, slots=True)
class VirtualClock:
    """Maps the monotonic clock to the devices' time, seconds since the epoch."""

    start: float
    speed: float
    _origin: float = field(default_factory=time.monotonic)

    def now(self) -> float:
        return self.start + (time.monotonic() - self._origin) * self.speed

    def wall_s(self, virtual_s: float) -> float:
        """Wall seconds that a span of virtual time lasts."""
        return virtual_s / self.speed
