"""Asking one node beside other work: an SSH session of its own, read slowly, and no more than is wanted."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import paramiko

from srx_issu.adapters.devices.credentials import Credentials
from srx_issu.adapters.devices.errors import translate_errors
from srx_issu.adapters.devices.login import ssh_transport, time_limit
from srx_issu.adapters.devices.parse.refusals import refusal_error, refusal_line
from srx_issu.domain.cluster.model import Address
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.redaction.prose import redact
from srx_issu.ports.devices import CommandOutput

# Nothing else can be asked: this session is no way around the send gate.
_LOOKS = re.compile(
    r"(?:show [a-z][a-z0-9 -]*|file show /[A-Za-z0-9._/+-]+|request support information)(?: \| last \d{1,9})?"
)
_NO_CLI = re.compile(r": (?:command )?not found\b", re.IGNORECASE)  # an account whose login is a Unix shell
_CHUNK = 32 * 1024
_WINDOW = 4 * _CHUNK  # how much a node may send ahead of our reading
_LONGEST_REFUSAL = 4  # lines


class SshShowSession:
    """``ports.ShowSession``. Reads at ``bytes_per_s``; what comes too fast waits on the node."""

    def __init__(
        self,
        node: str,
        transport: paramiko.Transport,
        *,
        silent_s: float,
        bytes_per_s: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._node = node
        self._transport = transport
        self._silent_s = silent_s
        self._bytes_per_s = bytes_per_s
        self._clock = clock
        self._sleep = sleep

    def show(self, command: str, *, most_bytes: int, within_s: float) -> CommandOutput:
        if not _LOOKS.fullmatch(command):
            raise RequestRefused(f"{command!r} does not only look: it is not asked beside an upgrade")
        with translate_errors(self._node, command):
            channel = self._transport.open_session(
                window_size=_WINDOW, max_packet_size=_CHUNK, timeout=self._silent_s
            )
            try:
                channel.set_combine_stderr(True)
                with time_limit(self._node, self._transport.sock, self._silent_s, command):
                    channel.exec_command(f"{command} | no-more")
                content, is_cut = self._read(channel, most_bytes, within_s)
            finally:
                channel.close()
        text = redact(content.decode("utf-8", "replace"))
        if words := _refusal(text):
            raise refusal_error(self._node, words)
        return CommandOutput(text=text, is_cut=is_cut)

    def _read(self, channel: paramiko.Channel, most_bytes: int, within_s: float) -> tuple[bytes, bool]:
        """The newest bytes, and whether there were others, or are still to come."""
        began, came, kept = self._clock(), 0, bytearray()
        while (left_s := began + within_s - self._clock()) > 0:
            channel.settimeout(min(left_s, self._silent_s))
            try:
                data = channel.recv(_CHUNK)
            except TimeoutError:
                if not came and left_s > self._silent_s:
                    raise
                break
            if not data:
                return bytes(kept[-most_bytes:]), came > most_bytes
            came += len(data)
            kept += data
            if len(kept) > 2 * most_bytes:
                del kept[:-most_bytes]
            self._sleep(max(0.0, min(came / self._bytes_per_s - (self._clock() - began), left_s)))
        return bytes(kept[-most_bytes:]), True


@contextmanager
def show_session(
    node: str,
    address: Address,
    credentials: Credentials,
    *,
    connect_s: float,
    silent_s: float,
    bytes_per_s: float,
) -> Iterator[SshShowSession]:
    """Raises DeviceUnreachable, HostKeyRejected or AuthenticationFailed: the node is not waited for."""
    transport = ssh_transport(node, address, credentials, connect_s)
    try:
        yield SshShowSession(node, transport, silent_s=silent_s, bytes_per_s=bytes_per_s)
    finally:
        transport.close()


def _refusal(text: str) -> str | None:
    """The CLI's words where it shows nothing but a refusal; a log may hold such a line among others."""
    lines = [line for line in text.splitlines() if line.strip(" ^")]
    if not lines or len(lines) > _LONGEST_REFUSAL:
        return None
    return lines[0].strip() if refusal_line(lines[0], of_issu=False) or _NO_CLI.search(lines[0]) else None
