"""The master-only address: a port that leads to whichever node is primary for RG0 [U]."""

from __future__ import annotations

import asyncio
import contextlib

from srx_lab.lab import LabCluster
from srx_lab.machine.words import NodeId

_BLOCK = 1 << 16


class MasterAddress:
    """Forwards connections; those of the old primary are cut when the address moves."""

    def __init__(self, cluster: LabCluster, ports: dict[NodeId, int]) -> None:
        self._cluster = cluster
        self._ports = ports
        self._server: asyncio.Server | None = None
        self._open: dict[asyncio.StreamWriter, NodeId] = {}
        self.port = 0

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in list(self._open):
            writer.transport.abort()

    def moved(self) -> None:
        """RG0 changed hands: drop what leads to a node that is primary no more."""
        primary = self._cluster.machine.world.primary_of(0)
        for writer, node in list(self._open.items()):
            if node is not primary:
                writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._cluster.touch()
        primary = self._cluster.machine.world.primary_of(0)
        try:
            if primary is None:
                return
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._ports[primary])
            self._open[writer] = primary
            await asyncio.gather(_pour(reader, far_writer), _pour(far_reader, writer))
        except OSError:
            return
        finally:
            self._open.pop(writer, None)
            writer.close()


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(_BLOCK):
            writer.write(data)
            await writer.drain()
    writer.close()
