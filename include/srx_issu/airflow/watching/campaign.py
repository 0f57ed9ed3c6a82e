"""A campaign as its triggers see it: hundreds share one look, and none blocks the triggerer's loop.

Without the journal nothing is begun, and nothing ends: it is waited out, and then everything is asked anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from srx_issu.adapters.clock import SystemClock
from srx_issu.airflow.composition.campaign import open_campaign, task_in
from srx_issu.airflow.watching.shared import STALE_S, CampaignWatch, campaign_watch_of_loop
from srx_issu.airflow.watching.waiter import Call, Waiter
from srx_issu.campaign.naming import campaign_id
from srx_issu.domain.errors import JournalAway
from srx_issu.steps.campaign.cluster_task import ClusterEnded, ClusterTask, Step
from srx_issu.steps.campaign.context import CampaignContext
from srx_issu.steps.campaign.ends import collect, give_up
from srx_issu.steps.campaign.plan import known_plan
from srx_issu.steps.campaign.turns import End, Turn
from srx_issu.steps.campaign.upgrade import next_step
from srx_issu.steps.outage import Outage, wait_out_in_loop

R = TypeVar("R")


@dataclass(frozen=True, kw_only=True)
class ClusterWatch:
    """One cluster of one wave, watched from a trigger."""

    campaign_context: CampaignContext
    task: ClusterTask
    outage: Outage  # of the journal

    async def next_step(self, call: Call) -> Step | None:
        """None: the journal is away; ask again after a pause."""
        campaign_context = self.campaign_context
        if call.state is not None:
            campaign_context = replace(campaign_context, stopped=lambda: call.stopped)
        return await self._asked(
            partial(asyncio.to_thread, next_step, campaign_context, self.task, call.state)
        )

    async def collect(self, upgrade: str, call: Call) -> ClusterEnded | None:
        """None: it has not ended, or the journal is away (``outage`` tells which)."""
        return await self._asked(
            partial(asyncio.to_thread, collect, self.campaign_context, self.task, upgrade, call.run_state)
        )

    async def give_up(self, upgrade: str, reason: str) -> ClusterEnded | None:
        """None: the journal is away, and nothing was given up."""
        return await self._asked(
            partial(asyncio.to_thread, give_up, self.campaign_context, self.task, upgrade, reason)
        )

    async def _asked(self, ask: Callable[[], Awaitable[R]]) -> R | None:
        try:
            answer = await ask()
        except JournalAway as error:
            self.outage.begun(error)
            return None
        self.outage.over()
        return answer


@dataclass(frozen=True, kw_only=True)
class Calls:
    """The shared look, as one wait hears it."""

    watch: CampaignWatch
    waiter: Waiter
    outage: Outage
    log: Any

    async def next(self, within_s: float) -> Call | None:
        """None: nothing to do in that time. Says in the wait's own log what it waits for."""
        before = self.waiter.reason
        has_news = await self.waiter.news(min(within_s, STALE_S))
        if self.watch.is_stale:  # then it asks for itself
            self.log.warning("nobody has looked at the campaigns for a while; they are looked at anew")
            self.watch.ensure_running()
            return Call()
        if self.waiter.trouble is not None:
            self.outage.begun(self.waiter.trouble)
            return None
        self.outage.over()
        if has_news and self.waiter.reason != before:
            self.log.info("waiting: %s", self.waiter.reason)
        return self.waiter.take_call()


@asynccontextmanager
async def watch_campaign(name: str, run_id: str, outage: Outage, log: Any) -> AsyncIterator[Calls]:
    """Called when the campaign is aborted."""
    watch = campaign_watch_of_loop()
    with watch.waiting(campaign_id(name, run_id)) as waiter:
        yield Calls(watch=watch, waiter=waiter, outage=outage, log=log)


@asynccontextmanager
async def watch_cluster(
    name: str, run_id: str, cluster: str, wave: int, *, upgrade: str | None, plan_only: bool, log: Any
) -> AsyncIterator[tuple[ClusterWatch, Calls]]:
    """``upgrade``: whose end is waited for; None: the cluster's turn is."""
    watch = campaign_watch_of_loop()
    outage = Outage(clock=SystemClock(), log=log, meanwhile="waiting for it, nothing is begun meanwhile")

    def prepare() -> tuple[ClusterWatch, Turn | End]:
        campaign_context = open_campaign(name, run_id, stores=watch.stores, plan_only=plan_only, log=log)
        task = task_in(
            watch.plan(campaign_context.campaign_id, partial(known_plan, campaign_context)), cluster, wave
        )
        about: Turn | End = (
            Turn.of(campaign_context.campaign_id, task)
            if upgrade is None
            else End(campaign_id=campaign_context.campaign_id, cluster=cluster, upgrade=upgrade)
        )
        return ClusterWatch(campaign_context=campaign_context, task=task, outage=outage), about

    found, about = await wait_out_in_loop(prepare, outage)
    with watch.waiting(found.campaign_context.campaign_id, about) as waiter:
        yield found, Calls(watch=watch, waiter=waiter, outage=outage, log=log)
