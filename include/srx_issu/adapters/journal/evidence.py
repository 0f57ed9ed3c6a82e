"""The Evidence port: files on a shelf, an index row with SHA-256 each, in one transaction.

An index row without a file, or a file replaced by another, cannot pass unnoticed: ``read`` checks the hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

from sqlalchemy import Connection, Table, select
from sqlalchemy.dialects.postgresql import insert

from srx_issu.adapters.journal.database import Database
from srx_issu.adapters.journal.file_store import FileStore, StoragePath, numbered, safe_name
from srx_issu.adapters.journal.signing import Signer
from srx_issu.adapters.journal.tables import audit_files, audits, evidence, upgrades
from srx_issu.adapters.journal.writing import writing
from srx_issu.domain.errors import JournalError

WRITE_TIMEOUT_S = 300


@dataclass(frozen=True, kw_only=True)
class EvidenceTables:
    """Whose files are kept: the index of the files, and the table of those that own them."""

    files: Table
    owners: Table
    owner: str  # column in both
    what: str


UPGRADES = EvidenceTables(files=evidence, owners=upgrades, owner="upgrade_id", what="upgrade")
AUDITS = EvidenceTables(files=audit_files, owners=audits, owner="audit_id", what="audit")


class StoredEvidence:
    """Evidence below ``base``. An id is ``<folder>/<file>``: readable in logs, and a key of the index."""

    def __init__(
        self, url: str, base: StoragePath, kept: EvidenceTables = UPGRADES, signer: Signer | None = None
    ) -> None:
        self._database = Database(url)
        self._signer = signer
        self._shelf = FileStore(base)
        self._kept = kept

    def write(self, upgrade_id: str, name: str, content: str | bytes) -> str:
        data = content.encode("utf-8", "replace") if isinstance(content, str) else content
        folder, wanted = folder_of(upgrade_id), safe_name(name)
        with self._database.transaction(statement_timeout_s=WRITE_TIMEOUT_S) as connection:
            owner = self._kept.owners.c[self._kept.owner]
            if not connection.scalar(select(owner).where(owner == upgrade_id)):
                raise JournalError(
                    f"evidence {name}: {self._kept.what} {upgrade_id} is not in the journal; open it first"
                )
            for number in count(1):
                candidate = numbered(wanted, number)
                if self._free(connection, upgrade_id, candidate) and self._shelf.create(
                    folder, candidate, data
                ):
                    with self._linked(connection, upgrade_id):  # not while a large file is copied
                        return self._index(connection, upgrade_id, folder, candidate, data)
        raise AssertionError("unreachable: count() does not end")

    def read(self, evidence_id: str) -> bytes:
        """Raises JournalError when it is unknown, gone, or not what was written."""
        files = self._kept.files
        query = select(files.c.path, files.c.sha256).where(files.c.evidence_id == evidence_id)
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
        files = self._kept.files
        mine = files.c[self._kept.owner] == upgrade_id
        query = select(files.c.evidence_id).where(mine).order_by(files.c.sequence)
        with self._database.transaction() as connection:
            return tuple(connection.scalars(query))

    @contextmanager
    def _linked(self, connection: Connection, owner: str) -> Iterator[None]:
        """What an upgrade keeps is part of its chain; audits have none."""
        if self._kept is not UPGRADES:
            yield
            return
        with writing(connection, self._signer, owner):
            yield

    def _free(self, connection: Connection, owner: str, name: str) -> bool:
        files = self._kept.files
        taken = select(files.c.name).where(files.c[self._kept.owner] == owner, files.c.name == name)
        return connection.scalar(taken) is None

    def _index(self, connection: Connection, owner: str, folder: str, name: str, data: bytes) -> str:
        """The file is there and complete; a crash before the commit leaves it unnamed, the name unused."""
        evidence_id = f"{folder}/{name}"
        connection.execute(
            insert(self._kept.files).values(
                {
                    "evidence_id": evidence_id,
                    self._kept.owner: owner,
                    "name": name,
                    "path": evidence_id,
                    "sha256": hashlib.sha256(data).hexdigest(),
                    "size_bytes": len(data),
                }
            )
        )
        return evidence_id


def folder_of(upgrade_id: str) -> str:
    """One folder an upgrade; run ids that are no file names keep apart by a piece of their hash."""
    safe = safe_name(upgrade_id)
    if safe == upgrade_id:
        return safe
    return f"{safe}-{hashlib.sha256(upgrade_id.encode()).hexdigest()[:8]}"
