"""The referee's record: one JSON line per session, command, state change and upload."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

JsonValue = str | int | float | bool | None


class EventLog:
    """Appends to events.jsonl and keeps the newest lines at hand."""

    def __init__(self, path: Path | None, *, keep: int = 5000) -> None:
        self._file: TextIO | None = path.open("a", encoding="utf-8", buffering=1) if path else None
        self.recent: deque[dict[str, JsonValue]] = deque(maxlen=keep)
        self._count = 0

    def write(
        self, event: str, /, *, virtual: float, cluster: str = "", node: str = "", **facts: JsonValue
    ) -> None:
        """`virtual` is the devices' time; wall time is added here."""
        self._count += 1
        line: dict[str, JsonValue] = {
            "n": self._count,
            "wall": round(time.time(), 3),
            "virtual": round(virtual, 3),
            "cluster": cluster,
            "node": node,
            "event": event,
            **facts,
        }
        self.recent.append(line)
        if self._file is not None:
            self._file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def matching(
        self, *, cluster: str | None = None, kinds: Iterable[str] | None = None
    ) -> list[dict[str, JsonValue]]:
        wanted = set(kinds) if kinds is not None else None
        return [
            line
            for line in self.recent
            if (cluster is None or line["cluster"] == cluster) and (wanted is None or line["event"] in wanted)
        ]

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
