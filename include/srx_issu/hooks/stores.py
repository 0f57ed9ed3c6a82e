"""Journal, leases and evidence at the places that the settings name."""

from __future__ import annotations

from dataclasses import dataclass

from airflow.sdk import ObjectStoragePath

from srx_issu.hooks.settings import evidence_url, journal_url
from srx_issu.journal import SqlJournal, SqlLeases, StoredEvidence
from srx_issu.ports.journal import Evidence, Journal, Leases


@dataclass(frozen=True, kw_only=True)
class Stores:
    """The three together."""

    journal: Journal
    leases: Leases
    evidence: Evidence


def open_stores() -> Stores:
    """Cheap; connections are made when they are used."""
    url = journal_url()
    base = ObjectStoragePath(evidence_url())
    return Stores(journal=SqlJournal(url), leases=SqlLeases(url), evidence=StoredEvidence(url, base))
