"""The Audits port in memory."""

from __future__ import annotations

from datetime import datetime

from srx_issu.adapters.journal.file_store import numbered
from tests.fakes.memory import MemoryEvidence


class MemoryAudits(MemoryEvidence):
    """The Audits port in memory; audits are as new as they were opened."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    def open_audit(self, audit_id: str, at: datetime) -> None:
        if audit_id not in self.opened:
            self.opened.append(audit_id)

    def write(self, upgrade_id: str, name: str, content: str | bytes) -> str:
        """A second file of a name is numbered the way the real shelf does it: ``batch-2.json``."""
        taken = sum(1 for n in range(1, 100) if f"{upgrade_id}/{numbered(name, n)}" in self.files)
        return super().write(upgrade_id, numbered(name, taken + 1), content)

    def newest(self, name: str, *, limit: int = 1, besides: str | None = None) -> tuple[str, ...]:
        wanted = [audit for audit in reversed(self.opened) if audit != besides]
        found = [f"{audit}/{name}" for audit in wanted if f"{audit}/{name}" in self.files]
        return tuple(found[:limit])
