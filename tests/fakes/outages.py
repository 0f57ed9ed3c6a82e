"""A journal and leases that are away from time to time, by the test's clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from srx_issu.domain.errors import JournalAway
from srx_issu.domain.history.entry import Entry
from tests.fakes.memory import MemoryJournal, SteppingClock
from tests.fakes.snapshots import T0


@dataclass
class Away:
    """From ``begin_s`` to ``end_s`` after T0 nothing answers; the spans are the test's to change."""

    clock: SteppingClock
    spans: list[tuple[float, float]] = field(default_factory=list)
    asked: int = 0  # in vain

    def ask(self) -> None:
        """Raises JournalAway where a database would."""
        passed_s = (self.clock.now() - T0) / timedelta(seconds=1)
        if any(begin <= passed_s < end for begin, end in self.spans):
            self.asked += 1
            raise JournalAway("PostgreSQL does not answer (the database system is starting up)")


class AwayJournal(MemoryJournal):
    """MemoryJournal behind ``away``. ``lose_answers``: that many lines are written, but not confirmed."""

    def __init__(self, away: Away) -> None:
        super().__init__()
        self.away = away
        self.lose_answers = 0

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if name in ("now", "intent", "upgrade", "upgrades_of", "intend", "entries", "close_upgrade"):
            return _behind(found, self.away)
        return found

    def record(self, upgrade_id: str, event: Entry) -> None:
        self.away.ask()
        super().record(upgrade_id, event)
        if self.lose_answers:
            self.lose_answers -= 1
            raise JournalAway("server closed the connection unexpectedly")


def _behind(method: Callable[..., Any], away: Away) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        away.ask()
        return method(*args, **kwargs)

    return call
