"""Waits until nobody drives an ISSU on a cluster any more. Ends well either way: ``diagnose`` reads which."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from airflow.triggers.base import BaseTrigger, TaskSuccessEvent, TriggerEvent

from srx_issu.hooks.watching import open_quiet
from srx_issu.triggers.cluster import jittered


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
        async with open_quiet(self.upgrade_id, self.step) as wait:
            while not (seen := await wait.watch.look()).over:
                await asyncio.sleep(jittered(wait.poll_s))
            self.log.info("%s: %s", wait.cluster, seen.reason)
            await wait.tell(seen)
            yield TaskSuccessEvent(xcoms={"return_value": {"quiet": seen.quiet, "seen": seen.reason}})
