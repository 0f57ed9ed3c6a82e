"""A cable between a test and a node, of the loop it is made in: it carries bytes until it is told not to."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

_BLOCK = 65536


@dataclass(kw_only=True)
class Cable:
    """Listens on a port of its own. ``forget``: what is connected hears nothing more and is not told, as when
    a firewall on the way has lost it. ``is_dead``: neither does whoever connects from now on."""

    port: int  # the node's
    is_dead: bool = False
    connections: int = 0
    _silent: set[asyncio.StreamWriter] = field(default_factory=set)
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    async def __aenter__(self) -> Cable:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.own_port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for writer in list(self._open):
            writer.transport.abort()
        await asyncio.sleep(0.01)

    def forget(self) -> None:
        self._silent |= self._open

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        there, back = await asyncio.open_connection("127.0.0.1", self.port)
        ends = (writer, back)
        self._open.update(ends)
        if self.is_dead:
            self._silent.update(ends)
        carrying = [
            asyncio.create_task(self._carry(reader, back)),
            asyncio.create_task(self._carry(there, writer)),
        ]
        try:
            await asyncio.wait(carrying, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in carrying:
                each.cancel()
            for end in ends:
                self._open.discard(end)
                self._silent.discard(end)
                end.transport.abort()

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(_BLOCK):
                if sink not in self._silent:
                    sink.write(data)
                    await sink.drain()
