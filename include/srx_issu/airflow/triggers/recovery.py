"""Waits while one step of a plan has nothing to send. A worker goes on when that changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, ClassVar

from airflow.triggers.base import BaseTrigger, TriggerEvent

from srx_issu.airflow.triggers.belonging import check_belonging
from srx_issu.airflow.triggers.cluster import jittered
from srx_issu.airflow.triggers.guarded import guarded
from srx_issu.airflow.watching.recovery import PlanOf, PlanWatch, open_plan
from srx_issu.domain.procedure.action import ActionName
from srx_issu.domain.procedure.progress import Wait

# A worker has just looked, and what it sent takes a moment. (An event that comes before the scheduler has
# seen that worker end is harmless: decision 034.)
SETTLE_S = 3.0


class RecoveryTrigger(BaseTrigger):
    """``action`` is an ActionName; ``step`` the task id; ``deadline_s`` counts from the first wait."""

    of: ClassVar[PlanOf] = PlanOf.RECOVERY

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
        is_overdue = await guarded(self._wait, f"the wait of {self.step}", self.log)
        yield TriggerEvent({"overdue": is_overdue})  # type: ignore[no-untyped-call]

    async def _wait(self) -> bool:
        """Whether the step is overdue; False: a worker has something to do."""
        await check_belonging(self, self.upgrade_id)
        action = ActionName(self.action)
        async with open_plan(self.upgrade_id, self.of, action, self.step, self.log) as watch:
            seen = ""
            await asyncio.sleep(max(SETTLE_S, watch.poll_s))
            while True:
                await watch.keep_cluster()
                reason = await self._still(watch)
                is_overdue = watch.elapsed_s() > self.deadline_s and not watch.account.is_on
                if (reason is None or is_overdue) and await watch.may_tell():
                    return is_overdue
                if reason and reason != seen:
                    seen = reason
                    self.log.info(
                        "%s: %s, %.0f s of %.0f s", watch.cluster, seen, watch.elapsed_s(), self.deadline_s
                    )
                await asyncio.sleep(jittered(watch.poll_s))

    async def _still(self, watch: PlanWatch) -> str | None:
        """Why there is still nothing to send; None = something has changed."""
        step = await watch.next_step()
        if step is None:
            return "there is no account to log in with"
        return step.reason if isinstance(step, Wait) else None


class RouteTrigger(RecoveryTrigger):
    """The same for a step of a route's plan."""

    of: ClassVar[PlanOf] = PlanOf.ROUTE
