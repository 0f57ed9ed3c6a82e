"""The wait until nothing moves on a cluster any more."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from srx_issu.adapters.clock import SteadyClock, SystemClock
from srx_issu.airflow.watching.opening import (
    account_outage,
    keep_lease,
    late_journal_of,
    lease_keeper,
    prepare_patiently,
    renew_where_possible,
)
from srx_issu.airflow.watching.watcher import Watcher, watcher_of_loop
from srx_issu.domain.errors import (
    ConnectionUnusable,
)
from srx_issu.domain.history.entry import entry_of
from srx_issu.domain.history.events import NothingMoved, Observed
from srx_issu.domain.history.state_parts import IssuStart
from srx_issu.domain.history.upgrade_state import known
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.steps.baseline import intent_of
from srx_issu.steps.late_journal import LateJournal
from srx_issu.steps.outage import Outage
from srx_issu.steps.waits.idle import QuietWatch, Stillness
from srx_issu.steps.waits.watch_loop import LeaseKeeper


@dataclass(frozen=True, kw_only=True)
class OpenQuiet:
    """A recovery's wait until nobody drives an ISSU."""

    cluster: str
    step: str
    watch: QuietWatch
    poll_s: float
    lines: LateJournal
    lease: LeaseKeeper
    account: Outage

    async def keep_cluster(self) -> None:
        """Before a look. Raises LeaseHeld when another has the cluster."""
        if self.lines.outage.is_on and await self.lines.write():
            self.lines.outage.over()
        await keep_lease(self.lease)

    async def look(self) -> Stillness | None:
        """None when there is no account to log in with; then the stillness is counted anew."""
        try:
            seen = await self.watch.look()
        except ConnectionUnusable as error:
            self.account.begun(error)
            self.watch.count_anew()
            return None
        self.account.over()
        return seen

    async def record(self, seen: Stillness) -> bool:
        """Quiet or given up: ``diagnose`` reads which from the journal. False: it is away, look again."""
        was_away = self.lines.outage.is_on
        if not await self.lines.write():
            return False
        if was_away:
            self.lines.outage.over()
            return False
        event = NothingMoved() if seen.quiet else Observed()
        entry = entry_of(event, seen.reason, at=SystemClock().now(), step=self.step)
        if await self.lines.write(entry):
            return True
        self.lines.withdraw(entry)
        return False


@asynccontextmanager
async def open_quiet(upgrade_id: str, step: str, log: Any) -> AsyncIterator[OpenQuiet]:
    here = watcher_of_loop()
    intent, begun = await prepare_patiently(partial(_prepare_quiet, here, upgrade_id), log)
    await renew_where_possible(here, intent, log)
    lines, reader = late_journal_of(here, upgrade_id, log), here.subscribe(intent, log)
    try:
        yield OpenQuiet(
            cluster=intent.cluster.name,
            step=step,
            watch=QuietWatch(intent=intent, start=begun, reader=reader, clock=SteadyClock()),
            poll_s=intent.policy.timers.poll_s,
            lines=lines,
            lease=lease_keeper(here, intent, lines.outage, log),
            account=account_outage(intent, log),
        )
    finally:
        await reader.close()


def _prepare_quiet(here: Watcher, upgrade_id: str) -> tuple[Intent, IssuStart | None]:
    journal = here.stores.journal
    return intent_of(journal, upgrade_id), known(journal.entries(upgrade_id)).start
