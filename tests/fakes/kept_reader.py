"""A reader that is shared by waits: it looks when it is let, hangs when told to, and counts."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.cluster.rows.node import Login
from tests.fakes.snapshots import OLD, both


@dataclass(kw_only=True)
class FakeKeptReader:
    """``airflow.watching.watcher.shared_look.KeptReader``. ``hangs``: no look ever ends."""

    now: Snapshot = field(default_factory=lambda: both(OLD, OLD))
    error: Exception | None = None
    hangs: bool = False
    takes_s: float = 0.0
    patience_s: float = 0.01
    in_queue: bool = False
    begun: int = 0
    ended: int = 0
    dropped: bool = False
    closed: bool = False

    async def observe(self) -> Snapshot:
        self.begun += 1
        if self.hangs:
            await asyncio.Event().wait()
        await asyncio.sleep(self.takes_s)
        self.ended += 1
        if self.error is not None:
            raise self.error
        return self.now

    async def read_text(self, node: NodeName, path: str) -> str | None:
        return f"{node}:{path}"

    async def others(self, node: NodeName) -> tuple[Login, ...]:
        return ()

    def drop(self) -> None:
        self.dropped = True

    async def close(self) -> None:
        self.closed = True
