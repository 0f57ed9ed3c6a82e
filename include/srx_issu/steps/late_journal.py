"""Lines for a journal that may be away: kept in memory in their order, written when it answers, never twice.

An event keeps the time at which it was observed; the journal's order is that of writing.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from srx_issu.domain.errors import JournalAway
from srx_issu.domain.history.entry import Entry
from srx_issu.ports.journal import Journal
from srx_issu.steps.outage import LIMIT_S, Outage, wait_out


@dataclass(kw_only=True)
class LateJournal:
    """What one wait has to write down. One task of the loop uses it; the database is asked in a thread."""

    journal: Journal
    upgrade_id: str
    outage: Outage
    _waiting: deque[Entry] = field(default_factory=deque)

    async def write(self, *events: Entry) -> bool:
        """Whether ``events`` and everything before them are in the journal now.

        Does not wait: False while the journal is away. While it is away, this also asks whether it is back
        (``outage.is_on`` tells), as often as its pauses allow. Raises other JournalErrors.
        """
        self._waiting.extend(events)
        if not self._waiting and not self.outage.is_on:
            return True  # most looks see nothing new
        if self.outage.is_on and not self.outage.is_due:
            return False
        try:
            await asyncio.to_thread(self._write_all)
        except JournalAway as error:
            self.outage.begun(error)
            return False
        return True

    def withdraw(self, event: Entry) -> None:
        """Takes back a verdict that was not written, so that a newer look can come to another."""
        if event in self._waiting:
            self._waiting.remove(event)

    def _write_all(self) -> None:
        known = self.journal.entries(self.upgrade_id) if self.outage.is_on else ()
        while self._waiting:
            if not is_among(known, self._waiting[0]):
                self.journal.record(self.upgrade_id, self._waiting[0])
            self._waiting.popleft()


def write_patiently(
    journal: Journal, upgrade_id: str, event: Entry, outage: Outage, limit_s: float = LIMIT_S
) -> None:
    """Writes one line, waiting for the journal where it is away. Raises JournalAway after ``limit_s``."""

    def write() -> None:
        if not (outage.is_on and is_among(journal.entries(upgrade_id), event)):
            journal.record(upgrade_id, event)

    wait_out(write, outage, limit_s=limit_s)


def is_among(known: Iterable[Entry], event: Entry) -> bool:
    """Whether a line was written although its answer was lost: same moment, step, kind, node and key."""
    mine = (event.at, event.kind, event.step, event.node, event.key)
    return any((e.at, e.kind, e.step, e.node, e.key) == mine for e in known)
