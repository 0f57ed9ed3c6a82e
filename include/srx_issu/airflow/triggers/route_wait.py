"""Waits through a phase of a route in which there is nothing to do but to look. No worker is used where the
triggerer's looks tell everything; what must be sent, what is overdue and what stops is a worker's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from airflow.triggers.base import BaseTrigger, TaskSuccessEvent, TriggerEvent

from srx_issu.airflow.composition.metrics import AirflowMetrics
from srx_issu.airflow.composition.metrics import part as as_name
from srx_issu.airflow.triggers.belonging import check_belonging
from srx_issu.airflow.triggers.cluster import jittered
from srx_issu.airflow.triggers.guarded import guarded
from srx_issu.airflow.watching.recovery import PlanOf, PlanWatch, open_plan
from srx_issu.airflow.watching.route_wait import NextWait, next_wait
from srx_issu.domain.procedure.progress import Passed, Wait
from srx_issu.domain.routes.plan import RoutePhase

# Behind a worker's look, so that two sides that see different things do not hand a task to and fro at once.
SETTLE_S = 3.0


class RouteWaitTrigger(BaseTrigger):
    """``upgrade_id`` is the run id (templated), ``phase`` a RoutePhase, ``step`` the task id.

    ``is_resumed``: a worker has just looked.
    """

    def __init__(self, upgrade_id: str, phase: str, step: str, is_resumed: bool = False) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.upgrade_id = upgrade_id
        self.phase = phase
        self.step = step
        self.is_resumed = is_resumed

    def serialize(self) -> tuple[str, dict[str, Any]]:
        path = f"{type(self).__module__}.{type(self).__qualname__}"
        return path, {
            "upgrade_id": self.upgrade_id,
            "phase": self.phase,
            "step": self.step,
            "is_resumed": self.is_resumed,
        }

    async def run(self) -> AsyncIterator[TriggerEvent]:
        seen: dict[str, str] = {}

        async def wait() -> TriggerEvent:
            return await self._wait(seen)

        yield await guarded(wait, f"the wait {self.step}", self.log)

    async def _wait(self, seen: dict[str, str]) -> TriggerEvent:
        """``seen``: the end of each action, for the task's XCom."""
        await check_belonging(self, self.upgrade_id)
        settle = self.is_resumed
        while (due := await next_wait(self.upgrade_id, RoutePhase(self.phase), self.log)) is not None:
            if due.needs_a_worker:
                return _for_a_worker(due, is_overdue=False)
            step = f"{self.step.rpartition('.')[0]}.{due.action}"
            async with open_plan(self.upgrade_id, PlanOf.ROUTE, due.action, step, self.log) as watch:
                if settle:
                    await asyncio.sleep(max(SETTLE_S, watch.poll_s))
                end = await self._until_something_changes(watch, due)
                if not isinstance(end, Passed):
                    return _for_a_worker(due, is_overdue=isinstance(end, Wait))
                AirflowMetrics().duration(f"step_duration.{as_name(step)}", watch.elapsed_s(), step=step)
                seen[step] = end.reason
            settle = False
        return TaskSuccessEvent(xcoms={"return_value": seen})

    async def _until_something_changes(self, watch: PlanWatch, due: NextWait) -> object:
        """Passed, which is in the journal then; Wait that is overdue; or anything else, for a worker."""
        told = ""
        while True:
            await watch.keep_cluster()
            step = await watch.next_step()
            is_overdue = watch.elapsed_s() > due.deadline_s and not watch.account.is_on
            is_over = step is not None and (not isinstance(step, Wait) or is_overdue)
            may_end = is_over and await watch.may_tell()
            if may_end and (not isinstance(step, Passed) or await watch.has_passed(step.reason)):
                return step
            if isinstance(step, Wait) and step.reason != told:
                told = step.reason
                self.log.info(
                    "%s: %s, %.0f s of %.0f s", watch.cluster, told, watch.elapsed_s(), due.deadline_s
                )
            await asyncio.sleep(jittered(watch.poll_s))


def _for_a_worker(due: NextWait, *, is_overdue: bool) -> TriggerEvent:
    return TriggerEvent({"action": due.action.value, "overdue": is_overdue})  # type: ignore[no-untyped-call]
