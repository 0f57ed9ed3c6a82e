"""The send gate's yes: a permit that runs out."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from srx_issu.domain.errors import PermitExpired
from srx_issu.ports.journal import PERMIT_S

__all__ = ["PERMIT_S", "Permit", "uptime_s"]


def uptime_s() -> float:
    """Seconds since this machine booted, also those that it slept or that this process was stopped."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


@dataclass(frozen=True, kw_only=True)
class Permit:
    """One command may be sent to ``node`` until ``expires_at_s`` of this machine's uptime.

    Whoever sends calls ``check`` immediately before the bytes leave: a process that was stopped in between
    and goes on later has missed its time.
    """

    node: str
    what: str  # the command, for the message
    expires_at_s: float
    now_s: Callable[[], float] = field(default=uptime_s, repr=False, compare=False)

    @property
    def left_s(self) -> float:
        return max(0.0, self.expires_at_s - self.now_s())

    def check(self) -> None:
        """Raises PermitExpired when it has run out: nothing was sent then."""
        late_s = self.now_s() - self.expires_at_s
        if late_s > 0:
            raise PermitExpired(
                f"{self.node}: the permit for '{self.what}' ran out {late_s:.0f} s ago; nothing was sent"
            )
