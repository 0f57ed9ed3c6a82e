"""Waits while one step of a recovery has nothing to send. A worker goes on when that changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

from srx_issu.domain.recovery.plan import ActionName
from srx_issu.domain.recovery.progress import Wait, step_of
from srx_issu.hooks.watching import open_recovery
from srx_issu.triggers.cluster import jittered

# A worker has just looked. And an event that comes before the scheduler has seen that worker end makes it
# take the task for one that was killed from outside, and try it again.
SETTLE_S = 3.0


class RecoveryTrigger(BaseTrigger):
    """``action`` is an ActionName; ``step`` the task id; ``deadline_s`` counts from the first wait."""

    def __init__(self, upgrade_id: str, action: str, step: str, deadline_s: float) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.upgrade_id = upgrade_id
        self.action = action
        self.step = step
        self.deadline_s = deadline_s

    def serialize(self) -> tuple[str, dict[str, Any]]:
        path = f"{type(self).__module__}.{type(self).__qualname__}"
        return path, {
            "upgrade_id": self.upgrade_id,
            "action": self.action,
            "step": self.step,
            "deadline_s": self.deadline_s,
        }

    async def run(self) -> AsyncIterator[TriggerEvent]:
        async with open_recovery(self.upgrade_id, self.step) as watch:
            seen = ""
            await asyncio.sleep(max(SETTLE_S, watch.poll_s))
            while watch.elapsed_s() <= self.deadline_s:
                now = await watch.reader.observe()
                step = step_of(watch.plan, ActionName(self.action), now, watch.taken)
                if not isinstance(step, Wait):
                    break
                if step.reason != seen:
                    seen = step.reason
                    self.log.info(
                        "%s: %s, %.0f s of %.0f s", watch.cluster, seen, watch.elapsed_s(), self.deadline_s
                    )
                await asyncio.sleep(jittered(watch.poll_s))
            is_overdue = watch.elapsed_s() > self.deadline_s
            yield TriggerEvent({"overdue": is_overdue})  # type: ignore[no-untyped-call]
