"""What Airflow holds of an answer to a question, before the question is put once more, which wipes it.

A worker cannot ask for it, so a gate that finds a question of its own unanswered in the journal waits here
for a moment. Never fails: where Airflow does not tell, that is what is said.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from uuid import UUID

from airflow.sdk.execution_time.hitl import get_hitl_detail_content_detail
from airflow.triggers.base import BaseTrigger, TriggerEvent

from srx_issu.adapters.clock import SystemClock

ASKED_FOR_S = 30.0


class AnswerTrigger(BaseTrigger):
    """Yields ``chosen_options``, ``responded_by_user`` and ``responded_at`` as Airflow resumes a question
    with them, all empty where nobody has answered; or ``unknown``: why that cannot be told."""

    def __init__(self, ti_id: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.ti_id = ti_id

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return f"{type(self).__module__}.{type(self).__qualname__}", {"ti_id": self.ti_id}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        yield TriggerEvent(await self._answer())  # type: ignore[no-untyped-call]

    async def _answer(self) -> dict[str, Any]:
        try:
            async with asyncio.timeout(ASKED_FOR_S):
                found = await asyncio.to_thread(get_hitl_detail_content_detail, UUID(self.ti_id))
        except Exception as error:  # noqa: BLE001 - the question is asked again, whatever it was
            self.log.warning("Airflow did not say whether this question was answered before (%s)", error)
            return {"unknown": str(error) or type(error).__name__}
        user = found.responded_by_user
        return {
            "chosen_options": list(found.chosen_options or ()),
            "responded_by_user": {"id": user.id, "name": user.name} if user else None,
            "responded_at": found.responded_at.isoformat() if found.responded_at else None,
        }


class PauseOrAnswerTrigger(AnswerTrigger):
    """A pause between two looks while a question is open. An answer resumes the task by itself, but for one
    that came while a worker looked: that one is found here, and yielded at once. ``until``: ISO 8601, aware.
    """

    def __init__(self, ti_id: str, until: str, is_open: bool) -> None:
        super().__init__(ti_id)
        self.until = until
        self.is_open = is_open

    def serialize(self) -> tuple[str, dict[str, Any]]:
        path, arguments = super().serialize()
        return path, {**arguments, "until": self.until, "is_open": self.is_open}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        found = await self._answer() if self.is_open else {}
        if not found.get("chosen_options"):
            left_s = (datetime.fromisoformat(self.until) - SystemClock().now()).total_seconds()
            await asyncio.sleep(max(0.0, left_s))
            found = {}
        yield TriggerEvent(found)  # type: ignore[no-untyped-call]
