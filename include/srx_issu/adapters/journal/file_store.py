"""Where evidence files lie: a local folder, or any store that ``ObjectStoragePath`` reaches (s3:// ...).

Knows about paths and bytes only; what a file belongs to and whether it is still the same is ``evidence.py``.
"""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath
from typing import IO, Any, Protocol

from srx_issu.domain.errors import JournalError

FOLDER_MODE, FILE_MODE = 0o700, 0o600  # evidence holds configurations
_LONGEST_NAME = 120
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_SAFE_PART = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")


class StoragePath(Protocol):
    """What is used of a path; ``pathlib.Path``, ``UPath`` and ``airflow.sdk.ObjectStoragePath`` have it."""

    def __truediv__(self, part: Any, /) -> StoragePath: ...

    def mkdir(self, mode: int = ..., parents: bool = ..., exist_ok: bool = ...) -> None: ...

    def exists(self) -> bool: ...

    def open(self, mode: Any = ...) -> IO[Any]: ...  # pathlib names each mode in a literal type


class FileStore:
    """Creates and reads files below one base; nothing outside it can be named."""

    def __init__(self, base: StoragePath) -> None:
        """``base`` is made when the first file is written. A ``file://`` path counts as a local folder."""
        self._base: StoragePath = local(base) or base

    def create(self, folder: str, name: str, content: bytes) -> bool:
        """Writes a new file; False when there is one of that name. Raises JournalError when it cannot."""
        try:
            place = self._made(folder) / safe_part(name)
            if isinstance(place, Path):
                return _create_private(place, content)
            if place.exists():
                return False
            with place.open("wb") as stream:
                stream.write(content)
        except JournalError:
            raise
        except Exception as error:
            raise JournalError(
                f"evidence {folder}/{name} cannot be written below {self._base} ({error}); check its free "
                "space and owner, for an object store its connection and provider (docs/journal.md), "
                "then retry the task"
            ) from error
        return True

    def read(self, folder: str, name: str) -> bytes:
        """The whole file; raises JournalError when it is not there or cannot be read."""
        try:
            with (self._base / safe_part(folder) / safe_part(name)).open("rb") as stream:
                content: bytes = stream.read()
        except JournalError:
            raise
        except Exception as error:
            raise JournalError(
                f"evidence {folder}/{name} cannot be read below {self._base} ({error}); it was moved or "
                "deleted, or this machine does not share the evidence folder (SRX_ISSU_EVIDENCE)"
            ) from error
        return content

    def _made(self, folder: str) -> StoragePath:
        place: StoragePath = self._base / safe_part(folder)
        self._base.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        place.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        return place


def safe_name(wanted: str) -> str:
    """``wanted`` as one path part: letters, digits and ``. _ -``, no leading dot, suffix kept."""
    cleaned = _UNSAFE.sub("_", wanted).lstrip(".") or "unnamed"
    suffix = PurePosixPath(cleaned).suffix[:_LONGEST_NAME]
    return cleaned if len(cleaned) <= _LONGEST_NAME else cleaned[: _LONGEST_NAME - len(suffix)] + suffix


def numbered(name: str, number: int) -> str:
    """The ``number``-th file of that name: ``readiness.json``, ``readiness-2.json`` ..."""
    path = PurePosixPath(name)
    return name if number == 1 else f"{path.stem}-{number}{path.suffix}"


def safe_part(part: str) -> str:
    """``part`` itself; raises JournalError when it could lead out of the folder."""
    if not _SAFE_PART.fullmatch(part):
        raise JournalError(f"evidence path part {part!r}: expected letters, digits and . _ - only")
    return part


def local(base: StoragePath) -> Path | None:
    """The folder on this machine; None where ``base`` is in some other store."""
    if isinstance(base, Path):
        return base
    if getattr(base, "protocol", None) in ("", "file", "local"):
        return Path(str(getattr(base, "path", base)))
    return None


def _create_private(place: Path, content: bytes) -> bool:
    """Readable by its owner only from the first byte on; on disk before the index says so."""
    try:
        handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    except FileExistsError:
        return False
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError:
        place.unlink(missing_ok=True)  # a torn file must not take the name
        raise
    return True
