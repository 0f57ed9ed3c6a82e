"""What the processes of a stack cost, by their sessions: CPU, memory, busy workers."""

from __future__ import annotations

import os
import threading
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from statistics import median

import psutil

SAMPLE_S = 3.0  # reading the memory maps of sixty processes is work, too
_WORKER, _IDLE = "airflow worker", "<idle>"  # in the process titles of LocalExecutor's workers


def processes(sids: Collection[int]) -> Iterator[psutil.Process]:
    """Of these sessions, and their leaders' children: each backend of PostgreSQL has a session of its own."""
    for process in psutil.process_iter():
        with suppress(psutil.Error, ProcessLookupError):
            if os.getsid(process.pid) in sids or process.ppid() in sids:
                yield process


def cpu_s(sids: Collection[int]) -> float:
    """Of all that runs in these sessions, and of their children that have ended."""
    total = 0.0
    for process in processes(sids):
        with suppress(psutil.Error):
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


@dataclass
class Meter:
    """Samples until it is left."""

    sids: frozenset[int]
    peak_bytes: int = 0
    busy: list[int] = field(default_factory=list)  # workers with a task, a sample
    _stop: threading.Event = field(default_factory=threading.Event)

    @property
    def most_busy(self) -> int:
        return max(self.busy, default=0)

    @property
    def usually_busy(self) -> float:
        return median(self.busy) if self.busy else 0

    def __enter__(self) -> Meter:
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(SAMPLE_S):
            self._sample()

    def _sample(self) -> None:
        memory, busy = 0, 0
        for process in processes(self.sids):
            with suppress(psutil.Error):
                memory += process.memory_full_info().pss
                title = " ".join(process.cmdline())
                busy += title.startswith(_WORKER) and _IDLE not in title
        self.peak_bytes = max(self.peak_bytes, memory)
        self.busy.append(busy)
