"""Figures for a monitoring system: sent and forgotten. The journal is the record; these are for graphs."""

from __future__ import annotations

from typing import Protocol


class Metrics(Protocol):
    """``name`` is of letters, digits, ``_`` and dots. Never raises: a dead collector stops no upgrade."""

    def count(self, name: str, **tags: str) -> None:
        """One more of something that happens."""
        ...

    def duration(self, name: str, seconds: float, **tags: str) -> None:
        """How long something took."""
        ...
