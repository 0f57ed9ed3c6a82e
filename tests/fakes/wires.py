"""Both wires behind one face, so that a case is written once: ``open_reader("netconf" | "ssh", ...)``."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

import asyncssh

from srx_issu.adapters.devices import async_login
from srx_issu.adapters.devices.credentials import Credentials
from srx_issu.adapters.devices.pyez import PyezClusterReader
from srx_issu.adapters.devices.ssh import SshClusterReader
from srx_issu.domain.cluster.model import Address, Cluster, NodeName, Snapshot
from srx_issu.domain.upgrade.intent import Timers

WIRES = ("netconf", "ssh")
Result = TypeVar("Result")


class Reader(Protocol):
    def observe(self) -> Snapshot: ...

    def read_text(self, node: NodeName, path: str) -> str | None: ...


def cluster_at(node0: Address, node1: Address) -> Cluster:
    return Cluster(name="fw", model="SRX4600", site="here", node0=node0, node1=node1, connection_id="srx_fw")


class BlockingSshReader:
    """The asynchronous reader, driven from a test's thread on a loop of its own."""

    def __init__(self, cluster: Cluster, credentials: Credentials, timers: Timers) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

        async def connect(node: NodeName) -> asyncssh.SSHClientConnection:
            return await async_login.connect(node, cluster.address(node), credentials)

        self.reader = SshClusterReader(cluster.name, connect, timers)

    def _run(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def observe(self) -> Snapshot:
        return self._run(self.reader.observe())

    def read_text(self, node: NodeName, path: str) -> str | None:
        return self._run(self.reader.read_text(node, path))

    def close(self) -> None:
        self._run(self.reader.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()


@contextmanager
def open_reader(
    wire: str,
    cluster: Cluster,
    credentials: Credentials,
    *,
    connect_s: float = 5,
    rpc_s: float = 5,
    poll_s: float = 20,
) -> Iterator[Reader]:
    timers = Timers(connect_s=connect_s, rpc_s=rpc_s, poll_s=poll_s)
    reader: PyezClusterReader | BlockingSshReader
    if wire == "netconf":
        reader = PyezClusterReader(cluster, credentials, timers)
    else:
        reader = BlockingSshReader(cluster, credentials, timers)
    try:
        yield reader
    finally:
        reader.close()
