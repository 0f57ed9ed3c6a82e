"""A wait's part in the watcher: it is a reader of its cluster, with a deadline of its own on the watcher.

Where the watcher has not looked for three intervals, its part for this cluster is made anew; where that does
not help, the wait looks for itself, with its own sessions.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from srx_issu.airflow.watching.watcher.shared_look import KeptReader, SharedLook
from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.cluster.rows.node import Login
from srx_issu.domain.errors import DeviceError

STALE_INTERVALS = 3


class _Stale(Exception):
    """The watcher gave no look in time."""


class Subscription:
    """``ports.AsyncClusterReader``, for one task of the loop."""

    def __init__(
        self,
        name: str,
        *,
        poll_s: float,
        shared: Callable[[], SharedLook],
        renewed: Callable[[SharedLook], SharedLook],
        own: Callable[[], KeptReader],
        log: Any,
    ) -> None:
        """``shared`` finds the watcher's part for the cluster, ``renewed`` puts a new one in the place of
        one that is stuck, ``own`` makes a reader for this wait alone."""
        self._name = name
        self._poll_s = poll_s
        self._shared_now = shared
        self._renewed = renewed
        self._make_own = own
        self._log = log
        self._own: KeptReader | None = None
        self._shared = shared()
        self._shared.join()

    async def observe(self) -> Snapshot:
        """Both nodes, looked at from now on. Raises ConnectionUnusable when there is no account."""
        if self._own is not None:
            return await self._own.observe()
        try:
            return await self._looked(self._current())
        except _Stale as stale:
            self._log.warning("%s: %s; it is started again", self._name, stale)
        self._change(self._renewed(self._shared))
        try:
            return await self._looked(self._shared)
        except _Stale as stale:
            self._log.warning("%s: %s; this wait looks for itself", self._name, stale)
        self._shared.leave()
        self._own = self._make_own()
        return await self._own.observe()

    async def read_text(self, node: NodeName, path: str) -> str | None:
        reader = self._own or self._current().reader
        return await reader.read_text(node, path)

    async def others(self, node: NodeName) -> tuple[Login, ...]:
        reader = self._own or self._current().reader
        return await reader.others(node)

    async def close(self) -> None:
        """The sessions are the watcher's and live on for a while; one's own are closed."""
        if self._own is None:
            self._shared.leave()
            return
        try:
            await self._own.close()
        except DeviceError as error:
            self._log.info("%s: %s", self._name, error)

    async def _looked(self, shared: SharedLook) -> Snapshot:
        """Raises _Stale. A login that waits for its turn is no sign of that."""
        look = shared.look()
        while True:
            limit_s = self._stale_s(shared.reader)
            done, _ = await asyncio.wait({look}, timeout=limit_s)
            if done and not look.cancelled():
                return look.result()
            if done:  # somebody else has found it stuck
                raise _Stale("the watcher's look was broken off")
            if not shared.reader.in_queue:
                raise _Stale(f"the watcher has not looked for {limit_s:.0f} s")

    def _stale_s(self, reader: KeptReader) -> float:
        return STALE_INTERVALS * max(self._poll_s, reader.patience_s)

    def _current(self) -> SharedLook:
        """Another wait may have had it made anew."""
        if (now := self._shared_now()) is not self._shared:
            self._change(now)
        return self._shared

    def _change(self, shared: SharedLook) -> None:
        self._shared.leave()
        self._shared = shared
        shared.join()
