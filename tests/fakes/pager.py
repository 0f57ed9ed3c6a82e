"""Who is called, and when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.fakes.memory import SteppingClock


@dataclass
class FakePager:
    """``calls``: when, and what they were told. An alarm counts as soon as somebody stops it too late."""

    clock: SteppingClock = field(default_factory=SteppingClock)
    calls: list[tuple[datetime, str]] = field(default_factory=list)
    _alarms: list[tuple[datetime, str]] = field(default_factory=list)

    def call(self, title: str, text: str) -> None:
        self.calls.append((self.clock.now(), f"{title}: {text}"))

    def call_after(self, seconds: float, title: str, text: str) -> Callable[[], bool]:
        alarm = (self.clock.now() + timedelta(seconds=seconds), f"{title}: {text}")
        self._alarms = [alarm]

        def stop() -> bool:
            if self.clock.now() < alarm[0]:
                self._alarms = [each for each in self._alarms if each is not alarm]
            self.ring()
            return alarm not in self.calls

        return stop

    def ring(self) -> None:
        """What is due by now."""
        due = [each for each in self._alarms if each[0] <= self.clock.now()]
        self._alarms = [each for each in self._alarms if each not in due]
        self.calls += due
