"""The files of a node over one SSH session: SFTP, which goes on from the last byte, or else SCP (``scp``)."""

from __future__ import annotations

import logging
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import paramiko

from srx_issu.adapters.devices.credentials import Credentials
from srx_issu.adapters.devices.errors import translate_errors
from srx_issu.adapters.devices.login import ssh_transport
from srx_issu.adapters.devices.scp import ScpRemoteFiles
from srx_issu.adapters.devices.shell import NoShell, node_shell
from srx_issu.domain.cluster.model import Address
from srx_issu.domain.errors import SessionLost, TransferFailed
from srx_issu.domain.upgrade.intent import Timers

log = logging.getLogger(__name__)

CHUNK_BYTES = 1024 * 1024
Progress = Callable[[int, int], None]


class RemoteFiles(Protocol):
    """What a copy needs of a node's files. A file that is none, such as a folder, is an IsADirectoryError."""

    def size(self, path: str) -> int | None:
        """Bytes; None when there is no such file."""
        ...

    def remove(self, path: str) -> None: ...

    def replace(self, old: str, new: str) -> None:
        """Renames over an existing file."""
        ...

    def copy(self, source: Path, path: str, size: int, progress: Progress) -> int:
        """Copies what is missing, or all where it cannot go on; returns the size on the node."""
        ...


class FileAccess:
    """Opens a session for each piece of work: one that was lost is never met again."""

    def __init__(self, node: str, address: Address, credentials: Credentials, timers: Timers) -> None:
        self._node = node
        self._address = address
        self._credentials = credentials
        self._timers = timers
        self._no_sftp: str | None = None  # why the node gave none

    @contextmanager
    def open(self, doing: str) -> Iterator[RemoteFiles]:
        """Raises TransferFailed where the node says no, or has neither SFTP nor a shell for SCP."""
        transport = ssh_transport(self._node, self._address, self._credentials, self._timers.connect_s)
        try:
            with translate_errors(self._node, doing):
                sftp = self._sftp(transport) if self._no_sftp is None else None
                if sftp is not None:
                    yield SftpRemoteFiles(sftp=sftp)
                    return
                with self._scp(transport) as files:
                    yield files
        except SessionLost as error:
            cause = error.__cause__
            if isinstance(cause, IsADirectoryError):
                raise TransferFailed(self._node, f"{doing}: {cause}") from error
            if _is_refusal(cause) and transport.is_active():
                words = f"{doing}: the node said: {cause}; look for free space in /var/tmp"
                raise TransferFailed(self._node, words) from error
            raise
        finally:
            transport.close()

    def _sftp(self, transport: paramiko.Transport) -> paramiko.SFTPClient | None:
        """None when the node lets the account in and gives it no SFTP."""
        try:
            sftp = paramiko.SFTPClient.from_transport(transport)
        except (paramiko.SSHException, EOFError) as error:
            if not transport.is_active():
                raise
            self._no_sftp = str(error) or "no answer"
            log.info("%s: no SFTP (%s), copying by SCP, which cannot go on where it stood", self._node, error)
            return None
        if sftp is None:
            self._no_sftp = "no channel"
            return None
        channel = sftp.get_channel()
        if channel is not None:
            channel.settimeout(self._timers.rpc_s)
        return sftp

    @contextmanager
    def _scp(self, transport: paramiko.Transport) -> Iterator[ScpRemoteFiles]:
        connect_s, rpc_s = self._timers.connect_s, self._timers.rpc_s
        try:
            with node_shell(
                self._node, self._address, self._credentials, connect_s=connect_s, timeout_s=rpc_s
            ) as shell:
                yield ScpRemoteFiles(transport=transport, shell=shell, timeout_s=rpc_s)
        except NoShell as reason:
            raise TransferFailed(
                self._node,
                f"logged in, but no SFTP ({self._no_sftp}), and no shell, which SCP needs ({reason}): "
                "'set system services ssh sftp-server', and let the account's class use it",
            ) from reason


@dataclass(frozen=True, kw_only=True)
class SftpRemoteFiles:
    """``RemoteFiles`` over SFTP."""

    sftp: paramiko.SFTPClient

    def size(self, path: str) -> int | None:
        try:
            found = self.sftp.stat(path)
        except FileNotFoundError:
            return None
        if found.st_mode is not None and not stat.S_ISREG(found.st_mode):
            raise IsADirectoryError(f"{path} is not a file")
        return found.st_size

    def remove(self, path: str) -> None:
        self.sftp.remove(path)

    def replace(self, old: str, new: str) -> None:
        """Servers without OpenSSH's extension refuse to rename over a file in one step."""
        try:
            self.sftp.posix_rename(old, new)
        except OSError:
            if self.size(new) is not None:
                self.sftp.remove(new)
            self.sftp.rename(old, new)

    def copy(self, source: Path, path: str, size: int, progress: Progress) -> int:
        """More than the source has starts anew."""
        there = self.size(path) or 0
        if there > size:
            self.sftp.remove(path)
            there = 0
        progress(there, size)
        with source.open("rb") as local, self.sftp.open(path, "ab" if there else "wb") as remote:
            local.seek(there)
            remote.set_pipelined(True)
            while chunk := local.read(CHUNK_BYTES):
                remote.write(chunk)
                there += len(chunk)
                progress(there, size)
        return self.size(path) or 0


def _is_refusal(cause: BaseException | None) -> bool:
    """Whether the node said no; a connection that was cut is told as an OSError, too."""
    if isinstance(cause, ConnectionError):
        return False
    return isinstance(cause, OSError) and "closed" not in str(cause)
