"""What audits leave behind: files, kept as the evidence of upgrades is."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from srx_issu.ports.journal import Evidence


class Audits(Evidence, Protocol):
    """``Evidence`` by audit instead of upgrade. All methods raise JournalError when they cannot."""

    def open_audit(self, audit_id: str, at: datetime) -> None:
        """A second call for the same audit changes nothing."""
        ...

    def newest(self, name: str, *, limit: int = 1, besides: str | None = None) -> tuple[str, ...]:
        """Ids of the newest file of that name of each of the newest ``limit`` audits that have one, newest
        first; ``besides`` is an audit that does not count."""
        ...
