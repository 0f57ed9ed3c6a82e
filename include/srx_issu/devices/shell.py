"""A Bourne shell on a node, over an SSH terminal: reached from the CLI, proven before it is used.

PyEZ's StartShell is not used: it accepts any host key and takes any ``%``, ``#`` or ``$`` for a prompt.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager

import paramiko

from srx_issu.devices.credentials import Credentials
from srx_issu.devices.errors import Border
from srx_issu.devices.login import ssh_transport
from srx_issu.domain.errors import DeviceTimeout, SessionLost
from srx_issu.domain.model import Address

_CLI_PROMPT = re.compile(r">\s*$")
_PROMPT = re.compile(r"[>%#$]\s*$")
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x07")
_MAX_OUTPUT = 1024 * 1024
_TICK_S = 0.2


class NoShell(Exception):
    """The account has no shell that evaluates. Nothing was started. Never leaves ``devices``."""


class NodeShell:
    """One interactive /bin/sh. ``run`` tells output and exit status apart from the terminal's echo.

    Only plain constructs are sent, which every Bourne shell has, however small.
    """

    def __init__(self, node: str, channel: paramiko.Channel, timeout_s: float) -> None:
        self._node = node
        self._channel = channel
        self._timeout_s = timeout_s
        self._seen = ""

    def enter(self) -> None:
        """From whatever answers the login to a proven /bin/sh. Raises NoShell."""
        try:
            self._prompt()
            if _CLI_PROMPT.search(self._seen):
                self._send("start shell")
                self._prompt()
                if _CLI_PROMPT.search(self._seen):
                    raise NoShell(self._last_words())
            self._send("exec /bin/sh")  # accounts without CLI, and "start shell", may give a C shell
            self._prompt()
            self._prove()
        except DeviceTimeout as error:
            raise NoShell(self._last_words()) from error

    def _prove(self) -> None:
        """What a start needs and no echo can show: statuses that differ, nohup, a ``cli`` that answers."""
        there, _ = self.run("test -d /var/tmp")
        missing, _ = self.run("test -d /var/tmp/srx-issu-no-such-folder")
        detached, _ = self.run("nohup true > /dev/null 2>&1")
        _, version = self.run("cli -c 'show version | no-more'")
        if there != 0 or missing == 0 or detached != 0 or "junos" not in version.lower():
            raise NoShell(f"the account's shell cannot run a detached cli; it said {version.strip()[:200]!r}")

    def launch(self, line: str) -> None:
        """Sends a line that runs in the background; whether it does is asked with ``run``."""
        self._send(line)

    def run(self, line: str, timeout_s: float | None = None) -> tuple[int, str]:
        """Exit status and output of one line.

        Raises DeviceTimeout or SessionLost when no status came back; the line may have run then.
        """
        token = secrets.token_hex(4)
        self._send(f'echo "@{token}"-begin@; {line}; echo "@{token}-$?@"')
        answer = self._until(re.compile(rf"@{token}-(\d+)@"), timeout_s)
        output = self._seen[: answer.start()].rpartition(f"@{token}-begin@")[2]
        self._seen = self._seen[answer.end() :]
        return int(answer.group(1)), output.replace("\r", "").strip("\n")

    def _send(self, line: str) -> None:
        self._seen = ""
        with Border(self._node, "shell"):
            self._channel.sendall(f"{line}\n".encode())

    def _prompt(self) -> None:
        """Waits for what looks like a prompt and for nothing after it: a banner may look like one too."""
        length = -1
        while length != len(self._seen):
            self._until(_PROMPT)
            length = len(self._seen)
            self._receive()

    def _receive(self) -> None:
        """Takes what has come within a tick. Raises SessionLost at the end of the session."""
        try:
            with Border(self._node, "shell"):
                data = self._channel.recv(4096)
        except DeviceTimeout:
            return
        if not data:
            raise SessionLost(self._node, f"the shell's session ended; last words: {self._last_words()}")
        text = _ESCAPES.sub("", data.decode("utf-8", "replace"))
        self._seen = (self._seen + text)[-_MAX_OUTPUT:]

    def _until(self, pattern: re.Pattern[str], timeout_s: float | None = None) -> re.Match[str]:
        deadline = time.monotonic() + (timeout_s or self._timeout_s)
        while (match := pattern.search(self._seen)) is None:
            if time.monotonic() > deadline:
                raise DeviceTimeout(
                    self._node, f"shell: expected {pattern.pattern!r}, got {self._last_words()}"
                )
            self._receive()
        return match

    def _last_words(self) -> str:
        return " / ".join(line.strip() for line in self._seen.splitlines()[-4:] if line.strip()) or "nothing"


@contextmanager
def node_shell(
    node: str, address: Address, credentials: Credentials, *, connect_s: float, timeout_s: float
) -> Iterator[NodeShell]:
    """Raises DeviceUnreachable, HostKeyRejected, AuthenticationFailed or NoShell; nothing was run then."""
    transport = ssh_transport(node, address, credentials, connect_s)
    try:
        with Border(node, "opening a terminal", connecting=True):
            channel = transport.open_session(timeout=connect_s)
            channel.get_pty(term="vt100", width=1000, height=100)  # wide: no wrapped echo
            channel.invoke_shell()
            channel.settimeout(_TICK_S)
        shell = NodeShell(node, channel, timeout_s)
        shell.enter()
        yield shell
    finally:
        transport.close()
