"""Logging in to nodes from the triggerer, with an account that is read seldom.

Reading a connection tells the triggerer's supervisor each of its secrets, in a message each, and every
message costs the supervisor a round of queries: calling rebooting nodes kept half a core busy.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import asyncssh
from airflow.providers.common.compat.connection import get_async_connection

from srx_issu.adapters.devices import async_login
from srx_issu.adapters.devices.credentials import Credentials
from srx_issu.airflow.composition.metrics import AirflowMetrics
from srx_issu.airflow.hooks.srx import credentials_of
from srx_issu.domain.cluster.model import Cluster, NodeName
from srx_issu.domain.errors import ConnectionUnusable, HostKeyRejected

FAILED_S = 2.0  # a connection that cannot be used is not read again for each of a thousand logins
KEPT_S = 60.0  # a changed connection is seen after a minute, and after a refused login
_REFUSED = (asyncssh.PermissionDenied, asyncssh.HostKeyNotVerifiable, HostKeyRejected)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class _Kept:
    """An account, and its private key where that is text: unlocking one takes a fifth of a second."""

    account: Credentials
    key: asyncssh.SSHKey | None
    read_at: float  # monotonic; -inf: a login was refused, read again


@dataclass(kw_only=True)
class _Reading:
    """One connection as it is being read: by one login at a time, also where a thousand begin together."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    kept: _Kept | None = None  # as it was read last
    failed: Exception | None = None
    failed_at: float = -math.inf  # monotonic

    @property
    def fresh(self) -> _Kept | None:
        return self.kept if self.kept and time.monotonic() - self.kept.read_at <= KEPT_S else None

    @property
    def recent_failure(self) -> Exception | None:
        return self.failed if time.monotonic() - self.failed_at <= FAILED_S else None


@dataclass(frozen=True, kw_only=True)
class Readings:
    """What the logins of one event loop share of reading connections. The accounts end with it."""

    of: dict[str, _Reading] = field(default_factory=lambda: defaultdict(_Reading))


def connector(cluster: Cluster, readings: Readings | None = None) -> Callable[[NodeName], Awaitable[Any]]:
    """Opens SSH sessions with the account and the host keys of the cluster's connection.

    The coroutine raises ConnectionUnusable when the connection cannot be used and never could,
    HostKeyRejected when it has no key of the node, and what asyncssh raises.
    """

    reading = (readings or Readings()).of[cluster.connection_id]

    async def connect(node: NodeName) -> Any:
        kept = await _account(cluster.connection_id, reading)
        try:
            session = await async_login.connect(node, cluster.address(node), kept.account, kept.key)
        except _REFUSED:
            if reading.kept is kept:  # else it was read again meanwhile
                reading.kept = replace(kept, read_at=-math.inf)
            raise
        AirflowMetrics().count("poll.login")
        return session

    return connect


async def _account(connection_id: str, reading: _Reading) -> _Kept:
    """A connection that is spoilt while a wait is under way does not end the wait."""
    if (kept := reading.fresh) is not None:
        return kept
    async with reading.lock:
        if (kept := reading.fresh) is not None:
            return kept  # somebody else has read it meanwhile
        if (error := reading.recent_failure) is None:
            try:
                reading.kept = await _read(connection_id)
            except Exception as failed:  # noqa: BLE001 - whatever Airflow says of it
                error = reading.failed = failed
                reading.failed_at = time.monotonic()
                if reading.kept is not None:
                    _log.warning(
                        "connection %s: %s; going on with the account as it was", connection_id, error
                    )
        if (kept := reading.kept) is None:
            raise ConnectionUnusable(f"connection {connection_id} cannot be used: {error}") from error
        return kept


async def _read(connection_id: str) -> _Kept:
    account = credentials_of(await get_async_connection(connection_id))
    text, key = account.private_key, None
    if text:
        key = await asyncio.to_thread(asyncssh.import_private_key, text, account.passphrase)
    return _Kept(account=account, key=key, read_at=time.monotonic())
