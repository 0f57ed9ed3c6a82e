"""Waits until both nodes show a goal. Started by the triggerer itself: no worker is used at all."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any

from airflow.triggers.base import BaseTrigger, TaskFailedEvent, TaskSuccessEvent, TriggerEvent

from srx_issu.domain.goals import Goal
from srx_issu.hooks.metrics import AirflowMetrics
from srx_issu.hooks.watching import open_watch
from srx_issu.ports.journal import EventKind
from srx_issu.steps.watch import Look, Watch

JITTER = 0.2  # of the poll interval, so that many waits do not poll in step


class ClusterTrigger(BaseTrigger):
    """``upgrade_id`` is the run id (templated), ``goal`` a domain Goal, ``step`` the task id."""

    def __init__(self, upgrade_id: str, goal: str, step: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.upgrade_id = upgrade_id
        self.goal = goal
        self.step = step

    def serialize(self) -> tuple[str, dict[str, Any]]:
        path = f"{type(self).__module__}.{type(self).__qualname__}"
        return path, {"upgrade_id": self.upgrade_id, "goal": self.goal, "step": self.step}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        async with open_watch(self.upgrade_id, Goal(self.goal), self.step) as watch:
            yield await self._wait(watch)

    async def _wait(self, watch: Watch) -> TriggerEvent:
        cluster = watch.intent.cluster.name
        while True:
            look = await watch.look()
            _count(look)
            if news := watch.news(look):
                self.log.info("%s: %s", cluster, news)
                await watch.tell(EventKind.OBSERVED, news)
            if event := await self._event(watch, look):
                return event
            await asyncio.sleep(jittered(watch.intent.policy.timers.poll_s))

    async def _event(self, watch: Watch, look: Look) -> TriggerEvent | None:
        if look.done:
            AirflowMetrics().duration(f"phase_duration.{self.goal}", watch.elapsed_s, goal=self.goal)
            await watch.tell(EventKind.STEP_FINISHED, f"{look.text}, after {watch.elapsed_s:.0f} s")
            return TaskSuccessEvent(xcoms={"return_value": {"seen": look.text, "elapsed_s": watch.elapsed_s}})
        reason = look.stopped
        if reason is None and watch.is_overdue:
            reason = f"not reached within {watch.deadline_s:.0f} s: {look.text}"
        if reason is None:
            return None
        AirflowMetrics().count(f"phase_failed.{self.goal}", goal=self.goal)
        self.log.error("%s: %s", watch.intent.cluster.name, reason)
        await watch.tell(EventKind.STEP_FAILED, reason)
        return TaskFailedEvent(xcoms={"reason": reason})


def _count(look: Look) -> None:
    """A node is silent while it reboots; for longer than that is what an alert is for."""
    metrics = AirflowMetrics()
    metrics.count("poll.failed" if look.silent else "poll.answered")
    for node in look.silent:
        metrics.count(f"poll.silent.{node}", node=node.value)


def jittered(poll_s: float) -> float:
    """The pause until the next look, in seconds."""
    return poll_s * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - spreads load, hides nothing
