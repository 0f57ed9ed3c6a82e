"""Waits until the maintenance window opens. No window → at once; closed or too short → failed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from airflow.triggers.base import BaseTrigger, TaskFailedEvent, TaskSuccessEvent, TriggerEvent

from srx_issu.airflow.triggers.belonging import check_belonging
from srx_issu.airflow.triggers.guarded import guarded
from srx_issu.airflow.watching.window import open_window

RENEW_EVERY_S = 600.0  # the lease is looked after while we wait
ASK_AGAIN_S = 1.0  # for a journal that is away


class WindowTrigger(BaseTrigger):
    """``upgrade_id`` is the run id (templated), ``step`` the task id."""

    def __init__(self, upgrade_id: str, step: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.upgrade_id = upgrade_id
        self.step = step

    def serialize(self) -> tuple[str, dict[str, Any]]:
        path = f"{type(self).__module__}.{type(self).__qualname__}"
        return path, {"upgrade_id": self.upgrade_id, "step": self.step}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        objection = await guarded(self._wait, f"the wait {self.step}", self.log)
        if objection is None:
            yield TaskSuccessEvent()
        else:
            self.log.error("%s", objection)
            yield TaskFailedEvent(xcoms={"reason": objection})

    async def _wait(self) -> str | None:
        """Why nothing may start, which is in the journal then; None = the window is open."""
        await check_belonging(self, self.upgrade_id)
        window = await open_window(self.upgrade_id, self.step, self.log)
        while True:
            while (wait_s := await window.wait_s()) > 0:
                self.log.info("window opens in %.0f s", wait_s)
                await asyncio.sleep(min(wait_s, RENEW_EVERY_S))
                await window.lease.keep()
            if await window.journal_answers():
                objection = await window.objection()
                if objection is None or await window.refuse(objection):
                    return objection
            await asyncio.sleep(ASK_AGAIN_S)
