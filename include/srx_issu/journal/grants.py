"""What the application's database role may do: read, add, and nothing that rewrites history.

The triggers in the tables refuse changes to whoever connects; this takes the right itself away, also that
of switching the triggers off, which belongs to the tables' owner. Done by ``init``, or by an administrator:
``python -m srx_issu.journal grant ROLE`` with the owner's URL.
"""

from __future__ import annotations

from collections.abc import Mapping

from psycopg import sql
from sqlalchemy import text

from srx_issu.journal.database import Database
from srx_issu.journal.tables import SCHEMA, VERSION_TABLE, metadata

# Columns that a role may fill in afterwards: an upgrade or a campaign is closed, once, by trigger.
CLOSED = "UPDATE (closed_at, outcome, reason)"
RIGHTS: Mapping[str, tuple[str, ...]] = {
    "upgrades": ("SELECT", "INSERT", CLOSED),
    "events": ("SELECT", "INSERT"),
    "leases": ("SELECT", "INSERT", "UPDATE", "DELETE"),
    "lease_changes": ("SELECT", "INSERT"),
    "evidence": ("SELECT", "INSERT"),
    "campaigns": ("SELECT", "INSERT", CLOSED),
    "campaign_events": ("SELECT", "INSERT"),
}


def grant_append_only(owner_url: str, role: str) -> None:
    """Takes everything from ``role``, then grants RIGHTS. Safe to repeat. Raises JournalError.

    A table that RIGHTS does not name may be read and added to.
    """
    with Database(owner_url).transaction() as connection:
        for statement in _statements(role, connection.engine.url.database or ""):
            connection.execute(text(statement))


def _statements(role: str, database: str) -> list[str]:
    name, base = (sql.Identifier(each).as_string() for each in (role, database))
    rights = [
        f"GRANT {', '.join(RIGHTS.get(table.name, ('SELECT', 'INSERT')))} ON {table.fullname} TO {name}"
        for table in metadata.sorted_tables
    ]
    return [
        f"REVOKE ALL ON ALL TABLES IN SCHEMA {SCHEMA} FROM {name}",
        f"REVOKE ALL ON SCHEMA {SCHEMA} FROM {name}",
        f"GRANT CONNECT ON DATABASE {base} TO {name}",
        f"GRANT USAGE ON SCHEMA {SCHEMA} TO {name}",
        f"GRANT SELECT ON {SCHEMA}.{VERSION_TABLE} TO {name}",
        f"GRANT SELECT ON {SCHEMA}.commands TO {name}",
        *rights,
    ]
