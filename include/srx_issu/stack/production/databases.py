"""Makes the databases and the roles in PostgreSQL; asked again, brings passwords to those of ``.env``.

airflow             owns the database airflow
celery_results      owns the database celery_results: how Celery's tasks ended; beside the journal the only
                    one that a worker reaches
srx_issu_owner      owns the database journal and its tables; used for migrations only
srx_issu_journal    adds to the journal, reads it, changes none of it (``adapters.journal.grants``)
srx_issu_journal_reader   reads the journal: for what shows it, and for the DAGs of open campaigns
"""

from __future__ import annotations

from collections.abc import Mapping

import psycopg
from psycopg import sql

from srx_issu.adapters import journal
from srx_issu.adapters.journal.grants import grant_append_only, grant_read_only

AIRFLOW, RESULTS, OWNER = "airflow", "celery_results", "srx_issu_owner"
WRITER, READER = "srx_issu_journal", "srx_issu_journal_reader"
PASSWORD_OF = {
    AIRFLOW: "AIRFLOW_DB_PASSWORD", RESULTS: "CELERY_RESULTS_PASSWORD",
    OWNER: "JOURNAL_OWNER_PASSWORD", WRITER: "JOURNAL_PASSWORD",
    READER: "JOURNAL_READER_PASSWORD",
}  # fmt: skip
DATABASES = {"airflow": AIRFLOW, "celery_results": RESULTS, "journal": OWNER}


def prepare(superuser_url: str, environment: Mapping[str, str]) -> None:
    """Roles and databases. Safe to repeat. Raises psycopg.Error."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        for role, variable in PASSWORD_OF.items():
            _make_role(connection, role, environment[variable])
        for database, owner in DATABASES.items():
            _make_database(connection, database, owner)


def migrate_journal(superuser_url: str, environment: Mapping[str, str]) -> None:
    """The journal's tables as their owner, then what writer and reader may do. Raises JournalError."""
    url = owner_url(superuser_url, environment[PASSWORD_OF[OWNER]])
    journal.migrate(url)
    grant_append_only(url, WRITER)
    grant_read_only(url, READER)


def owner_url(superuser_url: str, password: str) -> str:
    """The same server, database journal, as its owner."""
    server = psycopg.conninfo.conninfo_to_dict(superuser_url)
    return f"postgresql://{OWNER}:{password}@{server['host']}:{server.get('port', 5432)}/journal"


def _make_role(connection: psycopg.Connection, role: str, password: str) -> None:
    """The server gets the verifier, so that no log of statements shows the password."""
    verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
    verb = "ALTER" if known else "CREATE"
    connection.execute(
        sql.SQL(f"{verb} ROLE {{}} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {{}}").format(
            sql.Identifier(role), sql.Literal(verifier.decode())
        )
    )


def _make_database(connection: psycopg.Connection, database: str, owner: str) -> None:
    """Only its owner may connect, until grants say otherwise."""
    name = sql.Identifier(database)
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,)).fetchone():
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, sql.Identifier(owner)))
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
