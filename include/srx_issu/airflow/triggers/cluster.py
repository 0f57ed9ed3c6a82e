"""Waits until both nodes show a goal. Started by the triggerer itself: no worker is used at all."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any

from airflow.triggers.base import BaseTrigger, TaskFailedEvent, TaskSuccessEvent, TriggerEvent

from srx_issu.airflow.composition.metrics import AirflowMetrics
from srx_issu.airflow.triggers.belonging import check_belonging
from srx_issu.airflow.triggers.guarded import guarded
from srx_issu.airflow.watching.upgrade import open_watch
from srx_issu.domain.upgrade.goals import Goal
from srx_issu.steps.waits.watch import PollResult, WaitVerdict

NOT_REACHED = "not_reached"  # in an event: why
JITTER = 0.2  # of the poll interval, so that many waits do not poll in step


class ClusterTrigger(BaseTrigger):
    """``upgrade_id`` is the run id (templated), ``goal`` a domain Goal, ``step`` the task id.

    ``is_retried``: Airflow would try the task again that this trigger fails, and the deadline would not be
    final; so the task is resumed, to fail for good.
    """

    def __init__(self, upgrade_id: str, goal: str, step: str, is_retried: bool = False) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.upgrade_id = upgrade_id
        self.goal = goal
        self.step = step
        self.is_retried = is_retried

    def serialize(self) -> tuple[str, dict[str, Any]]:
        path = f"{type(self).__module__}.{type(self).__qualname__}"
        return path, {
            "upgrade_id": self.upgrade_id,
            "goal": self.goal,
            "step": self.step,
            "is_retried": self.is_retried,
        }

    async def run(self) -> AsyncIterator[TriggerEvent]:
        yield self._event(await guarded(self._wait, f"the wait {self.step}", self.log))

    async def _wait(self) -> WaitVerdict:
        await check_belonging(self, self.upgrade_id)
        goal = Goal(self.goal)
        opened = open_watch(self.upgrade_id, goal, self.step, self.log, pause=_pause, counted=_count)
        async with opened as loop:
            return await loop.until_decided()

    def _event(self, verdict: WaitVerdict) -> TriggerEvent:
        if verdict.reached:
            AirflowMetrics().duration(f"phase_duration.{self.goal}", verdict.elapsed_s, goal=self.goal)
            seen: dict[str, Any] = {"seen": verdict.text, "elapsed_s": verdict.elapsed_s}
            return TaskSuccessEvent(xcoms={"return_value": seen})
        AirflowMetrics().count(f"phase_failed.{self.goal}", goal=self.goal)
        self.log.error("%s: %s", self.step, verdict.text)
        if self.is_retried:
            return TriggerEvent({NOT_REACHED: verdict.text})  # type: ignore[no-untyped-call]
        return TaskFailedEvent(xcoms={"reason": verdict.text})


async def _pause(poll_s: float) -> None:
    await asyncio.sleep(jittered(poll_s))


def _count(look: PollResult) -> None:
    """A node is silent while it reboots; for longer than that is what an alert is for."""
    metrics = AirflowMetrics()
    metrics.count("poll.failed" if look.silent else "poll.answered")
    if look.others:
        metrics.count("bystanders.seen")
    for node in look.silent:
        metrics.count(f"poll.silent.{node}", node=node.value)


def jittered(poll_s: float) -> float:
    """The pause until the next look, in seconds."""
    return poll_s * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - spreads load, hides nothing
