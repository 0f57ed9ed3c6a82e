"""A Bourne shell on a node, over an SSH terminal: reached from the CLI, proven before it is used.

PyEZ's StartShell is not used: it accepts any host key and takes any ``%``, ``#`` or ``$`` for a prompt.
"""

from __future__ import annotations

import codecs
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager

import paramiko

from srx_issu.adapters.devices.credentials import Credentials
from srx_issu.adapters.devices.errors import translate_errors
from srx_issu.adapters.devices.login import ssh_transport, time_limit
from srx_issu.adapters.devices.parse.nodes import check_prompt
from srx_issu.domain.cluster.model import Address
from srx_issu.domain.errors import DeviceTimeout, ReplyNotUnderstood, SessionLost
from srx_issu.domain.redaction.printable import printable, split_unfinished
from srx_issu.domain.redaction.prose import redact

_CLI_PROMPT = re.compile(r">\s*$")
_PROMPT = re.compile(r"[>%#$]\s*$")
# What a CLI says to a login class without shell, and what a program says that is no Bourne shell
_NO = re.compile(
    r"unknown command|permission denied|syntax error|invalid command|illegal variable name|ambiguous"
    r"|not (?:found|allowed|permitted|authorized|supported)|no permission|restricted",
    re.IGNORECASE,
)
_EPOCH = re.compile(r"[0-9]{9,11}")
_MAX_OUTPUT = 1024 * 1024
_TICK_S = 0.2
_QUIET_S = 2.0  # how long a CLI's prompt must stand alone to be its answer, where it says nothing else


class NoShell(Exception):
    """The node has shown that the account has no shell that evaluates. Nothing was started.

    A node that is silent or slow has shown nothing: that is DeviceTimeout. Never leaves ``devices``.
    """


class NodeShell:
    """One interactive /bin/sh. ``run`` tells output and exit status apart from the terminal's echo.

    Only plain constructs are sent, which every Bourne shell has, however small.
    """

    def __init__(self, node: str, channel: paramiko.Channel, timeout_s: float) -> None:
        self._node = node
        self._channel = channel
        self._timeout_s = timeout_s
        self._seen = ""
        self._unfinished = ""  # the beginning of an escape sequence, until its end comes
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    @property
    def node(self) -> str:
        return self._node

    def enter(self) -> None:
        """From whatever answers the login to a proven /bin/sh. Nothing is started.

        Raises NoShell where the node showed that there is none, DeviceTimeout or SessionLost where it
        showed nothing: then it is unknown whether there is one; DeviceUnreachable where its prompt names the
        other node.
        """
        self._prompt()
        check_prompt(self._node, self._seen)
        if _CLI_PROMPT.search(self._seen):
            self._leave_cli()
        self._send("exec /bin/sh")  # accounts without CLI, and "start shell", may give a C shell
        self._prompt()
        try:
            self._prove()
        except DeviceTimeout as silence:
            if _NO.search(self._seen) and _PROMPT.search(self._seen):
                raise NoShell(self._last_words()) from silence
            raise

    def _leave_cli(self) -> None:
        """A CLI that is still there a while after the request has refused it, in words or without.

        A banner may have been taken for its prompt: then the prompt that comes now is the first one.
        """
        self._send("start shell")
        self._prompt()
        quiet_since, length = time.monotonic(), len(self._seen)
        while _CLI_PROMPT.search(self._seen):
            if _NO.search(self._seen) or time.monotonic() - quiet_since > _QUIET_S:
                raise NoShell(self._last_words())
            self._receive()
            if len(self._seen) != length:
                self._prompt()
                quiet_since, length = time.monotonic(), len(self._seen)

    def _prove(self) -> None:
        """What a start needs and no echo can show: statuses that differ, a clock, a ``cli`` that answers."""
        there, _ = self.run("test -d /var/tmp")
        missing, _ = self.run("test -d /var/tmp/srx-issu-no-such-folder")
        status, time_shown = self.run("date +%s")
        _, version = self.run("cli -c 'show version | no-more'")
        if there != 0 or missing == 0 or "junos" not in version.lower():
            raise NoShell(f"the account's shell cannot run a detached cli; it said {version.strip()[:200]!r}")
        if status != 0 or not _EPOCH.fullmatch(time_shown.strip()):
            said = time_shown.strip()[:200]
            raise NoShell(f"the account's shell does not report the time; 'date +%s' said {said!r}")

    def node_time_s(self) -> int:
        """The node's own clock, in seconds since 1970 (UTC).

        Raises ReplyNotUnderstood when it tells none, DeviceTimeout or SessionLost.
        """
        status, shown = self.run("date +%s")
        if status != 0 or not _EPOCH.fullmatch(shown.strip()):
            raise ReplyNotUnderstood(self._node, f"'date +%s' ended with status {status}", shown.strip())
        return int(shown)

    def launch(self, line: str) -> None:
        """Sends a line that runs in the background; whether it does is asked with ``run``."""
        self._send(line)

    def run(self, line: str, timeout_s: float | None = None) -> tuple[int, str]:
        """Exit status and output of one line, redacted.

        Raises DeviceTimeout or SessionLost when no status came back; the line may have run then.
        """
        token = secrets.token_hex(4)
        self._send(f'echo "@{token}"-begin@; {line}; echo "@{token}-$?@"')
        answer = self._until(re.compile(rf"@{token}-(\d+)@"), timeout_s)
        output = self._seen[: answer.start()].rpartition(f"@{token}-begin@")[2]
        self._seen = self._seen[answer.end() :]
        return int(answer.group(1)), redact(output.strip("\n"))

    def _send(self, line: str) -> None:
        self._seen = ""
        with translate_errors(self._node, "shell"):
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
            with translate_errors(self._node, "shell"):
                data = self._channel.recv(4096)
        except DeviceTimeout:
            text, self._unfinished = self._unfinished, ""  # nothing more of it will come
        else:
            if not data:
                raise SessionLost(self._node, f"the shell's session ended; last words: {self._last_words()}")
            text = (self._unfinished + self._decoder.decode(data)).replace("\r", "")
            text, self._unfinished = split_unfinished(text)
        self._seen = (self._seen + printable(text))[-_MAX_OUTPUT:]

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
    """Raises NoShell where the node has none, else DeviceUnreachable, HostKeyRejected, AuthenticationFailed,
    DeviceTimeout or SessionLost; nothing was started then."""
    transport = ssh_transport(node, address, credentials, connect_s)
    try:
        doing = "opening a terminal"
        with (
            translate_errors(node, doing, connecting=True),
            time_limit(node, transport.sock, connect_s, doing),
        ):
            channel = transport.open_session(timeout=connect_s)
            channel.get_pty(term="vt100", width=1000, height=100)  # wide: no wrapped echo
            channel.invoke_shell()
            channel.settimeout(_TICK_S)
        shell = NodeShell(node, channel, timeout_s)
        shell.enter()
        yield shell
    finally:
        transport.close()
