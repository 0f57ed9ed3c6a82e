"""A node's SSH as it is on a bad day: everything goes through, only the shell is late, or cut.

Stands between the software and one simulated node, with a host key of its own; it needs nothing of either
but SSH.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import asyncssh

from srx_demo.lab import LabNode

START_LINE = b"/bin/sh -c"  # how the line begins that starts an ISSU as a job of the node's shell
_BLOCK = 32 * 1024


class Shell(StrEnum):
    """What becomes of a shell that is opened from now on."""

    PLAIN = "plain"  # as the node gives it
    CUT = "cut"  # the session ends at once
    SLOW = "slow"  # it is opened, and says nothing
    LATE_START = "late_start"  # the line that starts the ISSU is on its way until it is let through


@dataclass(kw_only=True)
class Relay:
    """A context manager; ``shell`` may be set at any time."""

    username: str
    password: str
    shell: Shell = Shell.PLAIN
    held: list[bytes] = field(default_factory=list)  # start lines that are on their way
    offered: list[str] = field(default_factory=list)  # public keys that somebody tried
    logins: int = 0
    cut: int = 0  # shells that were
    address: LabNode | None = None
    _node: LabNode | None = None
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _key: asyncssh.SSHKey = field(default_factory=lambda: asyncssh.generate_private_key("ssh-ed25519"))
    _let_through: asyncio.Event = field(default_factory=asyncio.Event)

    def __enter__(self) -> Relay:
        self._thread = threading.Thread(target=self._loop.run_forever, name="relay", daemon=True)
        self._thread.start()
        port = self._run(self._listen())
        self.address = LabNode(host="127.0.0.1", port=port)
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def to(self, node: LabNode) -> None:
        """The simulated node behind it."""
        self._node = node

    def let_through(self) -> None:
        """The start lines that are on their way arrive."""
        self._loop.call_soon_threadsafe(self._let_through.set)

    @property
    def known_hosts_line(self) -> str:
        assert self.address is not None
        return f"[{self.address.host}]:{self.address.port} {self._key.export_public_key().decode().strip()}\n"

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        waiting: Future[Any] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return waiting.result(30)

    async def _listen(self) -> int:
        self._acceptor = await asyncssh.listen(
            "127.0.0.1",
            0,
            server_factory=lambda: _Door(self),
            server_host_keys=[self._key],
            encoding=None,
            line_editor=False,
            gss_host=None,
        )
        return int(self._acceptor.get_port())

    async def _close(self) -> None:
        self._acceptor.close()
        ours = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in ours:
            task.cancel()
        await asyncio.gather(*ours, return_exceptions=True)

    async def serve(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        is_shell = process.command is None and process.subsystem is None
        mode = self.shell if is_shell else Shell.PLAIN
        if mode is Shell.CUT:
            self.cut += 1
            process.exit(255)
            return
        if mode is Shell.SLOW:
            await process.channel.wait_closed()
            return
        assert self._node is not None, "the relay leads nowhere yet"
        async with asyncssh.connect(
            self._node.host,
            self._node.port,
            username=self.username,
            password=self.password,
            known_hosts=None,  # both ends are this test's own
            client_keys=None,
            agent_path=None,
            config=None,
        ) as node:
            theirs = await node.create_process(
                process.command,
                subsystem=process.subsystem,
                term_type=process.term_type,
                term_size=process.term_size if process.term_type else (),
                encoding=None,
            )
            back = asyncio.ensure_future(_back(theirs.stdout, process.stdout))
            there = asyncio.ensure_future(self._to_the_node(process.stdin, theirs.stdin, mode))
            await back
            if not process.channel.is_closing():
                process.exit(theirs.exit_status or 0)
            if mode is not Shell.LATE_START:
                there.cancel()
                return
            await there  # what is on its way arrives, also when nobody waits for it any more
            with suppress(TimeoutError):
                await asyncio.wait_for(theirs.wait_closed(), timeout=5)

    async def _to_the_node(self, source: Any, sink: Any, mode: Shell) -> None:
        with suppress(asyncssh.Error, OSError):
            while data := await source.read(_BLOCK):
                if mode is Shell.LATE_START and START_LINE in data:
                    self.held.append(data)
                    await self._let_through.wait()
                sink.write(data)
                await sink.drain()
            sink.write_eof()


async def _back(source: Any, sink: Any) -> None:
    with suppress(asyncssh.Error, OSError):
        while data := await source.read(_BLOCK):
            sink.write(data)
            await sink.drain()


class _Door(asyncssh.SSHServer):
    def __init__(self, relay: Relay) -> None:
        self._relay = relay

    def begin_auth(self, username: str) -> bool:
        return True

    def session_requested(self) -> asyncssh.SSHServerProcess[bytes]:
        return _AnySession(self._relay.serve, None, 0, False)

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        self._relay.offered.append(key.get_fingerprint())
        return False

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        self._relay.logins += 1
        return (username, password) == (self._relay.username, self._relay.password)


class _AnySession(asyncssh.SSHServerProcess[bytes]):
    """asyncssh keeps SFTP to itself; here it is a stream of bytes as the others are."""

    def subsystem_requested(self, subsystem: str) -> bool:
        return True

    def session_started(self) -> None:
        stdin = asyncssh.SSHReader[bytes](self, self._chan)
        stdout = asyncssh.SSHWriter[bytes](self, self._chan)
        stderr = asyncssh.SSHWriter[bytes](self, self._chan, asyncssh.EXTENDED_DATA_STDERR)
        work: Any = self._start_process(stdin, stdout, stderr)
        self._chan.get_connection().create_task(work)
