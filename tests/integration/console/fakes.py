"""A journal with two upgrades in memory, and evidence beside it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from srx_issu.adapters.journal import EvidenceEntry
from srx_issu.console.sources import Sources
from srx_issu.domain.errors import JournalError
from srx_issu.domain.history.entry import Entry
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.intent import Intent, Purpose
from srx_issu.ports.journal import Hold, Intended, UpgradeRecord
from tests.integration.adapters.journal.samples import make_intent
from tests.integration.report.samples import START, Sample, good, record, started

OPEN = "manual__2026-11-22T22:00:00+00:00"
RECOVERY = "recover__fw-c"


@dataclass(frozen=True, kw_only=True)
class OneAudit:
    """The matrix of one audit, or none at all."""

    pages: dict[str, bytes]

    def names(self, audit_id: str, /) -> tuple[str, ...]:
        return tuple(name for name in self.pages if name.startswith(f"{audit_id}/"))

    def read(self, evidence_id: str) -> bytes:
        return self.pages[evidence_id]

    def newest(self, name: str, *, limit: int = 1, besides: str | None = None) -> tuple[str, ...]:
        return tuple(self.pages)[:limit]


@dataclass(frozen=True, kw_only=True)
class MemoryStores:
    """Read-only; what would write raises."""

    samples: dict[str, Sample]

    def upgrade(self, upgrade_id: str) -> UpgradeRecord | None:
        if "\0" in upgrade_id:
            raise JournalError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
        return self.samples[upgrade_id].record if upgrade_id in self.samples else None

    def intent(self, upgrade_id: str) -> Intent:
        purpose = Purpose.RECOVER if upgrade_id == RECOVERY else Purpose.UPGRADE
        return replace(make_intent(upgrade_id), purpose=purpose)

    def entries(self, upgrade_id: str) -> tuple[Entry, ...]:
        return self.samples[upgrade_id].entries

    def upgrades(self, *, limit: int = 100, cluster: str | None = None) -> tuple[UpgradeRecord, ...]:
        records = (sample.record for sample in self.samples.values())
        return tuple(r for r in records if cluster in (None, r.cluster))[:limit]

    def held_open(self) -> tuple[UpgradeRecord, ...]:
        return tuple(s.record for s in self.samples.values() if s.record.outcome is None)

    def evidence(self, upgrade_id: str) -> tuple[EvidenceEntry, ...]:
        documents = self.samples[upgrade_id].documents if upgrade_id in self.samples else {}
        return tuple(_entry(upgrade_id, name, content) for name, content in documents.items())

    def names(self, upgrade_id: str) -> tuple[str, ...]:
        return tuple(entry.evidence_id for entry in self.evidence(upgrade_id))

    def read(self, evidence_id: str) -> bytes:
        upgrade_id, _, name = evidence_id.partition("/")
        content = self.samples[upgrade_id].documents[name]
        if content == b"changed":
            raise JournalError(f"evidence {evidence_id}: SHA-256 is ..., was ...")
        return content

    def now(self) -> datetime:
        raise AssertionError("the console compares no times")

    def open_upgrade(self, intent: Intent, at: datetime) -> None:
        raise AssertionError("the console writes nothing")

    def upgrades_of(self, cluster: str) -> tuple[UpgradeRecord, ...]:
        raise AssertionError("the console asks for one upgrade, or for what is listed")

    def record(self, upgrade_id: str, event: Entry) -> None:
        raise AssertionError("the console writes nothing")

    def intend(self, upgrade_id: str, event: Entry, hold: Hold | None = None) -> Intended:
        raise AssertionError("the console writes nothing")

    def close_upgrade(self, upgrade_id: str, outcome: Outcome, reason: str, at: datetime) -> None:
        raise AssertionError("the console writes nothing")

    def write(self, upgrade_id: str, name: str, content: str | bytes) -> str:
        raise AssertionError("the console writes nothing")


@dataclass(frozen=True, kw_only=True)
class OneCampaign:
    """Run ``manual__1`` of campaign spring has its report."""

    def read(self, campaign_id: str, kind: str, /) -> str | None:
        return "<p>12 clusters</p>" if (campaign_id, kind) == ("spring__manual__1", "html") else None


def two_upgrades(**documents: bytes) -> Sources:
    """``wave1__fw-a`` closed with findings, an open one, a recovery; ``documents`` are added to the first."""
    closed = good()
    closed = replace(closed, documents={**closed.documents, **documents})
    underway = Sample(
        record=replace(record(), upgrade_id=OPEN, cluster="fw-b"), entries=started(), documents={}
    )
    recovery = replace(underway, record=replace(record(), upgrade_id=RECOVERY, cluster="fw-c"))
    stores = MemoryStores(samples={"wave1__fw-a": closed, OPEN: underway, RECOVERY: recovery})
    audits = OneAudit(pages={"audit__daily/readiness.html": b"<p>30 clusters</p>"})
    return Sources(journal=stores, evidence=stores, lists=stores, audits=audits, campaigns=OneCampaign())


def _entry(upgrade_id: str, name: str, content: bytes) -> EvidenceEntry:
    return EvidenceEntry(
        evidence_id=f"{upgrade_id}/{name}",
        name=name,
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        at=START,
    )
