"""A node's file system: a folder on the lab's disk, seen by clients as the device's paths."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from srx_lab.machine.words import NodeId

_FOLDERS = ("var/tmp", "var/log", "var/crash", "var/sw/pkg", "config", "tmp", "cf/var")
_MIB = 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A file or folder as `file list` shows it."""

    name: str
    path: str
    size: int
    modified: float
    is_folder: bool


class NodeFiles:
    """Paths of one node. `var_mb` and `used_mb` size its /var; real files on it count as used."""

    def __init__(self, root: Path, *, user: str, var_mb: int, used_mb: int) -> None:
        self.root = root
        self.home = f"/var/home/{user}"
        self._capacity = (var_mb - used_mb) * _MIB
        self.squeeze_to: Callable[[], int | None] = lambda: None
        for folder in (*_FOLDERS, self.home.lstrip("/")):
            (root / folder).mkdir(parents=True, exist_ok=True)
        (root / "etc").mkdir(exist_ok=True)
        (root / "etc/hosts.junos").write_text("128.0.0.1\tmaster\n128.0.0.4\tre0\n", encoding="utf-8")

    def host_path(self, device_path: str, *, cwd: str | None = None) -> Path:
        """Where a device path lies on the lab's disk; `..` cannot leave the node."""
        path = PurePosixPath(cwd or self.home) / device_path.replace("~", self.home, 1)
        clean: list[str] = []
        for part in path.parts[1:]:
            if part == "..":
                del clean[-1:]
            elif part != ".":
                clean.append(part)
        return self.root.joinpath(*clean)

    def device_path(self, host_path: Path) -> str:
        return "/" + host_path.relative_to(self.root).as_posix().lstrip(".")

    def used_bytes(self) -> int:
        """Bytes of the files under /var."""
        total = 0
        for folder, _, names in os.walk(self.root / "var"):
            for name in names:
                try:
                    total += (Path(folder) / name).lstat().st_size
                except OSError:
                    continue
        return total

    def free_bytes(self) -> int:
        """Room left on /var, or less where a fault squeezes it."""
        free = max(0, self._capacity - self.used_bytes())
        limit = self.squeeze_to()
        return free if limit is None else min(free, limit)

    def list_folder(self, device_path: str) -> list[Entry] | None:
        """Entries of a folder or of one file (a last part with `*` is a pattern); None when there is none."""
        path = self.host_path(device_path)
        if "*" in path.name:
            found = sorted(path.parent.glob(path.name)) if path.parent.is_dir() else []
            return [self._entry(each) for each in found] or None
        if path.is_dir():
            return [self._entry(each) for each in sorted(path.iterdir())]
        return [self._entry(path)] if path.exists() else None

    def _entry(self, path: Path) -> Entry:
        facts = path.stat()
        return Entry(
            name=path.name,
            path=self.device_path(path),
            size=facts.st_size,
            modified=facts.st_mtime,
            is_folder=path.is_dir(),
        )

    def digest(self, device_path: str, method: str) -> str | None:
        """Hex digest by md5, sha1 or sha256; None when the file is missing. Use a thread for large ones."""
        path = self.host_path(device_path)
        if not path.is_file():
            return None
        with path.open("rb") as opened:
            return hashlib.file_digest(opened, method).hexdigest()


def split_node_prefix(path: str) -> tuple[NodeId | None, str]:
    """`node1:/var/tmp/x` names the peer's file system [U]."""
    prefix, colon, rest = path.partition(":")
    if colon and prefix in set(NodeId):
        return NodeId(prefix), rest
    return None, path
