"""Files on one node: an image is copied on from its last byte and proven by its SHA-256.

A copy grows under ``<path>.part`` and gets its name when the node's own checksum agrees, so that nobody
can start an ISSU from half an image. What is there and right is not sent again. See decision 032.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from srx_issu.adapters.devices import questions
from srx_issu.adapters.devices.credentials import Credentials
from srx_issu.adapters.devices.netconf import NetconfSession
from srx_issu.adapters.devices.parse.files import sha256
from srx_issu.adapters.devices.pyez import ask
from srx_issu.adapters.devices.remote_files import FileAccess, Progress
from srx_issu.domain.cluster.model import Address
from srx_issu.domain.errors import (
    CopyDiffers,
    DeviceError,
    DeviceTimeout,
    DeviceUnreachable,
    SessionLost,
    TransferFailed,
)
from srx_issu.domain.upgrade.intent import Timers
from srx_issu.ports.permits import Permit

PART = ".part"
CHECKSUM_S = 3600.0  # field: more than 900 s on small routing engines (PyEZ issue 1138)
_ATTEMPTS = 5  # sessions a copy may lose in a row without a byte gained
_PAUSE_S = 5.0
_COPIES = 2  # whole ones, before a wrong checksum is believed

Answer = TypeVar("Answer")


class SshNodeFiles:
    """``ports.NodeFiles``. Use as a context manager, or call ``close``."""

    def __init__(
        self,
        node: str,
        address: Address,
        credentials: Credentials,
        timers: Timers,
        *,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._node = node
        self._pause = pause
        self._access = FileAccess(node, address, credentials, timers)
        self._netconf = NetconfSession(
            node, address, credentials, connect_s=timers.connect_s, rpc_s=timers.rpc_s
        )

    def size(self, path: str) -> int | None:
        return self._again(lambda: self._size_once(path))

    def _size_once(self, path: str) -> int | None:
        with self._access.open(f"size of {path}") as files:
            return files.size(path)

    def arrived(self, path: str) -> int:
        return max(self.size(path) or 0, self.size(f"{path}{PART}") or 0)

    def sha256(self, path: str) -> str:
        """The node's own figure. Raises TransferFailed when there is no such file."""
        found = self._sha256(path)
        if found is None:
            raise TransferFailed(self._node, f"{path}: no such file, so no checksum")
        return found

    def _sha256(self, path: str) -> str | None:
        """The session may have been idle for the hours of a copy, and be gone by now."""
        reply = self._again(lambda: ask(self._netconf, questions.checksum(path), CHECKSUM_S))
        return sha256(self._node, reply)

    def _again(self, work: Callable[[], Answer]) -> Answer:
        """What ``work`` returns, over a new session where one was lost on the way. A node that cannot be
        reached from the outset is told at once."""
        lost = 0
        while True:
            try:
                return work()
            except (SessionLost, DeviceUnreachable) as error:
                lost += 1
                if lost == _ATTEMPTS or (lost == 1 and isinstance(error, DeviceUnreachable)):
                    raise
            self._pause(_PAUSE_S)

    def delete(self, path: str, permit: Permit | None = None) -> None:
        """No-op when there is no such file."""
        self._netconf.log_in()
        self._again(lambda: self._delete(path, permit))

    def _delete(self, path: str, permit: Permit | None = None) -> None:
        with self._access.open(f"deleting {path}") as files:
            _check(permit)
            if files.size(path) is not None:
                files.remove(path)

    def upload(self, source: Path, path: str, progress: Progress, permit: Permit | None = None) -> None:
        """Copies until the node's SHA-256 is the source's, at most once again from zero.

        A lost session is opened again and the copy goes on, as long as bytes are gained. Raises
        CopyDiffers when the second copy is wrong in the same way, TransferFailed when it is in another, or
        DeviceUnreachable when the node stays away.
        """
        questions.checked_path(path)
        self._netconf.log_in()
        wanted, size = _digest(source), source.stat().st_size
        if self._again(lambda: self._is_there(path, size, wanted, permit)):
            progress(size, size)
            return
        part = f"{path}{PART}"
        wrong: list[str | None] = []
        while len(wrong) < _COPIES:
            self._copy(source, part, size, progress)
            found = self._sha256(part)
            if found == wanted:
                self._again(lambda: self._rename(part, path, size))
                return
            self._again(lambda: self._delete(part))
            wrong.append(found)
        words = (
            f"{part}: SHA-256 {found} on the node after the second copy, the source has {wanted}; deleted. "
        )
        if len(set(wrong)) == 1:
            raise CopyDiffers(
                self._node,
                f"{words}The first copy was wrong in the same way, so another would be: something changes "
                "the file on its way or on the node's disk. Copy it by another way, or check the disk",
            )
        raise TransferFailed(self._node, f"{words}Check the source file and the node's disk")

    def _is_there(self, path: str, size: int, wanted: str, permit: Permit | None) -> bool:
        """Whether the right file is there; half a file under the final name is taken on as a part. Raises
        TransferFailed for a whole file that is another one: only what is ours is ever deleted."""
        part = f"{path}{PART}"
        with self._access.open(f"size of {path}") as files:
            _check(permit)  # logged in; from here on something may be changed
            there = files.size(path)
            if there is not None and there < size and (files.size(part) or 0) < there:
                files.replace(path, part)
                return False
        if there is None:
            return False
        found = self._sha256(path)
        if there == size and found == wanted:
            return True
        raise TransferFailed(
            self._node,
            f"{path} is there and is another file ({there:,} bytes, SHA-256 {found}); whoever put it there "
            "may need it: rename or delete it, then try again",
        )

    def _copy(self, source: Path, part: str, size: int, progress: Progress) -> None:
        most, fruitless, reason = -1, 0, ""
        while fruitless < _ATTEMPTS:
            try:
                with self._access.open(f"copying to {part}") as files:
                    there = files.copy(source, part, size, progress)
            except (SessionLost, DeviceTimeout, DeviceUnreachable) as error:
                there, reason = self._arrived(part), error.message
            if there == size:
                return
            fruitless = 0 if there > most else fruitless + 1
            most = max(most, there)
            self._pause(_PAUSE_S)
        raise TransferFailed(
            self._node,
            f"{part}: gave up at {max(most, 0)} of {size} bytes after {_ATTEMPTS} attempts: {reason}",
        )

    def _arrived(self, part: str) -> int:
        try:
            return self.size(part) or 0
        except DeviceError:  # still away; counted as nothing gained
            return -1

    def _rename(self, part: str, path: str, size: int) -> None:
        """No-op when it was done over a session that was lost before it said so."""
        with self._access.open(f"renaming {part}") as files:
            if files.size(part) is not None or files.size(path) != size:
                files.replace(part, path)

    def close(self) -> None:
        self._netconf.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _check(permit: Permit | None) -> None:
    if permit is not None:
        permit.check()


def _digest(source: Path) -> str:
    found = source.stat()
    return _digest_of(source, found.st_size, found.st_mtime_ns)


@lru_cache(maxsize=8)
def _digest_of(source: Path, size: int, changed_ns: int) -> str:  # noqa: ARG001 - part of the cache's key
    with source.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
