"""The chain as PostgreSQL holds it, and the tables that it tells of. Read-only."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import Connection, select, text

from srx_issu.adapters.journal.database import Database
from srx_issu.adapters.journal.links import Head, Link, Rows
from srx_issu.adapters.journal.signing import Signature
from srx_issu.adapters.journal.tables import chain, leases, signatures, upgrades


@dataclass(frozen=True, kw_only=True)
class Stored:
    """One upgrade's chain, its rows as they stand, and the resources that it holds; of one moment."""

    upgrade_id: str
    links: tuple[Link, ...]
    rows: Rows
    held: frozenset[str]


class SqlChain:
    """Raises JournalError when the database does not answer."""

    def __init__(self, url: str) -> None:
        self._database = Database(url)

    def upgrade_ids(self) -> tuple[str, ...]:
        """Everything that has a chain or should have one, by name."""
        query = select(chain.c.upgrade_id).union(select(upgrades.c.upgrade_id)).order_by("upgrade_id")
        with self._database.transaction() as connection:
            return tuple(connection.scalars(query))

    def head(self, upgrade_id: str) -> Head | None:
        """None when nothing is known of this upgrade."""
        query = (
            select(chain.c.position, chain.c.hash)
            .where(chain.c.upgrade_id == upgrade_id)
            .order_by(chain.c.position.desc())
            .limit(1)
        )
        with self._database.transaction() as connection:
            row = connection.execute(query).one_or_none()
        return Head(position=row.position, hash=row.hash) if row else None

    def stored(self, upgrade_id: str) -> Stored:
        """All of it as of one moment: what is written meanwhile is left out altogether."""
        with self._database.transaction() as connection:
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            connection.execute(text("SET LOCAL timezone = 'UTC'"))  # as the links were written
            return Stored(
                upgrade_id=upgrade_id,
                links=_links(connection, upgrade_id),
                rows=_rows(connection, upgrade_id),
                held=frozenset(
                    connection.scalars(select(leases.c.resource).where(leases.c.owner == upgrade_id))
                ),
            )


def _links(connection: Connection, upgrade_id: str) -> tuple[Link, ...]:
    query = (
        select(chain, signatures.c.key_id, signatures.c.signature)
        .outerjoin(
            signatures,
            (signatures.c.upgrade_id == chain.c.upgrade_id) & (signatures.c.position == chain.c.position),
        )
        .where(chain.c.upgrade_id == upgrade_id)
        .order_by(chain.c.position)
    )
    return tuple(
        Link(
            position=row.position,
            source=row.source,
            row_key=row.row_key,
            payload=row.payload,
            previous=row.previous,
            hash=row.hash,
            signature=Signature(key_id=row.key_id, signature=row.signature) if row.key_id else None,
        )
        for row in connection.execute(query)
    )


# Each as the triggers saw it. Names are ours; the upgrade's id is a parameter.
_WHOLE_ROWS = """
SELECT 'upgrades' AS source, upgrade_id AS row_key, to_jsonb(t)::text AS row
FROM srx_issu.upgrades AS t WHERE upgrade_id = :upgrade_id
UNION ALL
SELECT 'events', event_id::text, to_jsonb(t)::text FROM srx_issu.events AS t WHERE upgrade_id = :upgrade_id
UNION ALL
SELECT 'lease_changes', change_id::text, to_jsonb(t)::text
FROM srx_issu.lease_changes AS t WHERE owner = :upgrade_id OR previous_owner = :upgrade_id
UNION ALL
SELECT 'evidence', evidence_id, to_jsonb(t)::text FROM srx_issu.evidence AS t WHERE upgrade_id = :upgrade_id
"""


def _rows(connection: Connection, upgrade_id: str) -> Rows:
    found = connection.execute(text(_WHOLE_ROWS), {"upgrade_id": upgrade_id})
    return {(row.source, row.row_key): json.loads(row.row) for row in found}
