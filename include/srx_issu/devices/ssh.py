"""Reading a cluster over SSH exec, for triggers: one kept connection a node, nothing blocks the loop.

How to connect is handed in (``async_login``); this file knows neither Airflow nor credentials. The questions,
the parser and the meaning of a missing answer are those of ``pyez``.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncssh

from srx_issu.devices import queries
from srx_issu.devices.errors import Border
from srx_issu.devices.interview import interview
from srx_issu.devices.parse.files import says_missing
from srx_issu.devices.parse.refusals import refusal_error
from srx_issu.devices.parse.reply import MAX_REPLY_BYTES, Element, parse_reply
from srx_issu.devices.queries import Query
from srx_issu.domain.errors import (
    DeviceError,
    DeviceTimeout,
    DeviceUnreachable,
    ReplyNotUnderstood,
    SessionLost,
)
from srx_issu.domain.intent import Timers
from srx_issu.domain.model import NodeName, NodeView, Snapshot
from srx_issu.domain.printable import printable

logging.getLogger("asyncssh").setLevel(logging.WARNING)  # tells each channel's life at info

Connect = Callable[[NodeName], Awaitable[asyncssh.SSHClientConnection]]
_CHUNK = 65536
_MAX_STDERR = 65536
_REPLY_END = "</rpc-reply>"


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class _Printed:
    out: str
    err: str
    status: int | None  # None: the session ended without telling


class SshClusterReader:
    """``ports.AsyncClusterReader``. One command at a time a node; both nodes at the same time."""

    def __init__(
        self, cluster: str, connect: Connect, timers: Timers, *, now: Callable[[], datetime] = utc_now
    ) -> None:
        self._cluster = cluster
        self._now = now
        self._lines = {node: _Line(node, connect, timers) for node in NodeName}

    async def observe(self) -> Snapshot:
        taken_at = self._now()
        node0, node1 = await asyncio.gather(self._view(NodeName.NODE0), self._view(NodeName.NODE1))
        return Snapshot(cluster=self._cluster, taken_at=taken_at, node0=node0, node1=node1)

    async def _view(self, node: NodeName) -> NodeView:
        questions = interview(node)
        try:
            query = next(questions)
            while True:
                try:
                    answer = await self.ask(node, query)
                except DeviceError as error:
                    query = questions.throw(error)
                else:
                    query = questions.send(answer)
        except StopIteration as done:
            view: NodeView = done.value
            return view

    async def ask(self, node: NodeName, query: Query) -> Element:
        """The whole reply to the query's CLI form. Raises DeviceError."""
        printed = await self._lines[node].run(f"{query.cli} | display xml | no-more")
        return _reply(node, printed, query)

    async def read_text(self, node: NodeName, path: str) -> str | None:
        query = queries.file_show(path)
        printed = await self._lines[node].run(f"{query.cli} | no-more")
        if any(says_missing(text, path) for text in (printed.out, printed.err)):
            return None
        if printed.status is None:
            raise SessionLost(node, f"{query.cli}: the session ended in mid-answer")
        if printed.status != 0 or (printed.err.strip() and not printed.out.strip()):
            words = printed.err.strip() or printed.out.strip() or f"exit status {printed.status}"
            raise refusal_error(node, words[:500])
        return printable(printed.out)

    async def close(self) -> None:
        await asyncio.gather(*(line.close() for line in self._lines.values()))


def _reply(node: NodeName, printed: _Printed, query: Query) -> Element:
    """The XML of an answer. A whole document is an answer even when no exit status came with it."""
    text = _document(printed.out)
    if not text.startswith("<"):
        words = text or printed.err.strip()
        if printed.status is None:
            raise SessionLost(node, f"{query.cli}: the session ended in mid-answer")
        if not words:
            raise ReplyNotUnderstood(node, f"{query.cli}: empty answer, exit status {printed.status}")
        raise refusal_error(node, words[:500])
    try:
        return parse_reply(node, text, large=query.large)
    except ReplyNotUnderstood as error:
        if printed.status is None:
            raise SessionLost(node, f"{query.cli}: the session ended in mid-answer") from error
        raise


def _document(printed: str) -> str:
    """The XML without what the login printed around it; all that was printed where there is no XML.

    A class may have a login announcement or a tip, and a CLI may end with its ``{primary:node0}``. A document
    type before the reply is not taken away: the parser refuses it.
    """
    start, end = printed.find("<rpc-reply"), printed.rfind(_REPLY_END)
    if start < 0 or "<" in printed[:start]:
        return printed.strip()
    return (printed[start:] if end < start else printed[start : end + len(_REPLY_END)]).strip()


class _Line:
    """The kept connection to one node."""

    def __init__(self, node: NodeName, connect: Connect, timers: Timers) -> None:
        self._node = node
        self._connect = connect
        self._connect_s = timers.connect_s
        self._command_s = timers.rpc_s
        self._connection: asyncssh.SSHClientConnection | None = None
        self._busy = asyncio.Lock()

    async def run(self, command: str) -> _Printed:
        """Runs one command. A connection found dead is made anew once: only looking commands come here."""
        async with self._busy:
            was_open = self._connection is not None
            try:
                return await self._attempt(command)
            except (SessionLost, DeviceUnreachable):
                if not was_open:
                    raise
            return await self._attempt(command)

    async def _attempt(self, command: str) -> _Printed:
        connection = self._connection or await self._open()
        try:
            with Border(self._node, command):
                async with asyncio.timeout(self._command_s):
                    return await _run(self._node, connection, command)
        except DeviceTimeout as error:
            self._drop()
            words = f"{command}: no answer within {self._command_s:g} s"
            raise DeviceTimeout(self._node, words) from error
        except (DeviceError, asyncio.CancelledError):
            self._drop()
            raise

    async def _open(self) -> asyncssh.SSHClientConnection:
        try:
            with Border(self._node, "SSH login", connecting=True):
                async with asyncio.timeout(self._connect_s):
                    self._connection = await self._connect(self._node)
        except DeviceUnreachable as error:
            if isinstance(error.__cause__, TimeoutError):
                words = f"SSH login: not done within {self._connect_s:g} s"
                raise DeviceUnreachable(self._node, words) from error
            raise
        return self._connection

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.abort()

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
            with Border(self._node, "SSH logout"):
                await _closed(connection)


async def _closed(connection: asyncssh.SSHClientConnection) -> None:
    try:
        async with asyncio.timeout(3):
            await connection.wait_closed()
    except TimeoutError:
        connection.abort()


async def _run(node: NodeName, connection: asyncssh.SSHClientConnection, command: str) -> _Printed:
    """Reads at most MAX_REPLY_BYTES; asyncssh's flow control keeps the rest on the node."""
    process = await connection.create_process(command, stdin=asyncssh.DEVNULL, encoding=None)
    async with process:
        err = asyncio.create_task(_read(process.stderr, _MAX_STDERR))
        try:
            out = await _read(process.stdout, MAX_REPLY_BYTES + 1)
            if len(out) > MAX_REPLY_BYTES:
                raise ReplyNotUnderstood(node, f"{command}: answer larger than {MAX_REPLY_BYTES} bytes")
            err_bytes = await err
        finally:
            err.cancel()
        await process.wait_closed()
        status = process.exit_status
    return _Printed(
        out=out.decode("utf-8", "replace"), err=err_bytes.decode("utf-8", "replace"), status=status
    )


async def _read(stream: asyncssh.SSHReader[bytes], limit: int) -> bytes:
    parts, size = list[bytes](), 0
    while size < limit and (part := await stream.read(min(_CHUNK, limit - size))):
        parts.append(part)
        size += len(part)
    return b"".join(parts)
