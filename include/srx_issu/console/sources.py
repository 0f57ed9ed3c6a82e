"""What the console reads: journal and evidence, at the places the environment names."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from srx_issu.adapters.journal import EvidenceEntry
from srx_issu.domain.errors import JournalError
from srx_issu.ports.journal import Evidence, Journal, UpgradeRecord

JOURNAL_URL, EVIDENCE = "SRX_ISSU_JOURNAL_URL", "SRX_ISSU_EVIDENCE"


class Lists(Protocol):
    """What is read across upgrades; ``adapters.journal.JournalQueries`` has it."""

    def upgrades(self, *, limit: int = ..., cluster: str | None = ...) -> tuple[UpgradeRecord, ...]: ...

    def held_open(self) -> tuple[UpgradeRecord, ...]: ...

    def evidence(self, upgrade_id: str) -> tuple[EvidenceEntry, ...]: ...


class KeptAudits(Protocol):
    """What is read of audits; ``ports.audit.Audits`` has it."""

    def names(self, audit_id: str, /) -> tuple[str, ...]: ...

    def read(self, evidence_id: str) -> bytes: ...

    def newest(self, name: str, *, limit: int = ..., besides: str | None = ...) -> tuple[str, ...]: ...


class KeptReports(Protocol):
    """The reports of campaigns; ``adapters.journal.CampaignFiles`` has it."""

    def read(self, campaign_id: str, kind: Literal["html", "csv", "json"], /) -> str | None: ...


@dataclass(frozen=True, kw_only=True)
class Sources:
    journal: Journal
    evidence: Evidence
    lists: Lists
    audits: KeptAudits
    campaigns: KeptReports


OpenSources = Callable[[], Sources]


def open_sources() -> Sources:
    """Asked anew for every page: cheap, and a wrong setting shows on the page, not at the server's start."""
    from airflow.sdk import ObjectStoragePath  # noqa: PLC0415 - the rest of the console runs without Airflow

    from srx_issu.adapters.journal import CampaignFiles, JournalQueries, SqlAudits, SqlJournal, StoredEvidence  # noqa: PLC0415 - beside its only use

    url, base = _required(JOURNAL_URL), ObjectStoragePath(_required(EVIDENCE))
    return Sources(
        journal=SqlJournal(url),
        evidence=StoredEvidence(url, base),
        audits=SqlAudits(url, base),
        campaigns=CampaignFiles(base),
        lists=JournalQueries(url),
    )


def _required(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise JournalError(f"environment variable {name} is not set for the API server; see docs/journal.md")
    return value
