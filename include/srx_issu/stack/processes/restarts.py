"""When a component that ended is started again, and when it is given up. Pure: no process, no clock.

As systemd and Kubernetes do it: at once the first time, then after pauses that double, up to a minute; what
has run for some minutes starts counting anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
STEADY_AFTER_S = 300.0  # a component that ran for so long had come up well
LIMIT = 8  # ends in a row, a good two minutes of pauses: waiting longer heals nothing
STARTING_LIMIT = (
    3  # while a stack comes up a person waits, and what ends then is seldom better the fourth time
)


@dataclass(frozen=True, kw_only=True)
class RestartHistory:
    """How often one component ended, and why the last time."""

    ends: int = 0
    in_a_row: int = 0  # without STEADY_AFTER_S between them
    reason: str = ""
    at: datetime | None = None

    def after_end(self, reason: str, lived_s: float, at: datetime) -> RestartHistory:
        steady = lived_s >= STEADY_AFTER_S
        in_a_row = 1 if steady else self.in_a_row + 1
        return replace(self, ends=self.ends + 1, in_a_row=in_a_row, reason=reason, at=at)

    @property
    def pause_s(self) -> float:
        """How long to wait before the next start."""
        return min(LONGEST_PAUSE_S, FIRST_PAUSE_S * (1 << min(self.in_a_row - 1, 16)))

    def will_not_stay_up(self, limit: int) -> bool:
        return self.in_a_row >= limit
