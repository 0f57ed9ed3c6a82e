"""What a wait of an upgrade is opened with, without blocking the triggerer's loop.

Nodes are looked at, leases renewed and the journal reached through the loop's watcher. A journal that is
away is waited out when a wait is opened; once open, a wait looks at the nodes all the time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from srx_issu.adapters.clock import SteadyClock, SystemClock
from srx_issu.airflow.composition.stores import Stores
from srx_issu.airflow.watching.watcher import Watcher
from srx_issu.domain.errors import (
    JournalAway,
    JournalError,
    LeaseHeld,
)
from srx_issu.domain.history.entry import entry_of
from srx_issu.domain.history.step_events import Awaited, WaitBegan
from srx_issu.domain.history.upgrade_state import UpgradeState
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.ports.clock import Clock
from srx_issu.steps.late_journal import LateJournal
from srx_issu.steps.leases import claim_of
from srx_issu.steps.outage import WATCHING, Outage, wait_out_in_loop
from srx_issu.steps.waits.watch_loop import RENEWALS, LeaseKeeper

R = TypeVar("R")


BEFORE_WATCHING = "waiting for it before watching"


async def prepare_patiently(prepare: Callable[[], R], log: Any) -> R:
    """Nothing is known of the upgrade without its journal: waited for without a limit."""
    return await wait_out_in_loop(prepare, journal_outage(log, BEFORE_WATCHING))


def journal_outage(log: Any, meanwhile: str = WATCHING) -> Outage:
    return Outage(clock=SteadyClock(), log=log, meanwhile=meanwhile)


def account_outage(intent: Intent, log: Any) -> Outage:
    what = f"account of connection {intent.cluster.connection_id}"
    return Outage(clock=SteadyClock(), log=log, what=what, meanwhile="trying again, no deadline passes")


def late_journal_of(here: Watcher, upgrade_id: str, log: Any) -> LateJournal:
    return LateJournal(journal=here.stores.journal, upgrade_id=upgrade_id, outage=journal_outage(log))


def lease_keeper(here: Watcher, intent: Intent, outage: Outage, log: Any) -> LeaseKeeper:
    lease_s = intent.policy.timers.lease_s
    renew = partial(here.leases.renew, claim_of(intent, lease_s))
    every_s = lease_s / RENEWALS
    return LeaseKeeper(renew=renew, every_s=every_s, clock=SteadyClock(), outage=outage, log=log)


async def renew_where_possible(here: Watcher, intent: Intent, log: Any) -> None:
    """Before the first look: waits for a journal that is away. Raises LeaseHeld when another has the cluster;
    a lease that is gone does not keep us from looking."""
    outage, claim = journal_outage(log, BEFORE_WATCHING), claim_of(intent, intent.policy.timers.lease_s)
    while True:
        try:
            await here.leases.renew(claim)
        except JournalAway as away:
            await asyncio.sleep(outage.begun(away))
            continue
        except JournalError as gone:
            log.warning("%s; %s", gone, WATCHING)
        outage.over()
        return


async def keep_lease(lease: LeaseKeeper) -> None:
    if lost := await lease.keep():
        raise LeaseHeld(lost)


@dataclass(frozen=True, kw_only=True)
class PendingWait:
    """Whose wait it is, and for what; ``step`` for people."""

    upgrade_id: str
    awaited: Awaited
    step: str


def begin_wait(stores: Stores, wait: PendingWait, so_far: UpgradeState, text: str, clock: Clock) -> datetime:
    """When the present try of this wait began, by ``clock``; written down if it begins now. It may have been
    another machine that began: how long ago that was says the database's clock alone, and never less than no
    time at all."""
    began = so_far.waiting_since.get(wait.awaited)
    if began is not None:
        return clock.now() - max(stores.journal.now() - began, timedelta())
    at = SystemClock().now()
    entry = entry_of(WaitBegan(awaited=wait.awaited), text, at=at, step=wait.step)
    stores.journal.record(wait.upgrade_id, entry)
    return clock.now()
