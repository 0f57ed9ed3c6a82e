"""A campaign as its triggers see it: hundreds share one look, and none blocks the triggerer's loop."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field, replace
from typing import Any

from srx_issu.campaign.admit import Wait
from srx_issu.hooks.campaign import open_campaign, task_of
from srx_issu.hooks.runs import run_state
from srx_issu.hooks.stop import stopped
from srx_issu.steps.campaign_bench import CampaignBench
from srx_issu.steps.campaign_state import CampaignState, read_state
from srx_issu.steps.campaign_upgrade import Over, Step, Task, collect, give_up, next_step

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

    async def next_step(self) -> Step:
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
        state = await asyncio.to_thread(run_state, upgrade) if ask_airflow else None
        return await asyncio.to_thread(collect, self.bench, self.task, upgrade, state)

    async def give_up(self, upgrade: str, reason: str) -> Over:
        return await asyncio.to_thread(give_up, self.bench, self.task, upgrade, reason)


async def watch_cluster(
    name: str, run_id: str, cluster: str, wave: int, *, plan_only: bool, log: Any
) -> ClusterWatch:
    def prepare() -> ClusterWatch:
        bench = open_campaign(name, run_id, plan_only=plan_only, log=log)
        return ClusterWatch(bench=bench, task=task_of(bench, cluster, wave))

    return await asyncio.to_thread(prepare)


async def shared_look(bench: CampaignBench) -> _Look:
    """At most one read of the journal every two seconds, however many wait."""
    look = _looks.setdefault(bench.campaign_id, _Look())
    async with look.lock:
        if time.monotonic() - look.at > SHARED_FOR_S:
            events = await asyncio.to_thread(bench.journal.events, bench.campaign_id, plans=False)
            look.state, look.stopped = read_state(events), await asyncio.to_thread(stopped)
            look.at = time.monotonic()
    return look
