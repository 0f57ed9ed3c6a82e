"""The Evidence port: files on a shelf, an index row with SHA-256 each, in one transaction.

An index row without a file, or a file replaced by another, cannot pass unnoticed: ``read`` checks the hash.
"""

from __future__ import annotations

import hashlib
from itertools import count

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from srx_issu.domain.errors import JournalError
from srx_issu.journal.database import Database
from srx_issu.journal.shelf import Shelf, StoragePath, numbered, safe_name
from srx_issu.journal.tables import evidence, upgrades

WRITE_TIMEOUT_S = 300


class StoredEvidence:
    """Evidence below ``base``. An id is ``<folder>/<file>``: readable in logs, and a key of the index."""

    def __init__(self, url: str, base: StoragePath) -> None:
        self._database = Database(url)
        self._shelf = Shelf(base)

    def write(self, upgrade_id: str, name: str, content: str | bytes) -> str:
        data = content.encode("utf-8", "replace") if isinstance(content, str) else content
        folder, wanted = folder_of(upgrade_id), safe_name(name)
        with self._database.transaction(statement_timeout_s=WRITE_TIMEOUT_S) as connection:
            if not connection.scalar(
                select(upgrades.c.upgrade_id).where(upgrades.c.upgrade_id == upgrade_id)
            ):
                raise JournalError(
                    f"evidence {name}: upgrade {upgrade_id} is not in the journal; open it first"
                )
            for number in count(1):
                candidate = numbered(wanted, number)
                if _free(connection, upgrade_id, candidate) and self._shelf.create(folder, candidate, data):
                    return _index(connection, upgrade_id, folder, candidate, data)
        raise AssertionError("unreachable: count() does not end")

    def read(self, evidence_id: str) -> bytes:
        """Raises JournalError when it is unknown, gone, or not what was written."""
        query = select(evidence.c.path, evidence.c.sha256).where(evidence.c.evidence_id == evidence_id)
        with self._database.transaction() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise JournalError(
                f"evidence {evidence_id!r} is not in the index; ids come from write() and names()"
            )
        folder, _, name = row.path.partition("/")
        data = self._shelf.read(folder, name)
        found = hashlib.sha256(data).hexdigest()
        if found != row.sha256:
            raise JournalError(
                f"evidence {evidence_id}: SHA-256 is {found}, was {row.sha256} when it was written; the file "
                "was changed or cut short since: do not rely on it, restore it from a backup"
            )
        return data

    def names(self, upgrade_id: str) -> tuple[str, ...]:
        query = (
            select(evidence.c.evidence_id)
            .where(evidence.c.upgrade_id == upgrade_id)
            .order_by(evidence.c.sequence)
        )
        with self._database.transaction() as connection:
            return tuple(connection.scalars(query))


def folder_of(upgrade_id: str) -> str:
    """One folder an upgrade; run ids that are no file names keep apart by a piece of their hash."""
    safe = safe_name(upgrade_id)
    if safe == upgrade_id:
        return safe
    return f"{safe}-{hashlib.sha256(upgrade_id.encode()).hexdigest()[:8]}"


def _free(connection: Connection, upgrade_id: str, name: str) -> bool:
    taken = select(evidence.c.name).where(evidence.c.upgrade_id == upgrade_id, evidence.c.name == name)
    return connection.scalar(taken) is None


def _index(connection: Connection, upgrade_id: str, folder: str, name: str, data: bytes) -> str:
    """The file is there and complete; a crash before the commit leaves it unnamed, and the name unused."""
    evidence_id = f"{folder}/{name}"
    connection.execute(
        insert(evidence).values(
            evidence_id=evidence_id,
            upgrade_id=upgrade_id,
            name=name,
            path=evidence_id,
            sha256=hashlib.sha256(data).hexdigest(),
            size_bytes=len(data),
        )
    )
    return evidence_id
