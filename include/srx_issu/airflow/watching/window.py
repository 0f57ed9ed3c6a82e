"""The wait for the maintenance window."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from srx_issu.adapters.clock import SystemClock
from srx_issu.airflow.watching.opening import (
    late_journal_of,
    lease_keeper,
    prepare_patiently,
)
from srx_issu.airflow.watching.watcher import Watcher, watcher_of_loop
from srx_issu.domain.errors import (
    JournalAway,
)
from srx_issu.domain.history.entry import entry_of
from srx_issu.domain.history.events import OutcomeDecided
from srx_issu.domain.history.upgrade_state import known
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.intent import Intent, Timers
from srx_issu.steps.baseline import intent_of, timers_in_force
from srx_issu.steps.late_journal import LateJournal
from srx_issu.steps.waits.watch_loop import LeaseKeeper
from srx_issu.steps.waits.window import seconds_until_open, window_objection


@dataclass(frozen=True, kw_only=True)
class OpenWindow:
    """One upgrade's wait for its window."""

    intent: Intent
    timers: Timers  # those in force
    step: str
    lines: LateJournal
    lease: LeaseKeeper

    async def now(self) -> datetime:
        """The database's clock, by which the send gate judges the window; ours while it is away."""
        try:
            return await asyncio.to_thread(self.lines.journal.now)
        except JournalAway:
            return SystemClock().now()

    async def wait_s(self) -> float:
        return seconds_until_open(self.intent, await self.now())

    async def objection(self) -> str | None:
        """Why nothing may start now: the window, or another upgrade that has the cluster by now. None, too,
        when the ISSU was asked for already: then a window decides nothing any more."""
        if await asyncio.to_thread(self._is_begun):
            return None
        return await self.lease.keep() or window_objection(self.intent, await self.now(), self.timers)

    def _is_begun(self) -> bool:
        try:
            return known(self.lines.journal.entries(self.intent.upgrade_id)).start is not None
        except JournalAway:
            return False  # asked again before a refusal is written

    async def journal_answers(self) -> bool:
        """As far as is known; one that is away is asked again, as often as its pauses allow."""
        if not await self.lines.write():
            return False
        self.lines.outage.over()
        return True

    async def refuse(self, reason: str) -> bool:
        """False: the journal is away, and nothing was written."""
        refused = OutcomeDecided(outcome=Outcome.REFUSED)
        entry = entry_of(refused, reason, at=SystemClock().now(), step=self.step)
        if await self.lines.write(entry):
            return True
        self.lines.withdraw(entry)
        return False


async def open_window(upgrade_id: str, step: str, log: Any) -> OpenWindow:
    """Reads the intent, and how long the cluster holds its groups down."""
    here = watcher_of_loop()
    intent, timers = await prepare_patiently(partial(_prepare_window, here, upgrade_id), log)
    lines = late_journal_of(here, upgrade_id, log)
    lease = lease_keeper(here, intent, lines.outage, log)
    return OpenWindow(intent=intent, timers=timers, step=step, lines=lines, lease=lease)


def _prepare_window(here: Watcher, upgrade_id: str) -> tuple[Intent, Timers]:
    journal = here.stores.journal
    intent = intent_of(journal, upgrade_id)
    return intent, timers_in_force(known(journal.entries(upgrade_id)), intent)
