"""Migrations: idempotent, safe at once, and the same as the tables the code speaks of."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, make_url, text

from srx_issu.domain.errors import JournalError
from srx_issu.journal import __main__ as command
from srx_issu.journal import migrate
from srx_issu.journal.tables import SCHEMA, VERSION_TABLE, metadata


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
