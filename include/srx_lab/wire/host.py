"""One node on the network: its port, its host key, its SSH connections."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Sequence
from typing import cast

import asyncssh

from srx_lab.cli.interactive import InteractiveCli
from srx_lab.cli.once import run_once
from srx_lab.device import Device
from srx_lab.session import Session, SessionKind
from srx_lab.wire.netconf import NetconfSession
from srx_lab.wire.old_ssh import listening
from srx_lab.wire.sftp import NodeSftp
from srx_lab.wire.terminal import ChannelPipe, SshTerminal

_log = logging.getLogger(__name__)

_VERSION = "OpenSSH_7.5"
"""What sshd of current releases calls itself [U]."""


class Gate:
    """Who may log in."""

    def __init__(self, username: str, password: str, keys: asyncssh.SSHAuthorizedKeys | None) -> None:
        self.username = username
        self.password = password
        self.keys = keys

    def allows_password(self, username: str, password: str) -> bool:
        return (username, password) == (self.username, self.password)

    def allows_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        if username != self.username or self.keys is None:
            return False
        return self.keys.validate(key, username, "", "") is not None


class _Process(asyncssh.SSHServerProcess[str]):
    """A session of any kind. Without SFTP its subsystem is refused, while `scp -t` goes on working."""

    def __init__(self, host: NodeHost) -> None:
        super().__init__(host.serve, host.sftp, sftp_version=3, allow_scp=True)
        self._device = host.device

    def subsystem_requested(self, subsystem: str) -> bool:
        if subsystem == "sftp" and self._device.world.fault("no_sftp", self._device.node):
            self._device.record("sftp_refused")
            return False
        return super().subsystem_requested(subsystem)


class _Server(asyncssh.SSHServer):
    def __init__(self, host: NodeHost) -> None:
        self._host = host
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._host.connections.add(conn)
        self._host.device.record("connected")

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        if self._connection is not None:
            self._host.connections.discard(self._connection)

    def begin_auth(self, username: str) -> bool:  # noqa: ARG002
        return True

    def auth_completed(self) -> None:
        self._host.device.record("logged_in")

    def session_requested(self) -> asyncssh.SSHServerSession[str]:
        return _Process(self._host)

    def password_auth_supported(self) -> bool:
        return self._host.ssh != "asking"

    def kbdint_auth_supported(self) -> bool:
        return True

    def get_kbdint_challenge(
        self,
        username: str,  # noqa: ARG002
        lang: str,  # noqa: ARG002
        submethods: str,  # noqa: ARG002
    ) -> tuple[str, str, str, list[tuple[str, bool]]]:
        return "", "", "", [("Password: ", False)]

    def validate_kbdint_response(self, username: str, responses: Sequence[str]) -> bool:
        return len(responses) == 1 and self.validate_password(username, responses[0])

    def validate_password(self, username: str, password: str) -> bool:
        allowed = self._host.gate.allows_password(username, password) and not self._refuses()
        if not allowed:
            self._host.device.record("login_refused", user=username)
        return allowed

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return self._host.gate.allows_key(username, key) and not self._refuses()

    def _refuses(self) -> bool:
        device = self._host.device
        return device.world.fault("authentication_fails", device.node) is not None


class NodeHost:
    """Listens while its node is up. A bound socket keeps the port while it is down, so it refuses."""

    def __init__(
        self, device: Device, port: int, keys: tuple[asyncssh.SSHKey, asyncssh.SSHKey], gate: Gate, ssh: str
    ) -> None:
        self.device = device
        self.gate = gate
        self.ssh = ssh
        self.connections: set[asyncssh.SSHServerConnection] = set()
        self._keys = keys
        self._keeper = _bound(port)
        self.port: int = self._keeper.getsockname()[1]
        self._listener: asyncssh.SSHAcceptor | None = None
        self._shown_key: asyncssh.SSHKey | None = None
        self._turn = asyncio.Lock()
        self._running: set[asyncio.Future[int]] = set()

    async def reconcile(self) -> None:
        """Listen, refuse, or listen with the other key, as the node's state and faults ask."""
        async with self._turn:
            key = self._wanted_key()
            if key is self._shown_key:
                return
            self.stop_listening()
            if key is not None:
                await self._listen(key)

    def _wanted_key(self) -> asyncssh.SSHKey | None:
        world, node = self.device.world, self.device.node
        if not self.device.here.is_up or world.fault("connection_refused", node):
            return None
        return self._keys[1] if world.fault("host_key_changed", node) else self._keys[0]

    async def _listen(self, key: asyncssh.SSHKey) -> None:
        self._listener = await asyncssh.listen(
            sock=_bound(self.port),
            server_factory=lambda: _Server(self),
            **listening(self.ssh, key),
            server_version=_VERSION,
            encoding="utf-8",
            login_timeout=60,
            gss_host=None,
            reuse_port=None,
        )
        self._shown_key = key

    def sftp(self, channel: object) -> NodeSftp:
        """`channel` behaves as a server's; asyncssh may have wrapped it."""
        return NodeSftp(cast("asyncssh.SSHServerChannel[bytes]", channel), self.device)

    def stop_listening(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        self._shown_key = None

    def drop_everything(self) -> None:
        """The node is gone: no listener, and what was said up to now is the last its clients get."""
        self.stop_listening()
        asyncio.get_running_loop().call_soon(self._cut)

    def _cut(self) -> None:
        for connection in list(self.connections):
            connection.abort()
        for job in (*self.device.jobs.values(), *self._running):
            job.cancel()
        self.device.jobs.clear()
        self.device.sessions.clear()

    def close(self) -> None:
        self.stop_listening()
        self._cut()
        self._keeper.close()

    async def serve(self, process: asyncssh.SSHServerProcess[str]) -> None:
        status = 255
        try:
            status = await self._while_connected(process)
        except (asyncssh.Error, BrokenPipeError, ConnectionError):
            return
        except Exception:  # noqa: BLE001 - the outermost border of a session
            _log.exception("%s %s: session failed", self.device.cluster.name, self.device.node)
        finally:
            if not process.channel.is_closing():
                process.exit(status)

    async def _while_connected(self, process: asyncssh.SSHServerProcess[str]) -> int:
        """Serve until done, or until the client is gone: a session ends with its channel."""
        work = asyncio.ensure_future(self._dispatch(process))
        gone = asyncio.ensure_future(process.channel.wait_closed())
        self._running.add(work)
        try:
            await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
            return work.result() if work.done() else 255
        finally:
            self._running.discard(work)
            for each in (work, gone):
                each.cancel()

    async def _dispatch(self, process: asyncssh.SSHServerProcess[str]) -> int:
        command = process.command.strip() if process.command else None
        if process.subsystem == "netconf" or command in {"netconf", "xml-mode netconf need-trailer"}:
            return await self._netconf(process)
        if process.subsystem:
            return 1
        kind = SessionKind.EXEC if command else SessionKind.CLI
        session = self._session(process, kind)
        terminal = SshTerminal(process)
        session.say = terminal.shout
        try:
            if command is None:
                return await InteractiveCli(device=self.device, session=session, terminal=terminal).run()
            return await run_once(self.device, session, command, terminal.write, read_line=terminal.read_line)
        finally:
            self.device.close_session(session)

    async def _netconf(self, process: asyncssh.SSHServerProcess[str]) -> int:
        if self.device.world.fault("netconf_refused", self.device.node):
            self.device.record("netconf_refused")
            return 1
        session = self._session(process, SessionKind.NETCONF)
        pipe = ChannelPipe(process)
        session.end = pipe.cut
        try:
            await NetconfSession(device=self.device, session=session, pipe=pipe).serve()
            return 0
        finally:
            self.device.close_session(session)

    def _session(self, process: asyncssh.SSHServerProcess[str], kind: SessionKind) -> Session:
        peer = process.get_extra_info("peername") or ("",)
        return self.device.open_session(kind, str(peer[0]))


def _bound(port: int) -> socket.socket:
    """A loopback socket bound to a port that others of ours may bind, too."""
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    made.bind(("127.0.0.1", port))
    return made
