"""The waits of a campaign: for a cluster's turn, for its end, and between two waves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Any

from airflow.triggers.base import (
    BaseTrigger,
    TaskFailedEvent,
    TaskSkippedEvent,
    TaskSuccessEvent,
    TriggerEvent,
)

from srx_issu.adapters.clock import SystemClock
from srx_issu.airflow.watching.campaign import Calls, ClusterWatch, watch_campaign, watch_cluster
from srx_issu.campaign.admit import MustWait
from srx_issu.campaign.model import Result
from srx_issu.steps.campaign.cluster_task import ClusterEnded, TakenByAnother
from srx_issu.steps.outage import Outage

LOOK_AGAIN_S = 10.0  # at one's own deadline, and whether anybody looks at all


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

    def _watched(self, upgrade: str | None) -> AbstractAsyncContextManager[tuple[ClusterWatch, Calls]]:
        """``upgrade``: whose end is waited for; None: the cluster's turn is."""
        return watch_cluster(
            self.name,
            self.run_id,
            self.cluster,
            self.wave,
            upgrade=upgrade,
            plan_only=self.plan_only,
            log=self.log,
        )


class TurnTrigger(_ClusterTrigger):
    """Until the cluster may start. Takes what it needs, so that the worker finds it taken; starts nothing."""

    async def run(self) -> AsyncIterator[TriggerEvent]:
        async with self._watched(None) as (watch, calls):
            while True:
                call = await calls.next(LOOK_AGAIN_S)
                step = await watch.next_step(call) if call else None
                if step is not None and not isinstance(step, MustWait):
                    break
        yield end_event(step) if isinstance(step, ClusterEnded) else TriggerEvent({"cluster": self.cluster})  # type: ignore[no-untyped-call]


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
        async with self._watched(self.upgrade) as (watch, calls):
            over = await self._end(watch, calls)
        self.log.info("%s: %s: %s", self.cluster, over.result, over.reason)
        yield end_event(over)

    async def _end(self, watch: ClusterWatch, calls: Calls) -> ClusterEnded:
        """The run waits for a journal that is away as well: that time does not count."""
        deadline, looked_at = datetime.fromisoformat(self.give_up_at), datetime.now(UTC)
        while True:
            call = await calls.next(LOOK_AGAIN_S)
            if call and (over := await watch.collect(self.upgrade, call)) is not None:
                return over
            now = datetime.now(UTC)
            if watch.outage.is_on:
                deadline += now - looked_at
            elif now > deadline:
                reason = f"no outcome of run {self.upgrade} by {deadline.isoformat(timespec='seconds')}"
                if (over := await watch.give_up(self.upgrade, reason)) is not None:
                    return over
            looked_at = now


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
        until = datetime.fromisoformat(self.until)
        async with watch_campaign(self.name, self.run_id, outage, self.log) as calls:
            while outage.is_on or (left_s := (until - datetime.now(UTC)).total_seconds()) > 0:
                call = await calls.next(LOOK_AGAIN_S if outage.is_on else min(left_s, LOOK_AGAIN_S))
                if call is not None and call.state is not None:
                    break
        yield TriggerEvent({"until": self.until})  # type: ignore[no-untyped-call]


def end_event(over: ClusterEnded) -> TriggerEvent:
    """The task ends in the triggerer, in the colour of the truth; a worker orders the next attempt."""
    if isinstance(over, TakenByAnother):
        return TriggerEvent({"taken": over.reason})  # type: ignore[no-untyped-call]
    xcoms: dict[str, Any] = {"return_value": {"result": over.result.value, "reason": over.reason}}
    if over.result is Result.NOT_STARTED:
        return TaskSkippedEvent(xcoms=xcoms)
    return TaskSuccessEvent(xcoms=xcoms) if over.result.is_success else TaskFailedEvent(xcoms=xcoms)
