"""The waits of the steps of a plan: a recovery's, or a route's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any

from srx_issu.adapters.clock import SteadyClock, SystemClock
from srx_issu.airflow.composition.stores import Stores
from srx_issu.airflow.watching.opening import (
    PendingWait,
    account_outage,
    begin_wait,
    keep_lease,
    late_journal_of,
    lease_keeper,
    prepare_patiently,
    renew_where_possible,
)
from srx_issu.airflow.watching.watcher import Watcher, watcher_of_loop
from srx_issu.domain.cluster.model import Snapshot
from srx_issu.domain.errors import (
    ConnectionUnusable,
    JournalAway,
    RequestRefused,
)
from srx_issu.domain.history.entry import entry_of
from srx_issu.domain.history.route_events import RouteStepPassed
from srx_issu.domain.history.step_events import WaitBegan
from srx_issu.domain.history.upgrade_state import UpgradeState, known
from srx_issu.domain.procedure.action import ActionName, TakenCommand
from srx_issu.domain.procedure.progress import Passed, Send, Stop, Wait, step_of
from srx_issu.domain.recovery.plan import RecoveryPlan
from srx_issu.domain.routes.plan import RoutePlan
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.ports.clock import Clock
from srx_issu.ports.devices import AsyncClusterReader
from srx_issu.ports.journal import Evidence
from srx_issu.steps.baseline import intent_of
from srx_issu.steps.late_journal import LateJournal
from srx_issu.steps.observe_patiently import require_login
from srx_issu.steps.outage import Outage
from srx_issu.steps.recovery.stored_plan import plan_in
from srx_issu.steps.routes.stored_plan import route_plan
from srx_issu.steps.waits.watch import SHORT_S, away_words
from srx_issu.steps.waits.watch_loop import LeaseKeeper


class PlanOf(StrEnum):
    """Whose plan it is."""

    RECOVERY = "recovery"
    ROUTE = "route"


def taken_of(so_far: UpgradeState, of: PlanOf) -> tuple[TakenCommand, ...]:
    """What of it was, or may have been, sent."""
    return so_far.route_commands if of is PlanOf.ROUTE else so_far.recovery_commands


@dataclass(kw_only=True)
class PlanWatch:
    """What a waiting step of a plan is judged by."""

    upgrade_id: str
    intent: Intent
    step: str
    action: ActionName
    of: PlanOf
    plan: RecoveryPlan | RoutePlan
    reader: AsyncClusterReader
    stores: Stores
    lines: LateJournal
    lease: LeaseKeeper
    account: Outage
    began_at: datetime  # by ``clock``
    taken: tuple[TakenCommand, ...]
    clock: Clock  # that nobody sets

    @property
    def cluster(self) -> str:
        return self.intent.cluster.name

    @property
    def poll_s(self) -> float:
        return self.intent.policy.timers.poll_s

    def elapsed_s(self) -> float:
        return (self.clock.now() - self.began_at).total_seconds()

    async def keep_cluster(self) -> None:
        """Before a look: renews the lease from time to time, however long the wait is made by what is away.
        Raises LeaseHeld when another has the cluster."""
        if self.lines.outage.is_on and await self.lines.write():
            await self._back("journal", self.lines.outage.over())
        await keep_lease(self.lease)

    async def observe(self) -> Snapshot | None:
        """Both nodes now; None when there is no account to log in with, and then the deadline waits."""
        try:
            now = require_login(await self.reader.observe())
        except ConnectionUnusable as error:
            self.account.begun(error)
            return None
        await self._back(self.account.what, self.account.over())
        return now

    async def next_step(self) -> Send | Wait | Passed | Stop | None:
        """What is due now by both nodes; None when there is no account to log in with."""
        now = await self.observe()
        return None if now is None else step_of(self.plan, self.action, now, self.taken)

    async def has_passed(self, reason: str) -> bool:
        """Writes down that a route's action is over. False: the journal is away, look again."""
        passed = entry_of(RouteStepPassed(action=self.action), reason, at=SystemClock().now(), step=self.step)
        if await self.lines.write(passed):
            return True
        self.lines.withdraw(passed)
        return False

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
        self.taken = taken_of(known(entries), self.of)
        await self._back("journal", self.lines.outage.over())
        return not was_away

    async def _back(self, what: str, lasted_s: float | None) -> None:
        if lasted_s is None or lasted_s < SHORT_S:
            return
        self.began_at = self.clock.now()
        counted_anew = WaitBegan(awaited=self.action)
        text = away_words(lasted_s, what)
        await self.lines.write(entry_of(counted_anew, text, at=SystemClock().now(), step=self.step))


@asynccontextmanager
async def open_plan(
    upgrade_id: str, of: PlanOf, action: ActionName, step: str, log: Any
) -> AsyncIterator[PlanWatch]:
    """One step's wait, subscribed to its cluster until it ends."""
    here, clock = watcher_of_loop(), SteadyClock()
    prepare = partial(_prepare_plan, here, upgrade_id, of, action, step, clock)
    opened = await prepare_patiently(prepare, log)
    intent = opened.intent
    await renew_where_possible(here, intent, log)
    lines, reader = late_journal_of(here, upgrade_id, log), here.subscribe(intent, log)
    try:
        yield PlanWatch(
            upgrade_id=upgrade_id,
            intent=intent,
            step=step,
            action=action,
            of=of,
            plan=opened.plan,
            taken=opened.taken,
            reader=reader,
            stores=here.stores,
            lines=lines,
            lease=lease_keeper(here, intent, lines.outage, log),
            account=account_outage(intent, log),
            began_at=opened.began_at,
            clock=clock,
        )
    finally:
        await reader.close()


@dataclass(frozen=True, kw_only=True)
class _PreparedPlan:
    """What the journal knows of a waiting step."""

    intent: Intent
    plan: RecoveryPlan | RoutePlan
    taken: tuple[TakenCommand, ...]
    began_at: datetime


def _prepare_plan(
    here: Watcher, upgrade_id: str, of: PlanOf, action: ActionName, step: str, clock: Clock
) -> _PreparedPlan:
    stores = here.stores
    intent = intent_of(stores.journal, upgrade_id)
    so_far = known(stores.journal.entries(upgrade_id))
    wait = PendingWait(upgrade_id=upgrade_id, awaited=action, step=step)
    return _PreparedPlan(
        intent=intent,
        plan=_plan(so_far, stores.evidence, of),
        taken=taken_of(so_far, of),
        began_at=begin_wait(stores, wait, so_far, "waiting", clock),
    )


def _plan(so_far: UpgradeState, evidence: Evidence, of: PlanOf) -> RecoveryPlan | RoutePlan:
    if of is PlanOf.ROUTE:
        return route_plan(so_far, evidence)
    plan = plan_in(so_far, evidence)
    if plan is None:
        raise RequestRefused("there is no recovery plan in the journal: it must be made before this step")
    return plan
