"""What ended upgrades of other clusters have left in the journal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from srx_issu.domain.history.entry import Entry
from srx_issu.domain.upgrade.route import Route

MOST_RUNS = 20  # that are looked at; older ones say little about today's releases


class PastUpgrades(Protocol):
    """Read-only. Raises JournalError when the database does not answer."""

    def entries_of(self, route: Route, model: str) -> Sequence[Sequence[Entry]]:
        """Of each ended upgrade on that route of a cluster of that model, the newest MOST_RUNS: what was sent
        and which steps were over, in the order they were written."""
        ...


class NoPast:
    """Where there is no journal to look into."""

    def entries_of(self, route: Route, model: str) -> Sequence[Sequence[Entry]]:  # noqa: ARG002
        return ()
