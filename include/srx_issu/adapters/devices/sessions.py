"""One node's kept SSH session, for triggers: one command at a time, every wait bounded, no loop blocked.

How to connect is handed in (``async_login``); this file knows neither Airflow nor credentials. Only looking
commands come here: one that got no answer may be given again.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import asyncssh

from srx_issu.adapters.devices.errors import translate_errors
from srx_issu.adapters.devices.parse.reply import MAX_REPLY_BYTES
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import (
    DeviceError,
    DeviceTimeout,
    DeviceUnreachable,
    ReplyNotUnderstood,
    SessionLost,
)
from srx_issu.domain.upgrade.intent import Timers

logging.getLogger("asyncssh").setLevel(logging.WARNING)  # tells each channel's life at info

Connect = Callable[[NodeName], Awaitable[asyncssh.SSHClientConnection]]
Turn = Callable[[], Awaitable[None]]
_CHUNK = 65536
_MAX_STDERR = 65536
_LOGOUT_S = 3.0


async def at_once() -> None:
    """For who logs in alone."""


@dataclass(frozen=True, kw_only=True)
class Printed:
    """What one command printed. ``broke`` says why it may be only the beginning."""

    out: str
    err: str
    status: int | None  # None: the session ended without telling
    broke: DeviceError | None = None


class KeptSession:
    """The session to one node, kept between looks.

    A kept session that ended meanwhile, or that is silent until the deadline, is closed and opened anew, and
    the command given once more: a firewall that forgot the session, an idle time-out or a reboot must not
    count as the node's silence.
    """

    def __init__(self, node: NodeName, connect: Connect, timers: Timers, turn: Turn = at_once) -> None:
        """``turn`` returns when this login may begin; the deadlines count from then."""
        self._node = node
        self._connect = connect
        self._turn = turn
        self._connect_s = timers.connect_s
        self._command_s = timers.rpc_s
        self._connection: asyncssh.SSHClientConnection | None = None
        self._busy = asyncio.Lock()
        self._is_over = False
        self.logins = 0
        self._user: str | None = None
        self._queued_since: float | None = None
        self._queued_s = 0.0

    @property
    def in_queue(self) -> bool:
        """Whether a login waits for its turn."""
        return self._queued_since is not None

    @property
    def queued_s(self) -> float:
        """For how long logins have waited for their turn until now: no moment of the node's silence."""
        return self._queued_s + (time.monotonic() - self._queued_since if self._queued_since else 0.0)

    @property
    def user(self) -> str | None:
        """The account of the session that is open, or was last."""
        return self._user

    async def run(
        self,
        command: str,
        *,
        called: str | None = None,
        limit: int = MAX_REPLY_BYTES,
        kept_s: float | None = None,
    ) -> Printed:
        """Runs one command, ``called`` so in messages; its answer may have ``limit`` bytes. A kept session
        may be silent for ``kept_s`` before it is opened anew; None: for as long as an answer may take.

        Raises DeviceError, and what ``connect`` raises, when nothing was printed at all.
        """
        called = called or command
        async with self._busy:
            was_open = self._connection is not None
            try:
                return await self._attempt(command, called, limit, kept_s if was_open else None)
            except (SessionLost, DeviceUnreachable, DeviceTimeout):
                if not was_open:
                    raise
            return await self._attempt(command, called, limit)

    async def _attempt(self, command: str, called: str, limit: int, silent_s: float | None = None) -> Printed:
        connection = self._connection or await self._open()
        heard = bytearray()
        try:
            with translate_errors(self._node, called):
                async with asyncio.timeout(self._command_s):
                    return await _run(connection, command, heard, limit, silent_s)
        except (DeviceTimeout, SessionLost) as error:
            self.drop()
            broke = self._described(called, error)
            if heard:
                return Printed(out=_text(heard), err="", status=None, broke=broke)
            raise broke from error
        except _TooLarge as error:
            self.drop()
            raise ReplyNotUnderstood(self._node, f"{called}: answer larger than {limit} bytes") from error
        except (DeviceError, asyncio.CancelledError):
            self.drop()
            raise

    def _described(self, called: str, error: DeviceError) -> DeviceError:
        if isinstance(error, DeviceTimeout):
            return DeviceTimeout(self._node, f"{called}: no answer within {self._command_s:g} s")
        return error

    async def _open(self) -> asyncssh.SSHClientConnection:
        self._require_wanted()
        self._queued_since = began = time.monotonic()
        try:
            await self._turn()
        finally:
            self._queued_since = None
            self._queued_s += time.monotonic() - began
        try:
            with translate_errors(self._node, "SSH login", connecting=True):
                async with asyncio.timeout(self._connect_s):
                    opened = await self._connect(self._node)
        except DeviceUnreachable as error:
            if isinstance(error.__cause__, TimeoutError):
                words = f"SSH login: not done within {self._connect_s:g} s"
                raise DeviceUnreachable(self._node, words) from error
            raise
        self.logins += 1
        self._connection = opened
        self._user = opened.get_extra_info("username")
        try:
            self._require_wanted()
        except SessionLost:
            self.drop()
            raise
        return opened

    def _require_wanted(self) -> None:
        if self._is_over:
            raise SessionLost(self._node, "SSH login: nobody looks at the node over this session any more")

    def end(self) -> None:
        """For good: whoever still uses it opens no other, which nobody would close."""
        self._is_over = True
        self.drop()

    def drop(self) -> None:
        """Without a word to the node, and without waiting for it."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.abort()

    async def close(self) -> None:
        """For good, with a word to the node; waits for at most three seconds."""
        self._is_over = True
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
            with translate_errors(self._node, "SSH logout"):
                await _closed(connection)


async def _closed(connection: asyncssh.SSHClientConnection) -> None:
    try:
        async with asyncio.timeout(_LOGOUT_S):
            await connection.wait_closed()
    except TimeoutError:
        connection.abort()


class _TooLarge(Exception):
    """More than one may answer."""


async def _run(
    connection: asyncssh.SSHClientConnection,
    command: str,
    heard: bytearray,
    limit: int,
    silent_s: float | None,
) -> Printed:
    """Reads at most ``limit`` bytes into ``heard``; asyncssh's flow control keeps the rest on the node.
    Raises TimeoutError when nothing has come for ``silent_s``.

    Where it raises, the whole session must be dropped. The channel is not closed then: asyncssh waits for the
    node to agree to that, which a node that hangs never does, whatever deadline has passed.
    """
    async with asyncio.timeout(silent_s):
        process = await connection.create_process(command, stdin=asyncssh.DEVNULL, encoding=None)
        heard += await process.stdout.read(min(_CHUNK, limit + 1))
    said = bytearray()
    err = asyncio.create_task(_read(process.stderr, said, _MAX_STDERR))
    try:
        await _read(process.stdout, heard, limit + 1)
        if len(heard) > limit:
            raise _TooLarge(limit)
        await err
    finally:
        err.cancel()
    await process.wait_closed()
    return Printed(out=_text(heard), err=_text(said), status=process.exit_status)


async def _read(stream: asyncssh.SSHReader[bytes], into: bytearray, limit: int) -> None:
    while len(into) < limit and (part := await stream.read(min(_CHUNK, limit - len(into)))):
        into += part


def _text(printed: bytearray) -> str:
    return printed.decode("utf-8", "replace")
