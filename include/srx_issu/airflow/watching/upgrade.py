"""The wait of a task for its goal: the cluster is looked at until it is reached, missed or out of reach."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from srx_issu.adapters.clock import SteadyClock, SystemClock
from srx_issu.airflow.composition.upgrade_notices import tell_of_upgrade
from srx_issu.airflow.watching.opening import (
    PendingWait,
    account_outage,
    begin_wait,
    late_journal_of,
    lease_keeper,
    prepare_patiently,
)
from srx_issu.airflow.watching.watcher import Watcher, watcher_of_loop
from srx_issu.domain.history.events import FoundBy
from srx_issu.domain.history.state_parts import IssuStart
from srx_issu.domain.history.upgrade_state import known
from srx_issu.domain.upgrade.goals import Course, Goal
from srx_issu.domain.upgrade.intent import Intent, Timers
from srx_issu.ports.clock import Clock
from srx_issu.steps.baseline import course_of, intent_of, timers_in_force
from srx_issu.steps.waits.bystanders import Bystanders
from srx_issu.steps.waits.watch import PollResult, Watch
from srx_issu.steps.waits.watch_loop import WatchLoop


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
    here, clock = watcher_of_loop(), SteadyClock()
    opened = await prepare_patiently(partial(_prepare_watch, here, upgrade_id, goal, step, clock), log)
    intent, lines = opened.intent, late_journal_of(here, upgrade_id, log)
    reader = here.subscribe(intent, log)
    watch = Watch(
        intent=intent,
        goal=goal,
        step=step,
        course=opened.course,
        start=opened.start,
        reader=reader,
        clock=clock,
        wall_clock=SystemClock(),
        began_at=opened.began_at,
        timers=opened.timers,
        bystanders=Bystanders(reader, opened.course.before, opened.told),
    )
    try:
        yield WatchLoop(
            watch=watch,
            lines=lines,
            lease=lease_keeper(here, intent, lines.outage, log),
            account=account_outage(intent, log),
            log=log,
            pause=pause,
            counted=counted,
            tell=partial(tell_of_upgrade, intent),
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
    timers: Timers
    told: tuple[str, ...]  # of people who were seen at work, by an earlier wait


def _prepare_watch(here: Watcher, upgrade_id: str, goal: Goal, step: str, clock: Clock) -> _Prepared:
    stores = here.stores
    intent = intent_of(stores.journal, upgrade_id)
    so_far = known(stores.journal.entries(upgrade_id))
    wait = PendingWait(upgrade_id=upgrade_id, awaited=goal, step=step)
    return _Prepared(
        intent=intent,
        course=course_of(so_far, stores.evidence, intent),
        start=so_far.start,
        timers=timers_in_force(so_far, intent),
        told=tuple(so_far.found_by(FoundBy.BYSTANDERS)),
        began_at=begin_wait(stores, wait, so_far, f"waiting for {goal.replace('_', ' ')}", clock),
    )
