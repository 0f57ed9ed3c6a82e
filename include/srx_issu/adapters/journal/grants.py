"""What the application's database roles may do: read, add, and nothing that rewrites history.

The triggers in the tables refuse changes to whoever connects; this takes the right itself away, also that
of switching the triggers off, which belongs to the tables' owner. What only shows the journal has a role that
reads it. Done by ``init``, or by an administrator: ``python -m srx_issu.adapters.journal grant ROLE``, or
``grant-reader ROLE``, with the owner's URL.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psycopg import sql
from sqlalchemy import Column, Table, text

from srx_issu.adapters.journal.database import Database
from srx_issu.adapters.journal.tables import SCHEMA, VERSION_TABLE, metadata

# Columns that a role may fill in afterwards: an upgrade or a campaign is closed, once, by trigger. When an
# upgrade was closed is the database's to say.
RIGHTS: Mapping[str, tuple[str, ...]] = {
    "upgrades": ("SELECT", "INSERT", "UPDATE (outcome, reason)"),
    "leases": ("SELECT", "INSERT", "UPDATE", "DELETE"),
    "campaigns": ("SELECT", "INSERT", "UPDATE (closed_at, outcome, reason)"),
    "chain": ("SELECT",),  # its links are made by triggers, which run as the tables' owner
}
ADD_ONLY = ("SELECT", "INSERT")
READ_ONLY = ("SELECT",)
OPENED_OPEN = {"upgrades": {"closed_at", "outcome", "reason"}}  # not to be filled in at once


def grant_append_only(owner_url: str, role: str) -> None:
    """Takes everything from ``role``, then grants RIGHTS. Safe to repeat. Raises JournalError.

    A table that RIGHTS does not name may be read and added to. Numbers and times that the database gives are
    not among the columns that may be inserted: a row can be neither backdated nor put before another.
    """
    _grant(
        owner_url, role, {table.name: RIGHTS.get(table.name, ADD_ONLY) for table in metadata.sorted_tables}
    )


def grant_read_only(owner_url: str, role: str) -> None:
    """Takes everything from ``role``, then lets it read. Safe to repeat. Raises JournalError."""
    _grant(owner_url, role, {table.name: READ_ONLY for table in metadata.sorted_tables})


def _grant(owner_url: str, role: str, rights: Mapping[str, tuple[str, ...]]) -> None:
    with Database(owner_url, single_use=True).transaction() as connection:
        for statement in _statements(role, connection.engine.url.database or "", rights):
            connection.execute(text(statement))


def _right(right: str, table: Table) -> str:
    if right != "INSERT":
        return right
    kept = OPENED_OPEN.get(table.name, set())
    given = [c.name for c in table.columns if not _is_the_databases(c) and c.name not in kept]
    return f"INSERT ({', '.join(given)})"


def _is_the_databases(column: Column[Any]) -> bool:
    return column.identity is not None or column.name == "recorded_at"


def _statements(role: str, database: str, rights: Mapping[str, tuple[str, ...]]) -> list[str]:
    name, base = (sql.Identifier(each).as_string() for each in (role, database))
    granted = [
        f"GRANT {_right(right, table)} ON {table.fullname} TO {name}"
        for table in metadata.sorted_tables
        for right in rights[table.name]
    ]
    return [
        f"REVOKE ALL ON ALL TABLES IN SCHEMA {SCHEMA} FROM {name}",
        f"REVOKE ALL ON SCHEMA {SCHEMA} FROM {name}",
        f"GRANT CONNECT ON DATABASE {base} TO {name}",
        f"GRANT USAGE ON SCHEMA {SCHEMA} TO {name}",
        f"GRANT SELECT ON {SCHEMA}.{VERSION_TABLE} TO {name}",
        f"GRANT SELECT ON {SCHEMA}.commands TO {name}",
        *granted,
    ]
