"""Reading across upgrades, for the console and the report: lists, evidence entries, a lease's history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, literal, select

from srx_issu.adapters.journal.codec import record_from_row, utc
from srx_issu.adapters.journal.database import Database
from srx_issu.adapters.journal.sql_leases import LeaseChangeKind
from srx_issu.adapters.journal.tables import evidence, lease_changes, leases, upgrades
from srx_issu.ports.journal import UpgradeRecord


@dataclass(frozen=True, kw_only=True)
class EvidenceEntry:
    """One file as the index knows it."""

    evidence_id: str
    name: str
    sha256: str
    size_bytes: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class LeaseChange:
    """One line of a resource's history."""

    at: datetime
    what: LeaseChangeKind
    owner: str
    previous_owner: str | None = None


class JournalQueries:
    """Read-only. Raises JournalError when the database does not answer."""

    def __init__(self, url: str) -> None:
        self._database = Database(url)

    def upgrades(self, *, limit: int = 100, cluster: str | None = None) -> tuple[UpgradeRecord, ...]:
        """Newest first."""
        query = select(upgrades).order_by(upgrades.c.opened_at.desc(), upgrades.c.upgrade_id).limit(limit)
        if cluster is not None:
            query = query.where(upgrades.c.cluster == cluster)
        with self._database.transaction() as connection:
            rows = connection.execute(query).all()
        return tuple(record_from_row(row) for row in rows)

    def held_open(self) -> tuple[UpgradeRecord, ...]:
        """Upgrades that are not closed and hold their cluster, oldest first."""
        own = leases.c.resource == literal("cluster:").concat(upgrades.c.cluster)
        query = (
            select(upgrades)
            .join(leases, and_(leases.c.owner == upgrades.c.upgrade_id, own))
            .where(upgrades.c.outcome.is_(None))
            .order_by(upgrades.c.opened_at, upgrades.c.upgrade_id)
        )
        with self._database.transaction() as connection:
            rows = connection.execute(query).all()
        return tuple(record_from_row(row) for row in rows)

    def evidence(self, upgrade_id: str) -> tuple[EvidenceEntry, ...]:
        """Oldest first."""
        query = select(evidence).where(evidence.c.upgrade_id == upgrade_id).order_by(evidence.c.sequence)
        with self._database.transaction() as connection:
            rows = connection.execute(query).all()
        return tuple(_entry(row) for row in rows)

    def lease_changes(self, resource: str) -> tuple[LeaseChange, ...]:
        """Oldest first."""
        query = (
            select(lease_changes)
            .where(lease_changes.c.resource == resource)
            .order_by(lease_changes.c.change_id)
        )
        with self._database.transaction() as connection:
            rows = connection.execute(query).all()
        return tuple(_change(row) for row in rows)


def _entry(row: Row[Any]) -> EvidenceEntry:
    return EvidenceEntry(
        evidence_id=row.evidence_id,
        name=row.name,
        sha256=row.sha256,
        size_bytes=row.size_bytes,
        at=utc(row.recorded_at),
    )


def _change(row: Row[Any]) -> LeaseChange:
    return LeaseChange(
        at=utc(row.at or row.recorded_at),
        what=LeaseChangeKind(row.what),
        owner=row.owner,
        previous_owner=row.previous_owner,
    )
