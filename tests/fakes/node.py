"""A node that says what a test tells it to say: NETCONF, CLI exec, shell and SFTP on a loopback port.

It knows no Junos. ``answers`` maps an RPC's name or a CLI command to a reply's body; an ``Act`` instead of
a body is a misbehaviour. What the lab cannot be made to do (garbage, entities, a cut in mid-reply, another
host key) is tested against this.
"""

from __future__ import annotations

import asyncio
import os
import re
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum, auto
from pathlib import Path

import asyncssh

from srx_issu.adapters.devices.credentials import Credentials
from srx_issu.domain.cluster.model import Address

DELIMITER = b"]]>]]>"
HELLO = (
    '<hello xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"><capabilities>'
    "<capability>urn:ietf:params:netconf:base:1.0</capability></capabilities>"
    "<session-id>7</session-id></hello>"
)
SYNTAX_ERROR = (
    "<rpc-error><error-type>protocol</error-type><error-tag>operation-failed</error-tag>"
    "<error-severity>error</error-severity><error-message>syntax error, expecting &lt;command&gt;"
    "</error-message></rpc-error>"
)


class Act(Enum):
    """What a node may do instead of answering."""

    HANG = auto()  # takes the question and says nothing
    CUT = auto()  # half an answer, then the connection ends
    GARBAGE = auto()  # an answer that is no XML
    ENTITIES = auto()  # an answer that declares entities


Answer = str | Act | Callable[[str], str | Act]
_HOST_KEYS: dict[str, asyncssh.SSHKey] = {}


def host_key(kind: str = "ssh-ed25519", *, other: bool = False) -> asyncssh.SSHKey:
    """One key of a kind, and one ``other``, for all tests: making RSA keys takes time."""
    name = f"{kind} {other}"
    if name not in _HOST_KEYS:
        _HOST_KEYS[name] = asyncssh.generate_private_key(kind)
    return _HOST_KEYS[name]


class ScriptedNode:
    """Runs its server in a thread of its own while in the context."""

    def __init__(
        self,
        answers: dict[str, Answer] | None = None,
        *,
        key: asyncssh.SSHKey | None = None,
        files: Path | None = None,
        shell: dict[str, str] | None = None,
    ) -> None:
        self.answers = dict(answers or {})
        self.password = "lab-secret"
        self.requests: list[str] = []  # every RPC and command, in order
        self.passwords: list[str] = []  # every password that was offered
        self.connections = 0
        self.around = ("", "")  # what the CLI prints before and after an XML answer
        self.takes_compound = True  # commands with ";" between them
        self.silent_logins = False  # accept TCP and then say nothing
        self.silent_shell = False  # take "start shell" and then say nothing
        self.shell = shell  # environment of /bin/sh behind "start shell"; None = account without shell
        self._key = key or host_key()
        self._files = files
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._ready = threading.Event()
        self._open: list[asyncssh.SSHServerConnection] = []
        self._shells: list[subprocess.Popen[bytes]] = []
        self._writers: list[asyncio.StreamWriter] = []
        self.address = Address(host="127.0.0.1", port=0)

    @property
    def known_hosts(self) -> str:
        public = self._key.export_public_key().decode().strip()
        return f"[127.0.0.1]:{self.address.port} {public}\n"

    def credentials(self, **changes: object) -> Credentials:
        values: dict[str, object] = {
            "username": "ops",
            "password": self.password,
            "known_hosts": self.known_hosts,
            **changes,
        }
        return Credentials(**values)  # type: ignore[arg-type]

    def __enter__(self) -> ScriptedNode:
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._loop is not None
        assert self._thread is not None
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def hang_up(self) -> None:
        """Ends every connection, as a rebooting node does."""
        assert self._loop is not None
        done = threading.Event()

        def end() -> None:
            for connection in self._open:
                connection.abort()
            self._open.clear()
            done.set()

        self._loop.call_soon_threadsafe(end)
        assert done.wait(5)

    def _serve(self) -> None:
        asyncio.run(self._main())

    async def _main(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        if self.silent_logins:
            server: asyncio.AbstractServer = await asyncio.start_server(self._mute, "127.0.0.1", 0)
            port = server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
        else:
            acceptor = await asyncssh.listen(
                "127.0.0.1",
                0,
                server_host_keys=[self._key],
                server_factory=lambda: _Server(self),
                process_factory=self._process,
                encoding=None,
                sftp_factory=self._sftp if self._files else None,
                allow_scp=False,
            )
            port = acceptor.get_port()
        self.address = Address(host="127.0.0.1", port=port)
        self._ready.set()
        await self._stop.wait()
        for connection in self._open:
            connection.abort()
        for writer in self._writers:
            writer.close()
        for shell in self._shells:
            shell.kill()
            shell.wait()
        if self.silent_logins:
            server.close()
        else:
            acceptor.close()
            await acceptor.wait_closed()
        await asyncio.sleep(0)

    async def _mute(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)

    def _sftp(self, channel: asyncssh.SSHServerChannel[bytes]) -> asyncssh.SFTPServer:
        return asyncssh.SFTPServer(channel, chroot=str(self._files).encode())

    async def _process(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        try:
            if process.subsystem == "netconf":
                await self._netconf(process)
            elif process.command is not None:
                await self._exec(process, process.command)
            else:
                await self._terminal(process)
        except (asyncssh.BreakReceived, asyncssh.SignalReceived, asyncssh.TerminalSizeChanged, OSError):
            process.exit(1)

    async def _netconf(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        process.stdout.write(HELLO.encode() + DELIMITER)
        pending = b""
        while data := await process.stdin.read(4096):
            pending += data
            while DELIMITER in pending:
                message, _, pending = pending.partition(DELIMITER)
                if b"<rpc" in message or b":rpc" in message:
                    await self._rpc(process, message.decode())
        process.exit(0)

    async def _rpc(self, process: asyncssh.SSHServerProcess[bytes], message: str) -> None:
        message_id = re.search(r'message-id="([^"]*)"', message)
        inner = re.search(r"<(?:\w+:)?rpc\b[^>]*>\s*<([\w:-]+)(?:\s[^>]*)?/?>([^<]*)", message)
        assert message_id
        assert inner
        name = inner.group(2).strip() if inner.group(1) == "command" else inner.group(1)
        self.requests.append(name)
        start = (
            '<rpc-reply xmlns="urn:ietf:params:xml:ns:netconf:base:1.0" '
            f'xmlns:junos="http://xml.juniper.net/junos/22.4R3/junos" message-id="{message_id.group(1)}">'
        )
        if inner.group(1).endswith("close-session"):
            process.stdout.write(f"{start}<ok/></rpc-reply>".encode() + DELIMITER)
            process.exit(0)
            return
        answer = self.answers.get(name, SYNTAX_ERROR)
        body = answer(message) if callable(answer) else answer
        if body is Act.CUT:
            process.stdout.write(f"{start}<half>".encode())
            await process.stdout.drain()
            process.get_extra_info("connection").abort()
        elif body is Act.GARBAGE:
            process.stdout.write(b"\x00\x01 no XML at all <" + DELIMITER)
        elif body is Act.ENTITIES:
            process.stdout.write(_bomb(start) + DELIMITER)
        elif body is not Act.HANG:
            process.stdout.write(f"{start}{body}</rpc-reply>".encode() + DELIMITER)

    async def _exec(self, process: asyncssh.SSHServerProcess[bytes], commands: str) -> None:
        """Commands with ``;`` between them are answered one after the other, as the CLI of Junos does."""
        for command in commands.split("; ") if self.takes_compound else [commands]:
            status = await self._command(process, command)
            if status is None:
                return
        process.exit(status)

    async def _command(self, process: asyncssh.SSHServerProcess[bytes], command: str) -> int | None:
        """The exit status; None when the session is over."""
        plain = command.split(" | ", maxsplit=1)[0]
        self.requests.append(plain)
        answer = self.answers.get(plain) if ";" not in command else None
        body = answer(command) if callable(answer) else answer
        start = '<rpc-reply xmlns:junos="http://xml.juniper.net/junos/22.4R3/junos">'
        if body is None:
            process.stdout.write(b"                    ^\nsyntax error, expecting <command>.\n")
            return 1
        if body is Act.HANG:
            await process.stdout.drain()
            await asyncio.sleep(3600)
        elif body is Act.CUT:
            process.stdout.write(f"{start}<half>".encode())
            await process.stdout.drain()
            await asyncio.sleep(0.1)  # a reset would overtake what was said up to now
            process.get_extra_info("connection").abort()
            return None
        elif body is Act.GARBAGE:
            process.stdout.write(b"<\x00 no XML")
        elif body is Act.ENTITIES:
            process.stdout.write(_bomb(start))
        else:
            assert isinstance(body, str)
            is_xml = "display xml" in command
            before, after = self.around
            reply = f"{before}{start}{body}</rpc-reply>{after}"
            process.stdout.write((reply if is_xml else body).encode())
            return 1 if not is_xml and "error:" in body else 0  # as though a file's words were the CLI's own
        return 0

    async def _terminal(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        """A CLI prompt that knows ``start shell``, and a real /bin/sh on a terminal behind it."""
        process.stdout.write(b"{primary:node0}\r\nops@fw> ")
        line = b""
        while data := await process.stdin.read(1):
            if data not in b"\r\n":
                line += data
                continue
            process.stdout.write(line + b"\r\n")
            self.requests.append(line.decode())
            if line == b"start shell" and self.silent_shell:
                await process.stdin.read()
                return
            if line == b"start shell" and self.shell is not None:
                await self._real_shell(process)
                return
            process.stdout.write(b"          ^\r\nunknown command.\r\nops@fw> ")
            line = b""

    async def _real_shell(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        ours, theirs = os.openpty()
        program = subprocess.Popen(  # not asyncio's: it must not hold the loop's end up
            ["/bin/sh"],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, **(self.shell or {}), "PS1": "% ", "TERM": "dumb"},
            start_new_session=True,
        )
        self._shells.append(program)
        os.close(theirs)
        await process.redirect(stdin=ours, stdout=os.dup(ours))
        await process.wait_closed()


def _bomb(start: str) -> bytes:
    entities = '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    return f"{entities}{start}<output>&b;</output></rpc-reply>".encode()


class _Server(asyncssh.SSHServer):
    def __init__(self, node: ScriptedNode) -> None:
        self._node = node

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._node.connections += 1
        self._node._open.append(conn)

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        self._node.passwords.append(password)
        return username == "ops" and password == self._node.password


@contextmanager
def closed_port() -> Iterator[Address]:
    """An address where nobody listens."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield Address(host="127.0.0.1", port=holder.getsockname()[1])
