"""Logging in to nodes from the triggerer, with an account that is read seldom.

Reading a connection tells the triggerer's supervisor each of its secrets, in a message each, and every
message costs the supervisor a round of queries: calling rebooting nodes kept half a core busy.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import asyncssh
from airflow.providers.common.compat.connection import get_async_connection

from srx_issu.devices import async_login
from srx_issu.devices.credentials import Credentials
from srx_issu.domain.errors import ConnectionUnusable, HostKeyRejected
from srx_issu.domain.model import Cluster, NodeName
from srx_issu.hooks.metrics import AirflowMetrics
from srx_issu.hooks.srx import credentials_of

KEPT_S = 60.0  # a changed connection is seen after a minute, and after a refused login
_REFUSED = (asyncssh.PermissionDenied, asyncssh.HostKeyNotVerifiable, HostKeyRejected)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class _Kept:
    """An account, and its private key where that is text: unlocking one takes a fifth of a second."""

    account: Credentials
    key: asyncssh.SSHKey | None
    read_at: float  # monotonic; -inf: a login was refused, read again


_kept: dict[str, _Kept] = {}  # connection id -> as it was read


def connector(cluster: Cluster) -> Callable[[NodeName], Awaitable[Any]]:
    """Opens SSH sessions with the account and the host keys of the cluster's connection.

    The coroutine raises ConnectionUnusable when the connection cannot be used and never could,
    HostKeyRejected when it has no key of the node, and what asyncssh raises.
    """

    async def connect(node: NodeName) -> Any:
        kept = await _account(cluster.connection_id)
        try:
            session = await async_login.connect(node, cluster.address(node), kept.account, kept.key)
        except _REFUSED:
            _kept[cluster.connection_id] = replace(kept, read_at=-math.inf)
            raise
        AirflowMetrics().count("poll.login")
        return session

    return connect


async def _account(connection_id: str) -> _Kept:
    """A connection that is spoilt while a wait is under way does not end the wait."""
    kept = _kept.get(connection_id)
    if kept and time.monotonic() - kept.read_at <= KEPT_S:
        return kept
    try:
        read = await _read(connection_id)
    except Exception as error:
        if kept is None:
            raise ConnectionUnusable(f"connection {connection_id} cannot be used: {error}") from error
        _log.warning("connection %s: %s; going on with the account as it was", connection_id, error)
        return kept
    _kept[connection_id] = read
    return read


async def _read(connection_id: str) -> _Kept:
    account = credentials_of(await get_async_connection(connection_id))
    text, key = account.private_key, None
    if text:
        key = await asyncio.to_thread(asyncssh.import_private_key, text, account.passphrase)
    return _Kept(account=account, key=key, read_at=time.monotonic())
