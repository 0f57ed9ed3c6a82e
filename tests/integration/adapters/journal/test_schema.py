"""Migrations: idempotent, safe at once, and the same as the tables the code speaks of."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, make_url, text

from srx_issu.adapters.journal import SqlChain, SqlJournal, migrate, verify_stored
from srx_issu.adapters.journal import __main__ as command
from srx_issu.adapters.journal.tables import SCHEMA, VERSION_TABLE, metadata
from srx_issu.domain.errors import JournalError
from tests.integration.adapters.journal.samples import make_entry

OLD_JOURNAL = """
INSERT INTO srx_issu.upgrades VALUES
    ('run-1', 'fw-a', '22.4R3', '{}', '2026-11-20Z', '2026-11-21Z', 'NOT_READY', 'cold'),
    ('run-2', 'fw-a', '22.4R3', '{}', '2026-11-20Z', NULL, NULL, NULL);
INSERT INTO srx_issu.events (upgrade_id, at, kind, step, text, node, detail, recorded_at) VALUES
    ('run-1', '2026-11-20Z', 'action_intended', 'issu', 'start', 'node0', '{"share": 0.50}', '2026-11-20Z');
INSERT INTO srx_issu.lease_changes (resource, what, owner, previous_owner, recorded_at) VALUES
    ('conflict:x', 'taken_over', 'run-1', 'run-2', '2026-11-20Z'),
    ('conflict:x', 'released', 'run-1', NULL, '2026-11-20Z');
"""


def test_migrating_says_when_no_database_answers() -> None:
    with pytest.raises(JournalError, match="does not answer"):
        migrate("postgresql://u@127.0.0.1:1/journal")


def test_many_callers_migrate_at_once(empty_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrate, [empty_url] * 4))
    migrate(empty_url)
    assert _versions(empty_url) == 1


def test_the_migrations_make_the_tables_the_code_speaks_of(journal_url: str) -> None:
    engine = create_engine(make_url(journal_url).set(drivername="postgresql+psycopg"))
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_schemas": True,
                "version_table": VERSION_TABLE,
                "version_table_schema": SCHEMA,
                "include_name": lambda name, kind, _: kind != "schema" or name == SCHEMA,
            },
        )
        differences = compare_metadata(context, metadata)
    engine.dispose()
    assert differences == []


def test_leaves_the_tables_of_others_in_the_same_database_alone(empty_url: str) -> None:
    engine = create_engine(make_url(empty_url).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num text)"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('airflow')"))
    migrate(empty_url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "airflow"
    engine.dispose()


def test_what_was_written_before_there_was_a_chain_is_carried_into_it(empty_url: str) -> None:
    """As an upgrade of this software finds it: a journal of version 0005, with an upgrade under way."""
    migrate(empty_url, "0005")
    with psycopg.connect(empty_url) as connection:
        connection.execute(OLD_JOURNAL)
    migrate(empty_url)
    found = verify_stored(SqlChain(empty_url).stored("run-1"), None)
    assert found.faults == ()
    assert found.head is not None
    assert found.head.position == 5
    assert "5 rows were there before the chain was" in found.notes[0]
    SqlJournal(empty_url).record("run-2", make_entry())
    later = verify_stored(SqlChain(empty_url).stored("run-2"), None)
    assert later.faults == ()
    assert later.head is not None
    assert later.head.position == 3  # opened, lost its lease, and the new entry


def test_the_command_makes_a_key_and_keeps_an_existing_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "journal.key"
    assert command.main(["key", str(file)]) == 0
    assert "SRX_ISSU_JOURNAL_KEY_FILE" in capsys.readouterr().out
    assert (file.stat().st_mode & 0o777, file.with_name("journal.key.pub").exists()) == (0o600, True)
    assert command.main(["key", str(file)]) == 1
    assert "an existing one is kept" in capsys.readouterr().err


def test_the_command_takes_the_url_from_the_environment_only(
    empty_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(command.URL_VARIABLE, raising=False)
    assert command.main(["migrate"]) == 2
    assert "usage" in capsys.readouterr().err
    monkeypatch.setenv(command.URL_VARIABLE, "postgresql://127.0.0.1:1/x")
    assert command.main(["migrate"]) == 1
    assert "does not answer" in capsys.readouterr().err
    monkeypatch.setenv(command.URL_VARIABLE, empty_url)
    assert command.main(["migrate"]) == 0
    assert _versions(empty_url) == 1


def _versions(url: str) -> int:
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    with engine.connect() as connection:
        found: int = connection.scalar(text(f"SELECT count(*) FROM {SCHEMA}.{VERSION_TABLE}")) or 0
    engine.dispose()
    return found
