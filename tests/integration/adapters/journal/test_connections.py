"""How many connections the journal takes of its server, and what becomes of one that breaks."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Barrier

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url, text

from srx_issu.adapters.journal import (
    SqlCampaigns,
    SqlChain,
    SqlJournal,
    SqlLeases,
    SqlStaging,
    StoredEvidence,
    migrate,
)
from srx_issu.adapters.journal import database as database_module
from srx_issu.adapters.journal.database import Database
from srx_issu.adapters.journal.engines import POOL_SIZE, close_connections
from srx_issu.domain.errors import JournalAway, JournalError
from tests.integration.adapters.journal.samples import NOON, make_entry, make_intent

UPGRADE = make_intent().upgrade_id


@pytest.fixture
def url(empty_url: str) -> Iterator[str]:
    """A database of its own, so that nobody else's connections are counted."""
    migrate(empty_url)
    yield empty_url
    close_connections()


@pytest.fixture
def limited_url(url: str) -> Iterator[str]:
    """Of an account that may have one connection."""
    execute(url, "CREATE ROLE narrow LOGIN PASSWORD 'narrow' CONNECTION LIMIT 1")
    yield make_url(url).set(username="narrow", password="narrow").render_as_string(hide_password=False)
    close_connections()
    execute(url, "DROP ROLE narrow")


def execute(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL(statement))  # type: ignore[arg-type]


def backend(database: Database) -> int:
    with database.transaction() as connection:
        return int(connection.scalars(text("SELECT pg_backend_pid()")).one())


def kill(url: str, pid: int) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))


def sessions_opened(url: str) -> int:
    """So far, as the server counts them; its own counter is late while a session lasts."""
    close_connections()
    name = make_url(url).database
    with psycopg.connect(make_url(url).set(database="postgres").render_as_string(False)) as connection:
        found = connection.execute("SELECT sessions FROM pg_stat_database WHERE datname = %s", (name,))
        row = found.fetchone()
    assert row is not None
    return int(row[0])


def test_a_step_with_many_journal_calls_opens_one_connection(url: str, tmp_path: Path) -> None:
    before = sessions_opened(url)
    journal, leases, campaigns = SqlJournal(url), SqlLeases(url), SqlCampaigns(url)
    evidence, staging, chain = StoredEvidence(url, tmp_path), SqlStaging(url), SqlChain(url)
    journal.open_upgrade(make_intent(), NOON)
    leases.take("cluster:fw-a", UPGRADE, 60.0)
    for _ in range(10):
        journal.record(UPGRADE, make_entry())
    for name in ("before.json", "after.json"):
        evidence.write(UPGRADE, name, "{}")
    assert chain.head(UPGRADE) is not None
    assert len(journal.entries(UPGRADE)) == 10
    assert (campaigns.approved(), campaigns.releases()) == ((), {})
    assert staging.newest_staged(["fw-a"]) == ()
    leases.release("cluster:fw-a", UPGRADE)
    assert sessions_opened(url) - before == 1


def test_many_threads_share_a_few_connections(url: str) -> None:
    database, together = Database(url), Barrier(POOL_SIZE)

    def one(number: int) -> int:
        with database.transaction() as connection:
            if number < POOL_SIZE:
                together.wait(10)
            return int(connection.scalars(text("SELECT pg_backend_pid()")).one())

    with ThreadPoolExecutor(20) as threads:
        used = set(threads.map(one, range(40)))
    assert len(used) == POOL_SIZE


def test_a_forked_process_opens_its_own_and_leaves_the_parents_alone(url: str) -> None:
    database = Database(url)
    mine = backend(database)
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover - in the other process
        os.write(theirs, str(backend(database)).encode())
        close_connections()
        os._exit(0)
    os.waitpid(child, 0)
    assert int(os.read(ours, 20)) != mine
    os.close(ours)
    os.close(theirs)
    assert backend(database) == mine


def test_a_connection_that_died_at_rest_is_replaced_unnoticed(url: str) -> None:
    database = Database(url)
    dead = backend(database)
    kill(url, dead)
    assert backend(database) != dead


def test_all_connections_that_died_at_rest_cost_nobody_anything(url: str) -> None:
    """As after a restart of the server."""
    test_many_threads_share_a_few_connections(url)
    kept = (
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name LIKE 'srx-issu%'"
    )
    execute(url, kept)
    test_many_threads_share_a_few_connections(url)


def test_a_connection_cut_in_a_transaction_is_away_and_is_not_tried_again(url: str) -> None:
    database, tries = Database(url), []

    def cut_off() -> None:
        with database.transaction() as connection:
            tries.append(int(connection.scalars(text("SELECT pg_backend_pid()")).one()))
            kill(url, tries[-1])
            connection.execute(text("SELECT 1"))

    with pytest.raises(JournalAway):
        cut_off()
    assert len(tries) == 1
    assert backend(database)


def test_a_full_server_is_away_until_a_place_is_free(limited_url: str) -> None:
    with psycopg.connect(limited_url), pytest.raises(JournalAway, match="too many connections"):
        backend(Database(limited_url))
    for _ in range(200):  # the server frees a place a little after its connection was closed
        with suppress(JournalAway):
            assert backend(Database(limited_url))
            return
        time.sleep(0.05)
    pytest.fail("a free place is not taken")


def test_a_connection_to_a_standby_is_not_used_again(url: str) -> None:
    database = Database(url)
    before = backend(database)

    def write() -> None:
        with database.transaction() as connection:
            connection.execute(text("SET TRANSACTION READ ONLY"))
            connection.execute(text("CREATE TABLE refused ()"))

    with pytest.raises(JournalAway, match="read-only"):
        write()
    assert backend(database) != before


def test_a_refusal_keeps_the_connection(url: str) -> None:
    database = Database(url)
    before = backend(database)
    with pytest.raises(JournalError) as refused, database.transaction() as connection:
        connection.execute(text("SELECT 1 / 0"))
    assert not isinstance(refused.value, JournalAway)
    assert backend(database) == before


def test_an_interrupted_transaction_leaves_nothing_behind(url: str) -> None:
    """Neither what it wrote, nor its time limit, nor a transaction for the next one to find."""
    database = Database(url)

    def write() -> None:
        with database.transaction(statement_timeout_s=3) as connection:
            connection.execute(text("CREATE TABLE half_done ()"))
            raise SystemExit(1)

    with pytest.raises(SystemExit):
        write()
    with database.transaction() as connection:
        assert connection.scalars(text("SELECT to_regclass('half_done')")).one() is None
        assert connection.scalars(text("SHOW statement_timeout")).one() == "30s"
    with psycopg.connect(url) as other:
        found = other.execute("SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in%'")
        assert found.fetchone() == (0,)


def test_a_process_that_stops_in_mid_transaction_does_not_keep_its_locks(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one whose machine has died, or that was stopped: the server hears nothing of it."""
    monkeypatch.setattr(database_module, "IDLE_S", 1)
    leases, waited_s = SqlLeases(url), list[float]()
    leases.take("cluster:fw-a", "run-1", 60)

    def stop() -> None:
        with Database(url).transaction(statement_timeout_s=1) as connection:
            connection.execute(text("SELECT 1 FROM srx_issu.leases FOR UPDATE"))
            began = time.monotonic()
            leases.renew("cluster:fw-a", "run-1", 60)  # waits for the lock until the server takes it away
            waited_s.append(time.monotonic() - began)
            connection.execute(text("SELECT 1"))

    with pytest.raises(JournalAway):
        stop()
    assert 1 < waited_s[0] < 10


def test_no_password_reaches_a_message(url: str) -> None:
    wrong = make_url(url).set(username="nobody", password="hunter2", database="gone")
    with pytest.raises(JournalError) as refused:
        backend(Database(wrong.render_as_string(hide_password=False)))
    assert "hunter2" not in str(refused.value)
