"""Logging in to nodes from the triggerer, with an account that is read seldom.

Reading a connection tells the triggerer's supervisor each of its secrets, in a message each, and every
message costs the supervisor a round of queries: calling rebooting nodes again and again kept a core busy.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

import asyncssh
from airflow.providers.common.compat.connection import get_async_connection
from airflow.providers.ssh.hooks.ssh import SSHHookAsync

from srx_issu.devices.credentials import Credentials
from srx_issu.domain.model import Address, Cluster, NodeName
from srx_issu.hooks.srx import credentials_of

KEPT_S = 60.0  # a changed connection is seen after a minute, and after a refused login

_kept: dict[
    str, tuple[float, Credentials]
] = {}  # connection id -> when it was read, monotonic, and the account


def connector(cluster: Cluster) -> Callable[[NodeName], Awaitable[Any]]:
    """Opens SSH sessions with the account and the host keys of the cluster's connection.

    The coroutine raises RequestRefused when the connection cannot be used, and what asyncssh raises.
    """

    async def connect(node: NodeName) -> Any:
        account = await _account(cluster.connection_id)
        try:
            return await NodeSshHookAsync(cluster.address(node), account).get_conn()  # type: ignore[no-untyped-call]
        except asyncssh.PermissionDenied:
            _kept.pop(cluster.connection_id, None)
            raise

    return connect


async def _account(connection_id: str) -> Credentials:
    read_at, account = _kept.get(connection_id, (0.0, None))
    if account is None or time.monotonic() - read_at > KEPT_S:
        account = credentials_of(await get_async_connection(connection_id))
        _kept[connection_id] = time.monotonic(), account
    return account


class NodeSshHookAsync(SSHHookAsync):
    """The SSH provider's hook to one node, with an account that was read already."""

    def __init__(self, address: Address, account: Credentials) -> None:
        super().__init__(
            host=address.host,
            port=address.port,
            username=account.username,
            password=account.password,
            key_file=account.private_key_file or "",
            private_key=account.private_key or "",
            passphrase=account.passphrase or "",
        )
        # None: whoever answers; no keys: nobody is trusted.
        self.trusted = (account.known_hosts or "").encode() if account.verify_host_keys else None

    async def _get_conn(self) -> Any:
        """As the provider's, which reads the connection each time."""
        keys: dict[str, Any] = {}
        if self.private_key:
            keys["client_keys"] = [asyncssh.import_private_key(self.private_key, self.passphrase or None)]
        elif self.key_file:
            keys["client_keys"] = self.key_file
        if self.passphrase:
            keys["passphrase"] = self.passphrase
        return await asyncssh.connect(
            self.host, self.port, username=self.username, password=self.password, known_hosts=self.trusted,
            keepalive_interval=self.keepalive_interval, **keys,
        )  # fmt: skip
