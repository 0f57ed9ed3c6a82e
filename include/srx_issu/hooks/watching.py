"""Everything a trigger needs, put together without blocking the triggerer's loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from srx_issu.devices.ssh import SshClusterReader
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.goals import Goal
from srx_issu.domain.intent import Intent
from srx_issu.domain.recovery.plan import Plan, Taken
from srx_issu.hooks.clock import SystemClock
from srx_issu.hooks.stores import Stores, open_stores
from srx_issu.hooks.triggerer_login import connector
from srx_issu.ports.journal import Event, EventKind, Outcome
from srx_issu.steps.holding import renew_all
from srx_issu.steps.quiet import QuietWatch, Stillness
from srx_issu.steps.recall import QUIET_KEY, course, intent_of, start
from srx_issu.steps.recover_cluster import taken
from srx_issu.steps.recovery_plan import plan_in
from srx_issu.steps.watch import Watch, began_at
from srx_issu.steps.window import seconds_until_open, window_objection


@asynccontextmanager
async def open_watch(upgrade_id: str, goal: Goal, step: str) -> AsyncIterator[Watch]:
    """The wait of one task, with its own connection to each node; closed at the end."""
    watch = await asyncio.to_thread(_prepare_watch, upgrade_id, goal, step)
    try:
        yield watch
    finally:
        await watch.reader.close()


def _prepare_watch(upgrade_id: str, goal: Goal, step: str) -> Watch:
    stores = open_stores()
    intent = intent_of(stores.journal, upgrade_id)
    _renew_lease(stores, intent)
    events = stores.journal.events(upgrade_id)
    return Watch(
        intent=intent,
        goal=goal,
        step=step,
        course=course(events, stores.evidence, intent),
        start=start(events),
        reader=SshClusterReader(intent.cluster.name, connector(intent.cluster), intent.policy.timers),
        journal=stores.journal,
        clock=SystemClock(),
        began_at=_begin(stores, upgrade_id, step, f"waiting for {goal.replace('_', ' ')}"),
    )


def _renew_lease(stores: Stores, intent: Intent) -> None:
    renew_all(intent, stores.leases, intent.policy.timers.lease_s)


@dataclass(frozen=True, kw_only=True)
class RecoveryWatch:
    """What a waiting step of a recovery is judged by."""

    cluster: str
    plan: Plan
    taken: tuple[Taken, ...]
    reader: SshClusterReader
    poll_s: float
    began_at: datetime

    def elapsed_s(self) -> float:
        return (SystemClock().now() - self.began_at).total_seconds()


@asynccontextmanager
async def open_recovery(upgrade_id: str, step: str) -> AsyncIterator[RecoveryWatch]:
    """One step's wait, with its own connection to each node; closed at the end."""
    watch = await asyncio.to_thread(_prepare_recovery, upgrade_id, step)
    try:
        yield watch
    finally:
        await watch.reader.close()


def _prepare_recovery(upgrade_id: str, step: str) -> RecoveryWatch:
    stores = open_stores()
    intent = intent_of(stores.journal, upgrade_id)
    _renew_lease(stores, intent)
    events = stores.journal.events(upgrade_id)
    plan = plan_in(events, stores.evidence)
    if plan is None:
        raise RequestRefused("there is no recovery plan in the journal; run recover.diagnose first")
    return RecoveryWatch(
        cluster=intent.cluster.name,
        plan=plan,
        taken=taken(events),
        reader=SshClusterReader(intent.cluster.name, connector(intent.cluster), intent.policy.timers),
        poll_s=intent.policy.timers.poll_s,
        began_at=_begin(stores, upgrade_id, step, "waiting"),
    )


@dataclass(frozen=True, kw_only=True)
class OpenQuiet:
    """A recovery's wait until nobody drives an ISSU."""

    cluster: str
    step: str
    watch: QuietWatch
    poll_s: float
    stores: Stores
    upgrade_id: str

    async def tell(self, seen: Stillness) -> None:
        """Quiet or given up: ``diagnose`` reads which from the journal."""
        key = QUIET_KEY if seen.quiet else None
        event = Event(
            at=SystemClock().now(), kind=EventKind.OBSERVED, step=self.step, text=seen.reason, key=key
        )
        await asyncio.to_thread(self.stores.journal.record, self.upgrade_id, event)


@asynccontextmanager
async def open_quiet(upgrade_id: str, step: str) -> AsyncIterator[OpenQuiet]:
    """With its own connection to each node; closed at the end."""
    quiet = await asyncio.to_thread(_prepare_quiet, upgrade_id, step)
    try:
        yield quiet
    finally:
        await quiet.watch.reader.close()


def _prepare_quiet(upgrade_id: str, step: str) -> OpenQuiet:
    stores = open_stores()
    intent = intent_of(stores.journal, upgrade_id)
    _renew_lease(stores, intent)
    timers = intent.policy.timers
    watch = QuietWatch(
        intent=intent,
        start=start(stores.journal.events(upgrade_id)),
        reader=SshClusterReader(intent.cluster.name, connector(intent.cluster), timers),
        clock=SystemClock(),
    )
    return OpenQuiet(
        cluster=intent.cluster.name,
        step=step,
        watch=watch,
        poll_s=timers.poll_s,
        stores=stores,
        upgrade_id=upgrade_id,
    )


def _begin(stores: Stores, upgrade_id: str, step: str, text: str) -> datetime:
    """When the present try of this wait began; written down if it begins now."""
    began = began_at(stores.journal.events(upgrade_id), step)
    if began is None:
        began = SystemClock().now()
        event = Event(at=began, kind=EventKind.STEP_STARTED, step=step, text=text)
        stores.journal.record(upgrade_id, event)
    return began


@dataclass(frozen=True, kw_only=True)
class OpenWindow:
    """One upgrade's wait for its window."""

    intent: Intent
    step: str
    stores: Stores

    def wait_s(self) -> float:
        return seconds_until_open(self.intent, SystemClock().now())

    def objection(self) -> str | None:
        return window_objection(self.intent, SystemClock().now())

    async def renew_lease(self) -> None:
        await asyncio.to_thread(_renew_lease, self.stores, self.intent)

    async def refuse(self, reason: str) -> None:
        event = Event(
            at=SystemClock().now(),
            kind=EventKind.DECIDED,
            step=self.step,
            text=reason,
            detail={"outcome": Outcome.REFUSED.value},
        )
        await asyncio.to_thread(self.stores.journal.record, self.intent.upgrade_id, event)


async def open_window(upgrade_id: str, step: str) -> OpenWindow:
    """Reads the intent; renews the lease."""

    def prepare() -> OpenWindow:
        stores = open_stores()
        intent = intent_of(stores.journal, upgrade_id)
        _renew_lease(stores, intent)
        return OpenWindow(intent=intent, step=step, stores=stores)

    return await asyncio.to_thread(prepare)
