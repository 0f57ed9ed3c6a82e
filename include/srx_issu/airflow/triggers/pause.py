"""A pause that holds no worker and is silent: the provider's own writes a line for each second of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

from srx_issu.adapters.clock import SystemClock


class PauseTrigger(BaseTrigger):
    """``until``: ISO 8601, aware; a triggerer that takes it over later waits no longer for that."""

    def __init__(self, until: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.until = until

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return f"{type(self).__module__}.{type(self).__qualname__}", {"until": self.until}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        left_s = (datetime.fromisoformat(self.until) - SystemClock().now()).total_seconds()
        await asyncio.sleep(max(0.0, left_s))
        yield TriggerEvent(None)  # type: ignore[no-untyped-call]
