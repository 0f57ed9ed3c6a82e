"""Metrics that remember what they were told."""

from __future__ import annotations

from collections import Counter, defaultdict


class RememberedMetrics:
    def __init__(self) -> None:
        self.counted: Counter[str] = Counter()
        self.timed: defaultdict[str, list[float]] = defaultdict(list)
        self.tags: dict[str, dict[str, str]] = {}

    def count(self, name: str, **tags: str) -> None:
        self.counted[name] += 1
        self.tags[name] = tags

    def duration(self, name: str, seconds: float, **tags: str) -> None:
        self.timed[name].append(seconds)
        self.tags[name] = tags
