"""A campaign as its triggers see it: hundreds share one look, and none blocks the triggerer's loop.

Without the journal nothing is begun, and nothing ends: it is waited out, and then everything is asked anew.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar

from srx_issu.campaign.admit import Wait
from srx_issu.domain.errors import JournalAway
from srx_issu.hooks.campaign import open_campaign, task_of
from srx_issu.hooks.clock import SystemClock
from srx_issu.hooks.runs import run_state
from srx_issu.hooks.stop import stopped
from srx_issu.steps.campaign_bench import CampaignBench
from srx_issu.steps.campaign_state import CampaignState, read_state
from srx_issu.steps.campaign_upgrade import Over, Step, Task, collect, give_up, next_step
from srx_issu.steps.outage import Outage, wait_out_in_loop

R = TypeVar("R")
SHARED_FOR_S = 2.0


@dataclass
class _Look:
    """What was last seen of one campaign."""

    at: float = -1e9
    state: CampaignState = field(default_factory=CampaignState)
    stopped: str | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


_looks: dict[str, _Look] = {}  # of this triggerer process


@dataclass(frozen=True, kw_only=True)
class ClusterWatch:
    """One cluster of one wave, watched from a trigger."""

    bench: CampaignBench
    task: Task
    outage: Outage  # of the journal

    async def next_step(self) -> Step | None:
        """None: the journal is away; ask again after a pause."""
        return await self._asked(self._next_step)

    async def _next_step(self) -> Step:
        look = await shared_look(self.bench)
        running, limit = look.state.in_flight, self.task.campaign.in_flight.campaign
        is_new = self.task.cluster.name not in {*running, *look.state.results}
        if (
            is_new and len(running) >= limit and look.state.aborted is None
        ):  # leases hold it; this saves asking
            return Wait(reason=f"{len(running)} are in flight, the campaign's limit")
        bench = replace(self.bench, stopped=lambda: look.stopped)
        step = await asyncio.to_thread(next_step, bench, self.task, look.state)
        if not isinstance(step, Wait):  # something begins or has ended: others should see it at once
            look.at = -1e9
        return step

    async def collect(self, upgrade: str, *, ask_airflow: bool) -> Over | None:
        """None: it has not ended, or the journal is away (``outage`` tells which)."""
        state = await asyncio.to_thread(self._run_state, upgrade) if ask_airflow else None
        return await self._asked(partial(self._collect, upgrade, state))

    async def _collect(self, upgrade: str, state: str | None) -> Over | None:
        return await asyncio.to_thread(collect, self.bench, self.task, upgrade, state)

    def _run_state(self, upgrade: str) -> str | None:
        """None when Airflow does not answer: it is asked again."""
        try:
            return run_state(upgrade)
        except Exception as error:  # noqa: BLE001 - its API may be away like anything else
            self.bench.log.warning("run %s: Airflow does not tell its state (%s)", upgrade, error)
            return None

    async def give_up(self, upgrade: str, reason: str) -> Over | None:
        """None: the journal is away, and nothing was given up."""
        return await self._asked(partial(self._give_up, upgrade, reason))

    async def _give_up(self, upgrade: str, reason: str) -> Over:
        return await asyncio.to_thread(give_up, self.bench, self.task, upgrade, reason)

    async def _asked(self, ask: Callable[[], Awaitable[R]]) -> R | None:
        try:
            answer = await ask()
        except JournalAway as error:
            self.outage.begun(error)
            return None
        self.outage.over()
        return answer


async def watch_cluster(
    name: str, run_id: str, cluster: str, wave: int, *, plan_only: bool, log: Any
) -> ClusterWatch:
    outage = Outage(clock=SystemClock(), log=log, meanwhile="waiting for it, nothing is begun meanwhile")

    def prepare() -> ClusterWatch:
        bench = open_campaign(name, run_id, plan_only=plan_only, log=log)
        return ClusterWatch(bench=bench, task=task_of(bench, cluster, wave), outage=outage)

    return await wait_out_in_loop(prepare, outage)


async def shared_look(bench: CampaignBench) -> _Look:
    """At most one read of the journal every two seconds, however many wait."""
    look = _looks.setdefault(bench.campaign_id, _Look())
    async with look.lock:
        if time.monotonic() - look.at > SHARED_FOR_S:
            events = await asyncio.to_thread(bench.journal.events, bench.campaign_id, plans=False)
            look.state, look.stopped = read_state(events), await asyncio.to_thread(stopped)
            look.at = time.monotonic()
    return look
