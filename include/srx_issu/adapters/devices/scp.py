"""Files of a node without SFTP: copied by SCP, looked at and renamed in the node's shell.

SCP cannot go on where it stood: a copy that was cut begins again. Its protocol is OpenSSH's ``scp -t``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import paramiko

from srx_issu.adapters.devices.login import time_limit
from srx_issu.adapters.devices.questions import checked_path
from srx_issu.adapters.devices.shell import NodeShell

_CHUNK_BYTES = 256 * 1024
_MOST_WORDS = 500


@dataclass(frozen=True, kw_only=True)
class ScpRemoteFiles:
    """``RemoteFiles`` over SCP and a shell. What the node refuses is an OSError with its words."""

    transport: paramiko.Transport
    shell: NodeShell
    timeout_s: float

    def size(self, path: str) -> int | None:
        path = checked_path(path)
        if self.shell.run(f"test -d {path}")[0] == 0:
            raise IsADirectoryError(f"{path} is not a file")
        if self.shell.run(f"test -f {path}")[0] != 0:
            return None
        return int(self._done(f"wc -c {path}").split()[0])

    def remove(self, path: str) -> None:
        self._done(f"rm -f {checked_path(path)}")

    def replace(self, old: str, new: str) -> None:
        self._done(f"mv -f {checked_path(old)} {checked_path(new)}")

    def copy(self, source: Path, path: str, size: int, progress: Callable[[int, int], None]) -> int:
        """The whole file, whatever is there."""
        progress(0, size)
        channel = self.transport.open_session(timeout=self.timeout_s)
        try:
            channel.settimeout(self.timeout_s)
            with time_limit(self.shell.node, self.transport.sock, self.timeout_s, "scp"):
                channel.exec_command(f"scp -t {checked_path(path)}")
            _accepted(channel)
            channel.sendall(f"C0644 {size} {Path(path).name}\n".encode())
            _accepted(channel)
            there = 0
            with source.open("rb") as local:
                while chunk := local.read(_CHUNK_BYTES):
                    channel.sendall(chunk)
                    there += len(chunk)
                    progress(there, size)
            channel.sendall(b"\0")
            _accepted(channel)
        finally:
            channel.close()
        return self.size(path) or 0

    def _done(self, line: str) -> str:
        status, words = self.shell.run(line)
        if status != 0:
            raise OSError(f"{line}: {words or f'exit status {status}'}")
        return words


def _accepted(channel: paramiko.Channel) -> None:
    """A zero. Anything else is the node's words: of scp, or of a CLI that does not let the account use it."""
    answer = channel.recv(1)
    if not answer:
        raise EOFError("scp ended without a word")
    if answer == b"\0":
        return
    words = bytearray() if answer in (b"\1", b"\2") else bytearray(answer)
    while len(words) < _MOST_WORDS and (more := channel.recv(_MOST_WORDS)):
        words += more
        if words.endswith(b"\n"):
            break
    raise OSError(" ".join(words.decode("utf-8", "replace").split()) or "scp refused the file")
