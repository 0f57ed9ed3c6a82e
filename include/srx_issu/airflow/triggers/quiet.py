"""Waits until nobody drives an ISSU on a cluster any more. Ends well either way: ``diagnose`` reads which."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from airflow.triggers.base import BaseTrigger, TaskSuccessEvent, TriggerEvent

from srx_issu.airflow.triggers.belonging import check_belonging
from srx_issu.airflow.triggers.cluster import jittered
from srx_issu.airflow.triggers.guarded import guarded
from srx_issu.airflow.watching.idle import open_quiet
from srx_issu.steps.waits.idle import Stillness


class QuietTrigger(BaseTrigger):
    """``upgrade_id`` is the run id (templated), ``step`` the task id."""

    def __init__(self, upgrade_id: str, step: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.upgrade_id = upgrade_id
        self.step = step

    def serialize(self) -> tuple[str, dict[str, Any]]:
        path = f"{type(self).__module__}.{type(self).__qualname__}"
        return path, {"upgrade_id": self.upgrade_id, "step": self.step}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        seen = await guarded(self._wait, f"the wait {self.step}", self.log)
        yield TaskSuccessEvent(xcoms={"return_value": {"quiet": seen.quiet, "seen": seen.reason}})

    async def _wait(self) -> Stillness:
        await check_belonging(self, self.upgrade_id)
        async with open_quiet(self.upgrade_id, self.step, self.log) as wait:
            while True:
                await wait.keep_cluster()
                seen = await wait.look()
                if seen is not None and seen.over and await wait.record(seen):
                    self.log.info("%s: %s", wait.cluster, seen.reason)
                    return seen
                await asyncio.sleep(jittered(wait.poll_s))
