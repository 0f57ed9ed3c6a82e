"""The database's clock, and one writer at a time for each upgrade."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select, text

from srx_issu.adapters.journal.codec import utc

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:upgrade_id, 0))")


def database_now(connection: Connection) -> datetime:
    """The clock as it stands, not the transaction's beginning: locks may have been waited for since."""
    moment: datetime = connection.scalars(select(func.clock_timestamp())).one()
    return utc(moment)


def write_alone(connection: Connection, *upgrade_ids: str) -> None:
    """Until this transaction ends nobody else writes about these upgrades, opened yet or not.

    Asked for before any row is locked, all at once and in one order, so that no two writers block each other.
    The same lock is taken by the tables' own triggers (migration 0006).
    """
    for upgrade_id in sorted(set(upgrade_ids)):
        connection.execute(_LOCK, {"upgrade_id": upgrade_id})
