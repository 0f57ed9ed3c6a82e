"""Brings the journal's tables to the version this software needs. Never done by a task: by the operator."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text

from srx_issu.adapters.journal.database import Database

MIGRATION_TIMEOUT_S = 600
_LOCK = 0x5352_5849  # "SRXI": any number that no other software locks by


def migrate(url: str, version: str = "head") -> None:
    """Creates or upgrades the tables; does nothing when they are current. Safe when called by many at once.

    One transaction under an advisory lock: the others wait, then find nothing to do; a failure leaves
    the database as it was. Raises JournalError.
    """
    from alembic import command  # noqa: PLC0415 - slow to import, and needed nowhere else
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    with Database(url, single_use=True).transaction(statement_timeout_s=MIGRATION_TIMEOUT_S) as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, version)
