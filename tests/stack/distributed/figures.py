"""A StatsD collector: what the layout sends by UDP, counted."""

from __future__ import annotations

import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

PREFIX = "airflow.srx_issu."  # Airflow's own prefix, and ours
BUFFER_BYTES = 8 * 1024 * 1024  # a collector that is late loses nothing


@dataclass(kw_only=True)
class Figures:
    """``counted``: name -> sum of a counter; ``timed``: name -> milliseconds."""

    port: int
    counted: Counter[str] = field(default_factory=Counter)
    timed: dict[str, list[float]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    @classmethod
    @contextmanager
    def listening(cls) -> Iterator[Figures]:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
            receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
            receiver.bind(("127.0.0.1", 0))
            receiver.settimeout(0.2)
            figures, over = cls(port=receiver.getsockname()[1]), threading.Event()
            thread = threading.Thread(target=figures._listen, args=(receiver, over), daemon=True)
            thread.start()
            try:
                yield figures
            finally:
                over.set()
                thread.join()

    def _listen(self, receiver: socket.socket, over: threading.Event) -> None:
        while not over.is_set():
            try:
                packet = receiver.recv(65536).decode()
            except TimeoutError:
                continue
            for line in packet.splitlines():
                if line.startswith(PREFIX):
                    self._take(line)

    def _take(self, line: str) -> None:
        name, _, rest = line.removeprefix(PREFIX).partition(":")
        value, _, kind = rest.partition("|")
        match kind:
            case "c":
                self.counted[name] += int(value)
            case "ms":
                self.timed.setdefault(name, []).append(float(value))
            case _:
                self.faults.append(line)
