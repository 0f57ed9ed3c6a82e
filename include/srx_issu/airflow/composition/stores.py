"""Journal, leases and evidence at the places that the settings name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from airflow.sdk import ObjectStoragePath

from srx_issu.adapters.journal import (
    SqlAudits,
    SqlCampaigns,
    SqlChain,
    SqlJournal,
    SqlLeases,
    SqlPastUpgrades,
    SqlStaging,
    StoredEvidence,
)
from srx_issu.airflow.composition.measured import MeasuredJournal, MeasuredLeases
from srx_issu.airflow.composition.metrics import AirflowMetrics
from srx_issu.airflow.composition.settings import evidence_url, journal_signer, journal_url
from srx_issu.ports.audit import Audits
from srx_issu.ports.campaign import CampaignJournal
from srx_issu.ports.journal import Evidence, Journal, Leases
from srx_issu.ports.past import NoPast, PastUpgrades
from srx_issu.ports.staging import StagingJournal


@dataclass(frozen=True, kw_only=True)
class Stores:
    """All of them together."""

    journal: Journal
    campaigns: CampaignJournal
    leases: Leases
    evidence: Evidence
    audits: Audits
    staging: StagingJournal
    past: PastUpgrades = field(default_factory=NoPast)
    head: Callable[[str], str | None] = lambda _: None  # the end of an upgrade's chain, as people compare it


def open_stores() -> Stores:
    """Cheap; connections are made when they are used. What is written is also counted."""
    url = journal_url()
    base = ObjectStoragePath(evidence_url())
    metrics, signer = AirflowMetrics(), journal_signer()
    chain = SqlChain(url)
    return Stores(
        journal=MeasuredJournal(SqlJournal(url, signer), metrics),
        campaigns=SqlCampaigns(url),
        leases=MeasuredLeases(SqlLeases(url, signer), metrics),
        evidence=StoredEvidence(url, base, signer=signer),
        audits=SqlAudits(url, base),
        staging=SqlStaging(url),
        past=SqlPastUpgrades(url),
        head=lambda upgrade_id: str(found) if (found := chain.head(upgrade_id)) else None,
    )
