"""The waits of a campaign: for a cluster's turn, for its end, and between two waves."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

from airflow.triggers.base import (
    BaseTrigger,
    TaskFailedEvent,
    TaskSkippedEvent,
    TaskSuccessEvent,
    TriggerEvent,
)

from srx_issu.campaign.admit import Wait
from srx_issu.campaign.model import Result
from srx_issu.domain.errors import JournalAway
from srx_issu.hooks.campaign import open_campaign
from srx_issu.hooks.campaign_watching import shared_look, watch_cluster
from srx_issu.hooks.clock import SystemClock
from srx_issu.steps.campaign_bench import CampaignBench
from srx_issu.steps.campaign_upgrade import Over, TakenByAnother
from srx_issu.steps.outage import Outage, wait_out_in_loop

POLL_S = 4.0
ASK_AIRFLOW_EVERY = 5  # polls: whether a run died is rarely news
_NEVER_LONGER_S = 60.0  # orders are heard while a window is awaited


class _ClusterTrigger(BaseTrigger):
    """What both waits for a cluster are told."""

    def __init__(self, name: str, run_id: str, cluster: str, wave: int, plan_only: bool) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.name = name
        self.run_id = run_id
        self.cluster = cluster
        self.wave = wave
        self.plan_only = plan_only

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return f"{type(self).__module__}.{type(self).__qualname__}", {
            "name": self.name,
            "run_id": self.run_id,
            "cluster": self.cluster,
            "wave": self.wave,
            "plan_only": self.plan_only,
        }


class TurnTrigger(_ClusterTrigger):
    """Until the cluster may start. Takes what it needs, so that the worker finds it taken; starts nothing."""

    async def run(self) -> AsyncIterator[TriggerEvent]:
        watch = await watch_cluster(
            self.name, self.run_id, self.cluster, self.wave, plan_only=self.plan_only, log=self.log
        )
        reason = ""
        while (step := await watch.next_step()) is None or isinstance(step, Wait):
            if step is not None and step.reason != reason:
                reason = step.reason
                self.log.info("%s waits: %s", self.cluster, reason)
            await asyncio.sleep(_pause_s(step.until if step else None))
        yield end_event(step) if isinstance(step, Over) else TriggerEvent({"cluster": self.cluster})  # type: ignore[no-untyped-call]


class EndTrigger(_ClusterTrigger):
    """Until the upgrade has an outcome; ``upgrade`` is its run id, ``give_up_at`` ISO 8601."""

    def __init__(self, *, upgrade: str, give_up_at: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.upgrade = upgrade
        self.give_up_at = give_up_at

    def serialize(self) -> tuple[str, dict[str, Any]]:
        path, kwargs = super().serialize()
        return path, {**kwargs, "upgrade": self.upgrade, "give_up_at": self.give_up_at}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        watch = await watch_cluster(
            self.name, self.run_id, self.cluster, self.wave, plan_only=self.plan_only, log=self.log
        )
        deadline, polls = datetime.fromisoformat(self.give_up_at), 0
        looked_at = datetime.now(UTC)
        while (over := await watch.collect(self.upgrade, ask_airflow=polls % ASK_AIRFLOW_EVERY == 0)) is None:
            now = datetime.now(UTC)
            if watch.outage.is_on:  # the run waits as well: its time without the journal does not count
                deadline += now - looked_at
            elif now > deadline:
                reason = f"no outcome of run {self.upgrade} by {deadline.isoformat(timespec='seconds')}"
                over = await watch.give_up(self.upgrade, reason)
                if over is not None:
                    break
            looked_at = now
            polls += 1
            await asyncio.sleep(_pause_s(None))
        self.log.info("%s: %s: %s", self.cluster, over.result, over.reason)
        yield end_event(over)


class BakeTrigger(BaseTrigger):
    """Until a moment, or until the campaign is aborted."""

    def __init__(self, name: str, run_id: str, until: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.name = name
        self.run_id = run_id
        self.until = until

    def serialize(self) -> tuple[str, dict[str, Any]]:
        path = f"{type(self).__module__}.{type(self).__qualname__}"
        return path, {"name": self.name, "run_id": self.run_id, "until": self.until}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        outage = Outage(clock=SystemClock(), log=self.log, meanwhile="waiting on")
        bench = await wait_out_in_loop(partial(open_campaign, self.name, self.run_id, log=self.log), outage)
        until = datetime.fromisoformat(self.until)
        while not await _is_aborted(bench, outage) and (outage.is_on or datetime.now(UTC) < until):
            await asyncio.sleep(min(_pause_s(until), POLL_S))
        yield TriggerEvent({"until": self.until})  # type: ignore[no-untyped-call]


async def _is_aborted(bench: CampaignBench, outage: Outage) -> bool:
    """False also while the journal is away: then the pause goes on."""
    try:
        look = await shared_look(bench)
    except JournalAway as error:
        outage.begun(error)
        return False
    outage.over()
    return look.state.aborted is not None


def end_event(over: Over) -> TriggerEvent:
    """The task ends in the triggerer, in the colour of the truth; a worker orders the next attempt."""
    if isinstance(over, TakenByAnother):
        return TriggerEvent({"taken": over.reason})  # type: ignore[no-untyped-call]
    xcoms: dict[str, Any] = {"return_value": {"result": over.result.value, "reason": over.reason}}
    if over.result is Result.NOT_STARTED:
        return TaskSkippedEvent(xcoms=xcoms)
    return TaskSuccessEvent(xcoms=xcoms) if over.result.is_success else TaskFailedEvent(xcoms=xcoms)


def _pause_s(until: datetime | None) -> float:
    usual = POLL_S * random.uniform(0.8, 1.2)  # noqa: S311 - so that many waits do not poll in step
    if until is None:
        return usual
    left = (until - datetime.now(UTC)).total_seconds()
    return max(0.1, min(left, _NEVER_LONGER_S)) if left > usual else max(0.1, left)
