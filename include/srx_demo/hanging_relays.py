"""Nodes that hang: a relay in front of each, which from a moment on takes everything and passes nothing.

The simulator's own nodes always answer a command line; a node whose routing engine hangs still completes TCP.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from contextlib import suppress

from srx_demo.lab import LabNode

_LOOPBACK = "127.0.0.1"
_CHUNK = 1 << 16


class HangingRelays:
    """A context manager; its connections run in a thread of their own. ``ports`` by the keys of ``nodes``."""

    def __init__(self, nodes: Mapping[int, LabNode]) -> None:
        self.ports: dict[int, int] = {}
        self._nodes = nodes
        self._hangs = False
        self._loop = asyncio.new_event_loop()
        self._servers: list[asyncio.Server] = []
        self._thread = threading.Thread(target=self._loop.run_forever, name="relays", daemon=True)

    def __enter__(self) -> HangingRelays:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def hang(self) -> None:
        """From here on, and for connections that are open."""
        self._hangs = True

    async def _listen(self) -> None:
        for number, node in self._nodes.items():

            async def serve(
                reader: asyncio.StreamReader, writer: asyncio.StreamWriter, node: LabNode = node
            ) -> None:
                await self._serve(node, reader, writer)

            server = await asyncio.start_server(serve, _LOOPBACK, 0)
            self._servers.append(server)
            self.ports[number] = server.sockets[0].getsockname()[1]

    async def _serve(self, node: LabNode, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there: asyncio.StreamWriter | None = None
        try:
            if self._hangs:
                await self._pass_on(reader, None)
                return
            answers, there = await asyncio.open_connection(node.host, node.port)
            await asyncio.wait(
                [
                    asyncio.ensure_future(self._pass_on(reader, there)),
                    asyncio.ensure_future(self._pass_on(answers, writer)),
                ],
                return_when=asyncio.FIRST_COMPLETED,
            )
        except OSError:
            pass
        finally:
            for each in (writer, there):
                if each is not None:
                    each.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter | None) -> None:
        with suppress(OSError):
            while data := await reader.read(_CHUNK):
                if writer is not None and not self._hangs:
                    writer.write(data)
                    await writer.drain()

    async def _end(self) -> None:
        for server in self._servers:
            server.close()
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
