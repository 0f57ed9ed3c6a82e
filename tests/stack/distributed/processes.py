"""Everything anybody could see in the process list while a layout ran."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from srx_issu.stack.processes.sessions import members
from srx_issu.stack.production.native import Native

EVERY_S = 2.0
_PROC = Path("/proc")


@dataclass(kw_only=True)
class Processes:
    """``command_lines``: of every process of this machine. ``environments``: of the layout's own."""

    command_lines: set[str] = field(default_factory=set)
    environments: set[str] = field(default_factory=set)
    looks: int = 0
    _native: Native | None = None

    @classmethod
    @contextmanager
    def watched(cls) -> Iterator[Processes]:
        """Looks every two seconds; what lives for less is not seen."""
        seen, over = cls(), threading.Event()
        thread = threading.Thread(target=seen._watch, args=(over,), daemon=True)
        thread.start()
        try:
            yield seen
        finally:
            over.set()
            thread.join()

    def of(self, native: Native) -> None:
        """From now on the environments of this layout's processes are looked at, too."""
        self._native = native

    def _watch(self, over: threading.Event) -> None:
        while not over.is_set():
            self._look()
            time.sleep(EVERY_S)

    def _look(self) -> None:
        self.looks += 1
        for place in _PROC.glob("[0-9]*"):
            if words := _read(place / "cmdline"):
                self.command_lines.add(words)
        for pid in members(self._native.supervisor.sessions.values()) if self._native else ():
            if words := _read(_PROC / str(pid) / "environ"):
                self.environments.add(words)


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8", "replace").replace("\0", " ")
    except OSError:  # it has just ended
        return ""
