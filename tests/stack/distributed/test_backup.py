"""Backup and restore as docs/operations.md says: what comes back is what was there."""

from __future__ import annotations

import os
import subprocess
import tarfile
from collections.abc import Mapping
from pathlib import Path

import psycopg
import pytest

from srx_issu.adapters.journal import JournalQueries, SqlCampaigns, SqlJournal, StoredEvidence
from srx_issu.cli.airflow_replies import Run
from srx_issu.stack.processes.postgres_wheel import programs
from tests.stack.distributed.fleet import Fleet

pytestmark = pytest.mark.stack

RESTORED = {"journal": "journal_restored", "airflow": "airflow_restored"}


@pytest.fixture(scope="module")
def restored(fleet: Fleet, campaign: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both databases under another name beside the old ones, and the evidence in another folder."""
    folder = tmp_path_factory.mktemp("backup")
    for database, copy in RESTORED.items():
        dump = folder / f"{database}.dump"
        dump.write_bytes(run(fleet, "pg_dump", "-Fc", database))
        with psycopg.connect(fleet.database_url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {copy}")
        run(fleet, "pg_restore", "--exit-on-error", "-d", copy, str(dump))
        run(fleet, "pg_restore", "--exit-on-error", "--clean", "--if-exists", "-d", copy, str(dump))
    with tarfile.open(folder / "evidence.tgz", "w:gz") as archive:
        archive.add(fleet.native.home.evidence, arcname=".")
    with tarfile.open(folder / "evidence.tgz") as archive:
        archive.extractall(folder / "evidence", filter="data")
    return folder


def test_the_restored_journal_tells_the_same(fleet: Fleet, restored: Path, campaign: Run) -> None:
    before, after = (fleet.database_url(name) for name in ("journal", RESTORED["journal"]))
    upgrades = JournalQueries(before).upgrades(limit=100)
    assert len(upgrades) >= fleet.size
    assert JournalQueries(after).upgrades(limit=100) == upgrades
    for upgrade in upgrades:
        assert SqlJournal(after).entries(upgrade.upgrade_id) == SqlJournal(before).entries(upgrade.upgrade_id)
        assert SqlJournal(after).intent(upgrade.upgrade_id) == SqlJournal(before).intent(upgrade.upgrade_id)
    told = [SqlCampaigns(url).entries(campaign.run_id) for url in (before, after)]
    assert told[0] == told[1]
    assert len(told[0]) > 5


def test_the_restored_evidence_is_whole(fleet: Fleet, restored: Path) -> None:
    """Read through the restored index, which knows each file's SHA-256."""
    url = fleet.database_url(RESTORED["journal"])
    evidence, ledger = StoredEvidence(url, restored / "evidence"), JournalQueries(url)
    read = 0
    for upgrade in ledger.upgrades(limit=100):
        for entry in ledger.evidence(upgrade.upgrade_id):
            assert len(evidence.read(entry.evidence_id)) == entry.size_bytes
            read += 1
    assert read > 20


def test_the_restored_journal_is_still_append_only(fleet: Fleet, restored: Path) -> None:
    """Its triggers came back, and so did what the application's role may do."""
    with (
        psycopg.connect(fleet.database_url(RESTORED["journal"]), autocommit=True) as owner,
        pytest.raises(psycopg.Error, match="append-only"),
    ):
        owner.execute("DELETE FROM srx_issu.events")
    before, after = (rights_on_events(fleet, database) for database in ("journal", RESTORED["journal"]))
    assert after == before
    assert {right for right, _ in after} == {"SELECT", "INSERT"}
    assert ("INSERT", "event_id") not in after  # a row can be neither put before another nor backdated
    assert ("INSERT", "recorded_at") not in after


def rights_on_events(fleet: Fleet, database: str) -> set[tuple[str, str]]:
    """What the application's role may do with each column."""
    with psycopg.connect(fleet.database_url(database)) as owner:
        return set(
            owner.execute(
                "SELECT privilege_type, column_name FROM information_schema.role_column_grants "
                "WHERE grantee = 'srx_issu_journal' AND table_name = 'events'"
            ).fetchall()
        )


def test_airflows_restored_database_has_the_runs_and_the_sealed_connection(
    fleet: Fleet, restored: Path
) -> None:
    counts = [counted(fleet, name) for name in ("airflow", RESTORED["airflow"])]
    assert counts[0] == counts[1]
    assert counts[0]["connection"] >= 2


def counted(fleet: Fleet, database: str) -> Mapping[str, int]:
    found = {}
    with psycopg.connect(fleet.database_url(database)) as connection:
        for table in ("dag_run", "task_instance", "xcom", "connection", "ab_user"):
            row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
            assert row is not None
            found[table] = int(row[0])
    return found


def run(fleet: Fleet, program: str, *words: str) -> bytes:
    port = str(fleet.native.layout.ports["postgres"])
    environment = {**os.environ, "PGPASSWORD": fleet.secrets["POSTGRES_PASSWORD"]}
    done = subprocess.run(
        [programs() / program, "--host=127.0.0.1", f"--port={port}", "--username=postgres", *words],
        env=environment, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout
