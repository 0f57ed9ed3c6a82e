"""The Audits port on PostgreSQL, with the files beside the evidence of upgrades."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from srx_issu.adapters.journal.codec import aware
from srx_issu.adapters.journal.database import Database
from srx_issu.adapters.journal.evidence import AUDITS, StoredEvidence
from srx_issu.adapters.journal.file_store import StoragePath
from srx_issu.adapters.journal.tables import audit_files, audits


class SqlAudits(StoredEvidence):
    """Cheap to make, safe to share between threads."""

    def __init__(self, url: str, base: StoragePath) -> None:
        super().__init__(url, base, AUDITS)
        self._audits = Database(url)

    def open_audit(self, audit_id: str, at: datetime) -> None:
        row = {"audit_id": audit_id, "opened_at": aware(at, f"opening of audit {audit_id}")}
        with self._audits.transaction() as connection:
            connection.execute(insert(audits).values(row).on_conflict_do_nothing())

    def newest(self, name: str, *, limit: int = 1, besides: str | None = None) -> tuple[str, ...]:
        stem, _, suffix = name.rpartition(".")
        numbered = rf"^{re.escape(stem)}(-[0-9]+)?[.]{re.escape(suffix)}$"
        latest = (
            select(func.max(audit_files.c.sequence).label("sequence"))
            .where(audit_files.c.name.regexp_match(numbered))
            .group_by(audit_files.c.audit_id)
            .subquery()
        )
        query = (
            select(audit_files.c.evidence_id)
            .join(latest, latest.c.sequence == audit_files.c.sequence)
            .join(audits, audits.c.audit_id == audit_files.c.audit_id)
            .order_by(audits.c.opened_at.desc(), audits.c.audit_id)
            .limit(limit)
        )
        if besides is not None:
            query = query.where(audits.c.audit_id != besides)
        with self._audits.transaction() as connection:
            return tuple(connection.scalars(query))
