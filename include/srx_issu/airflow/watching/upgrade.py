"""Everything a trigger needs, put together without blocking the triggerer's loop. Nodes are looked at, leases
renewed and the journal reached through the loop's watcher.

A journal that is away is waited out when a wait is opened; once open, a wait looks at the nodes all the time.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from srx_issu.adapters.clock import SystemClock
from srx_issu.airflow.composition.stores import Stores
from srx_issu.airflow.watching.watcher import Watcher, watcher_of_loop
from srx_issu.domain.cluster.model import Snapshot
from srx_issu.domain.errors import (
    ConnectionUnusable,
    JournalAway,
    JournalError,
    LeaseHeld,
    RequestRefused,
)
from srx_issu.domain.history.entry import entry_of
from srx_issu.domain.history.events import Awaited, NothingMoved, Observed, OutcomeDecided, WaitBegan
from srx_issu.domain.history.upgrade_state import IssuStart, UpgradeState, known
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.recovery.plan import ActionName, RecoveryPlan, SentRecoveryCommand
from srx_issu.domain.upgrade.goals import Course, Goal
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.ports.devices import AsyncClusterReader
from srx_issu.steps.baseline import course, intent_of
from srx_issu.steps.late_journal import LateJournal
from srx_issu.steps.leases import claim_of
from srx_issu.steps.observe_patiently import require_login
from srx_issu.steps.outage import WATCHING, Outage, wait_out_in_loop
from srx_issu.steps.recovery.stored_plan import plan_in
from srx_issu.steps.waits.idle import QuietWatch, Stillness
from srx_issu.steps.waits.watch import SHORT_S, PollResult, Watch, away_words
from srx_issu.steps.waits.watch_loop import RENEWALS, LeaseKeeper, WatchLoop
from srx_issu.steps.waits.window import seconds_until_open, window_objection

R = TypeVar("R")
BEFORE_WATCHING = "waiting for it before watching"


@asynccontextmanager
async def open_watch(
    upgrade_id: str,
    goal: Goal,
    step: str,
    log: Any,
    *,
    pause: Callable[[float], Awaitable[None]],
    counted: Callable[[PollResult], None],
) -> AsyncIterator[WatchLoop]:
    """The wait of one task, subscribed to its cluster until it ends."""
    here = watcher_of_loop()
    opened = await _opened(partial(_prepare_watch, here, upgrade_id, goal, step), log)
    intent, lines = opened.intent, _lines(here, upgrade_id, log)
    reader = here.subscribe(intent, log)
    watch = Watch(
        intent=intent,
        goal=goal,
        step=step,
        course=opened.course,
        start=opened.start,
        reader=reader,
        clock=SystemClock(),
        began_at=opened.began_at,
    )
    try:
        yield WatchLoop(
            watch=watch,
            lines=lines,
            lease=_lease_keeper(here, intent, lines.outage, log),
            account=_account_outage(intent, log),
            log=log,
            pause=pause,
            counted=counted,
        )
    finally:
        await reader.close()


@dataclass(frozen=True, kw_only=True)
class _Prepared:
    """What the journal knows of a wait."""

    intent: Intent
    course: Course
    start: IssuStart | None
    began_at: datetime


def _prepare_watch(here: Watcher, upgrade_id: str, goal: Goal, step: str) -> _Prepared:
    stores = here.stores
    intent = intent_of(stores.journal, upgrade_id)
    so_far = known(stores.journal.entries(upgrade_id))
    wait = _Wait(upgrade_id=upgrade_id, awaited=goal, step=step)
    return _Prepared(
        intent=intent,
        course=course(so_far, stores.evidence, intent),
        start=so_far.start,
        began_at=_begin(stores, wait, so_far, f"waiting for {goal.replace('_', ' ')}"),
    )


async def _opened(prepare: Callable[[], R], log: Any) -> R:
    """Nothing is known of the upgrade without its journal: waited for without a limit."""
    return await wait_out_in_loop(prepare, _journal_outage(log, BEFORE_WATCHING))


def _journal_outage(log: Any, meanwhile: str = WATCHING) -> Outage:
    return Outage(clock=SystemClock(), log=log, meanwhile=meanwhile)


def _account_outage(intent: Intent, log: Any) -> Outage:
    what = f"account of connection {intent.cluster.connection_id}"
    return Outage(clock=SystemClock(), log=log, what=what, meanwhile="trying again, no deadline passes")


def _lines(here: Watcher, upgrade_id: str, log: Any) -> LateJournal:
    return LateJournal(journal=here.stores.journal, upgrade_id=upgrade_id, outage=_journal_outage(log))


def _lease_keeper(here: Watcher, intent: Intent, outage: Outage, log: Any) -> LeaseKeeper:
    lease_s = intent.policy.timers.lease_s
    renew = partial(here.leases.renew, claim_of(intent, lease_s))
    every_s = lease_s / RENEWALS
    return LeaseKeeper(renew=renew, every_s=every_s, clock=SystemClock(), outage=outage, log=log)


async def _renew_where_possible(here: Watcher, intent: Intent, log: Any) -> None:
    """Before the first look: waits for a journal that is away. Raises LeaseHeld when another has the cluster;
    a lease that is gone does not keep us from looking."""
    outage, claim = _journal_outage(log, BEFORE_WATCHING), claim_of(intent, intent.policy.timers.lease_s)
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


async def _keep(lease: LeaseKeeper) -> None:
    if lost := await lease.keep():
        raise LeaseHeld(lost)


@dataclass(kw_only=True)
class RecoveryWatch:
    """What a waiting step of a recovery is judged by."""

    upgrade_id: str
    intent: Intent
    step: str
    action: ActionName
    plan: RecoveryPlan
    reader: AsyncClusterReader
    stores: Stores
    lines: LateJournal
    lease: LeaseKeeper
    account: Outage
    began_at: datetime
    taken: tuple[SentRecoveryCommand, ...]

    @property
    def cluster(self) -> str:
        return self.intent.cluster.name

    @property
    def poll_s(self) -> float:
        return self.intent.policy.timers.poll_s

    def elapsed_s(self) -> float:
        return (SystemClock().now() - self.began_at).total_seconds()

    async def keep_cluster(self) -> None:
        """Before a look: renews the lease from time to time, however long the wait is made by what is away.
        Raises LeaseHeld when another has the cluster."""
        if self.lines.outage.is_on and await self.lines.write():
            await self._back("journal", self.lines.outage.over())
        await _keep(self.lease)

    async def observe(self) -> Snapshot | None:
        """Both nodes now; None when there is no account to log in with, and then the deadline waits."""
        try:
            now = require_login(await self.reader.observe())
        except ConnectionUnusable as error:
            self.account.begun(error)
            return None
        await self._back(self.account.what, self.account.over())
        return now

    async def may_tell(self) -> bool:
        """Whether the journal answers, so that a worker can go on; after an outage: look again first."""
        was_away = self.lines.outage.is_on
        if not await self.lines.write():
            return False
        try:
            entries = await asyncio.to_thread(self.stores.journal.entries, self.upgrade_id)
        except JournalAway as error:
            self.lines.outage.begun(error)
            return False
        self.taken = known(entries).errands
        await self._back("journal", self.lines.outage.over())
        return not was_away

    async def _back(self, what: str, lasted_s: float | None) -> None:
        if lasted_s is None or lasted_s < SHORT_S:
            return
        self.began_at = SystemClock().now()
        counted_anew = WaitBegan(awaited=self.action)
        text = away_words(lasted_s, what)
        await self.lines.write(entry_of(counted_anew, text, at=self.began_at, step=self.step))


@asynccontextmanager
async def open_recovery(
    upgrade_id: str, action: ActionName, step: str, log: Any
) -> AsyncIterator[RecoveryWatch]:
    """One step's wait, subscribed to its cluster until it ends."""
    here = watcher_of_loop()
    opened = await _opened(partial(_prepare_recovery, here, upgrade_id, action, step), log)
    intent = opened.intent
    await _renew_where_possible(here, intent, log)
    lines, reader = _lines(here, upgrade_id, log), here.subscribe(intent, log)
    try:
        yield RecoveryWatch(
            upgrade_id=upgrade_id,
            intent=intent,
            step=step,
            action=action,
            plan=opened.plan,
            taken=opened.taken,
            reader=reader,
            stores=here.stores,
            lines=lines,
            lease=_lease_keeper(here, intent, lines.outage, log),
            account=_account_outage(intent, log),
            began_at=opened.began_at,
        )
    finally:
        await reader.close()


@dataclass(frozen=True, kw_only=True)
class _PreparedRecovery:
    """What the journal knows of a waiting step."""

    intent: Intent
    plan: RecoveryPlan
    taken: tuple[SentRecoveryCommand, ...]
    began_at: datetime


def _prepare_recovery(here: Watcher, upgrade_id: str, action: ActionName, step: str) -> _PreparedRecovery:
    stores = here.stores
    intent = intent_of(stores.journal, upgrade_id)
    so_far = known(stores.journal.entries(upgrade_id))
    plan = plan_in(so_far, stores.evidence)
    if plan is None:
        raise RequestRefused("there is no recovery plan in the journal: it must be made before this step")
    wait = _Wait(upgrade_id=upgrade_id, awaited=action, step=step)
    return _PreparedRecovery(
        intent=intent,
        plan=plan,
        taken=so_far.errands,
        began_at=_begin(stores, wait, so_far, "waiting"),
    )


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
        await _keep(self.lease)

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

    async def tell(self, seen: Stillness) -> bool:
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
    intent, begun = await _opened(partial(_prepare_quiet, here, upgrade_id), log)
    await _renew_where_possible(here, intent, log)
    lines, reader = _lines(here, upgrade_id, log), here.subscribe(intent, log)
    try:
        yield OpenQuiet(
            cluster=intent.cluster.name,
            step=step,
            watch=QuietWatch(intent=intent, start=begun, reader=reader, clock=SystemClock()),
            poll_s=intent.policy.timers.poll_s,
            lines=lines,
            lease=_lease_keeper(here, intent, lines.outage, log),
            account=_account_outage(intent, log),
        )
    finally:
        await reader.close()


def _prepare_quiet(here: Watcher, upgrade_id: str) -> tuple[Intent, IssuStart | None]:
    journal = here.stores.journal
    return intent_of(journal, upgrade_id), known(journal.entries(upgrade_id)).start


@dataclass(frozen=True, kw_only=True)
class _Wait:
    """Whose wait it is, and for what; ``step`` for people."""

    upgrade_id: str
    awaited: Awaited
    step: str


def _begin(stores: Stores, wait: _Wait, so_far: UpgradeState, text: str) -> datetime:
    """When the present try of this wait began, by this machine's clock; written down if it begins now. It may
    have been another machine that began: how long ago that was says the database's clock alone."""
    began = so_far.waiting_since.get(wait.awaited)
    if began is not None:
        return SystemClock().now() - (stores.journal.now() - began)
    now = SystemClock().now()
    entry = entry_of(WaitBegan(awaited=wait.awaited), text, at=now, step=wait.step)
    stores.journal.record(wait.upgrade_id, entry)
    return now


@dataclass(frozen=True, kw_only=True)
class OpenWindow:
    """One upgrade's wait for its window."""

    intent: Intent
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
        return await self.lease.keep() or window_objection(self.intent, await self.now())

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
    """Reads the intent."""
    here = watcher_of_loop()
    intent = await _opened(lambda: intent_of(here.stores.journal, upgrade_id), log)
    lines = _lines(here, upgrade_id, log)
    lease = _lease_keeper(here, intent, lines.outage, log)
    return OpenWindow(intent=intent, step=step, lines=lines, lease=lease)
