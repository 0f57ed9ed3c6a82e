"""One cluster as it is looked at for everybody who waits for it: one look at a time, shared.

Whoever asks gets a look that began after the question: what was seen before somebody asked proves nothing
about afterwards (the end of an outage, a command that was sent).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.cluster.rows.node import Login
from srx_issu.domain.errors import DeviceError

_log = logging.getLogger(__name__)

# A session outlives its last wait for so long: the next wait of the same upgrade follows within seconds, on a
# busy scheduler within a minute or two.
LINGER_S = 120.0


class KeptReader(Protocol):
    """What is shared: an ``AsyncClusterReader`` that tells how long it may take."""

    @property
    def patience_s(self) -> float: ...

    @property
    def in_queue(self) -> bool: ...

    async def observe(self) -> Snapshot: ...

    async def read_text(self, node: NodeName, path: str) -> str | None: ...

    async def others(self, node: NodeName) -> tuple[Login, ...]: ...

    def drop(self) -> None: ...

    async def close(self) -> None: ...


class SharedLook:
    """One cluster's reader, its looks, and who subscribes to them.

    A task keeps it: where the loop ends, the task is cancelled with all others and ends the sessions.
    """

    def __init__(self, name: str, reader: KeptReader, *, linger_s: float, gone: Callable[[], None]) -> None:
        """``gone`` is called once nobody has waited for ``linger_s``."""
        self.reader = reader
        self._name = name
        self._linger_s = linger_s
        self._gone = gone
        self._subscribers = 0
        self._looking: asyncio.Task[Snapshot] | None = None
        self._next: asyncio.Task[Snapshot] | None = None
        self._changed = asyncio.Event()
        self._keeper = asyncio.create_task(self._keep(), name=f"watcher of {name}")

    def join(self) -> None:
        self._subscribers += 1
        self._changed.set()

    def leave(self) -> None:
        self._subscribers -= 1
        self._changed.set()

    def look(self) -> asyncio.Task[Snapshot]:
        """A look that has not begun; who asks together gets the same one."""
        if self._next is None:
            self._next = asyncio.create_task(self._look(self._looking))
            self._next.add_done_callback(_taken_in)
        return self._next

    def end(self) -> None:
        """At once: no session, no look, no task of it is left behind."""
        self._keeper.cancel()

    async def _look(self, before: asyncio.Task[Snapshot] | None) -> Snapshot:
        if before is not None:
            await asyncio.wait({before})
        self._looking, self._next = self._next, None  # this one, which begins here
        return await self.reader.observe()

    async def _keep(self) -> None:
        try:
            while True:
                self._changed.clear()
                patience_s = None if self._subscribers else self._linger_s
                try:
                    async with asyncio.timeout(patience_s):
                        await self._changed.wait()
                except TimeoutError:
                    if not self._subscribers:
                        break
            self._gone()
            await self.reader.close()
        except DeviceError as error:
            _log.info("%s: %s", self._name, error)
        finally:
            for look in (self._looking, self._next):
                if look is not None:
                    look.cancel()
            self.reader.drop()


def _taken_in(look: asyncio.Task[Snapshot]) -> None:
    """A look that nobody waits for any more may have failed."""
    if not look.cancelled():
        look.exception()
