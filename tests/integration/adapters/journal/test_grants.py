"""What the application's database role can do to the journal: add to it, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from srx_issu.adapters.journal import (
    JournalQueries,
    SqlAudits,
    SqlCampaigns,
    SqlChain,
    SqlJournal,
    SqlLeases,
    SqlStaging,
    StoredEvidence,
    make_key,
    read_signer,
)
from srx_issu.adapters.journal.__main__ import main
from srx_issu.adapters.journal.engines import close_connections
from srx_issu.adapters.journal.grants import RIGHTS, grant_append_only, grant_read_only
from srx_issu.adapters.journal.tables import metadata
from srx_issu.campaign.entry import CampaignEntry
from srx_issu.campaign.events import UpgradeOrdered
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import JournalError
from srx_issu.domain.history.entry import entry_of
from srx_issu.domain.history.step_events import StepStarted
from srx_issu.domain.outcome import Outcome
from srx_issu.ports.campaign import CampaignOutcome
from srx_issu.ports.journal import Hold
from srx_issu.ports.staging import Staged
from tests.fakes.campaign_events import an_order
from tests.integration.adapters.journal.samples import NOON, make_intent, make_issu_intended

ROLE, READER = "journal-writer", "journal-reader"  # names that have to be quoted
UPGRADE = make_intent().upgrade_id
STEP = entry_of(StepStarted(), "claimed", at=NOON, step="claim")

STAGED = Staged(
    staging_id="s", at=NOON, cluster="fw-a", node=NodeName.NODE0, image="i", sha256="ab" * 32, failed=None
)

HISTORY = [
    "UPDATE srx_issu.events SET text = 'never happened'",
    "DELETE FROM srx_issu.events",
    "TRUNCATE srx_issu.events CASCADE",
    "DELETE FROM srx_issu.evidence",
    "UPDATE srx_issu.upgrades SET cluster = 'another'",
    "DELETE FROM srx_issu.lease_changes",
    "ALTER TABLE srx_issu.events DISABLE TRIGGER ALL",
    "DROP TRIGGER append_only ON srx_issu.events",
    "DROP TABLE srx_issu.events",
    "SET session_replication_role = replica",
    "CREATE TABLE srx_issu.more (x int)",
    "INSERT INTO srx_issu.chain VALUES ('wave1__fw-a', 9, 'events', '9', '{}', '', '', now())",
    "DELETE FROM srx_issu.chain",
    "UPDATE srx_issu.chain SET hash = ''",
    "DELETE FROM srx_issu.signatures",
    "UPDATE srx_issu.upgrades SET closed_at = now(), outcome = 'UPGRADED'",
    "SELECT srx_issu.link_row('wave1__fw-a', 'events', '9', 'written', '{}', false)",
    "CREATE OR REPLACE FUNCTION srx_issu.refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
    "'BEGIN RETURN NEW; END'",
]


@pytest.fixture
def writer_url(journal_url: str) -> Iterator[str]:
    with psycopg.connect(journal_url, autocommit=True) as connection:
        connection.execute(f'CREATE ROLE "{ROLE}" LOGIN')
        grant_append_only(journal_url, ROLE)
        grant_append_only(journal_url, ROLE)  # again: init is repeated at every start
        yield make_url(journal_url).set(username=ROLE).render_as_string(hide_password=False)
        close_connections()  # of a role that is about to be another one
        connection.execute(f'DROP OWNED BY "{ROLE}"')
        connection.execute(f'DROP ROLE "{ROLE}"')


@pytest.fixture
def reader_url(journal_url: str, writer_url: str) -> Iterator[str]:
    """Another role, which was a writer before: a grant takes away what it does not give."""
    with psycopg.connect(journal_url, autocommit=True) as connection:
        connection.execute(f'CREATE ROLE "{READER}" LOGIN')
        grant_append_only(journal_url, READER)
        grant_read_only(journal_url, READER)
        grant_read_only(journal_url, READER)
        yield make_url(writer_url).set(username=READER).render_as_string(hide_password=False)
        close_connections()  # of a role that is about to be another one
        connection.execute(f'DROP OWNED BY "{READER}"')
        connection.execute(f'DROP ROLE "{READER}"')


@pytest.mark.parametrize("statement", HISTORY)
def test_history_cannot_be_changed(writer_url: str, statement: str) -> None:
    SqlJournal(writer_url).open_upgrade(make_intent(), NOON)
    SqlJournal(writer_url).record(UPGRADE, STEP)
    with psycopg.connect(writer_url) as connection, pytest.raises(psycopg.Error) as refused:
        connection.execute(statement.encode())
    assert refused.value.sqlstate == "42501"  # insufficient privilege: not the trigger's doing
    assert len(SqlJournal(writer_url).entries(UPGRADE)) == 1


def test_everything_the_software_does_is_allowed(writer_url: str, tmp_path: Path) -> None:
    make_key(tmp_path / "key")
    signer = read_signer(tmp_path / "key")
    journal, leases = SqlJournal(writer_url, signer), SqlLeases(writer_url, signer)
    campaigns = SqlCampaigns(writer_url)
    journal.open_upgrade(make_intent(), NOON)
    journal.record(UPGRADE, STEP)
    intent = make_issu_intended("start")
    leases.take("cluster:fw-a", UPGRADE, 60.0)
    assert journal.intend(UPGRADE, intent, Hold(resources=("cluster:fw-a",), ttl_s=60.0)).written
    StoredEvidence(writer_url, tmp_path, signer=signer).write(UPGRADE, "after.json", "{}")
    audits = SqlAudits(writer_url, tmp_path)
    audits.open_audit("audit__1", NOON)
    audits.write("audit__1", "readiness.json", "{}")
    SqlStaging(writer_url).record_staged(STAGED)
    leases.renew("cluster:fw-a", UPGRADE, 120.0)
    leases.release("cluster:fw-a", UPGRADE)
    journal.close_upgrade(UPGRADE, Outcome.UPGRADED, "both nodes run it", NOON)
    campaigns.open_campaign("spring__1", "spring", "ada", NOON)
    ordered = UpgradeOrdered(order=an_order("fw-a"))
    campaigns.record("spring__1", CampaignEntry(at=NOON, text="x", event=ordered, wave=1))
    campaigns.close_campaign("spring__1", CampaignOutcome.COMPLETED, "all well", NOON)
    record = journal.upgrade(UPGRADE)
    assert record is not None
    assert record.outcome is Outcome.UPGRADED
    chain = SqlChain(writer_url).stored(UPGRADE)
    assert all(link.signature for link in chain.links)
    assert [link.source for link in chain.links].count("events") == 2


def test_only_leases_may_be_taken_away_and_only_an_end_be_filled_in() -> None:
    assert RIGHTS.keys() <= {table.name for table in metadata.sorted_tables}
    assert [table for table, rights in RIGHTS.items() if "DELETE" in rights] == ["leases"]
    closable = {table for table, rights in RIGHTS.items() if any("UPDATE (" in right for right in rights)}
    assert closable == {"upgrades", "campaigns"}


def test_a_table_that_no_right_is_named_for_can_be_read_and_added_to(writer_url: str) -> None:
    question = (
        "SELECT privilege_type::text, array_agg(column_name::text) "
        "FROM information_schema.role_column_grants "
        "WHERE grantee = %s AND table_name = %s GROUP BY privilege_type"
    )
    with psycopg.connect(writer_url) as connection:
        for table in metadata.sorted_tables:
            if table.name in RIGHTS:
                continue
            granted = dict(connection.execute(question, (ROLE, table.name)).fetchall())
            assert set(granted) == {"SELECT", "INSERT"}, table.name
            assert "recorded_at" not in granted["INSERT"], table.name
            assert not {c.name for c in table.columns if c.identity} & set(granted["INSERT"]), table.name


@pytest.mark.parametrize(("column", "value"), [("recorded_at", "'2026-01-01'"), ("event_id", "1")])
def test_an_approval_can_be_neither_backdated_nor_put_before_another(
    writer_url: str, column: str, value: str
) -> None:
    SqlJournal(writer_url).open_upgrade(make_intent(), NOON)
    statement = (
        f"INSERT INTO srx_issu.events (upgrade_id, at, kind, step, text, {column}) OVERRIDING SYSTEM VALUE "
        f"VALUES ('{UPGRADE}', now(), 'approval', 'approval', 'approved by ada', {value})"
    )
    with psycopg.connect(writer_url) as connection, pytest.raises(psycopg.Error) as refused:
        connection.execute(statement.encode())
    assert refused.value.sqlstate == "42501"


def test_not_even_the_tables_owner_writes_a_time_of_its_own(journal_url: str) -> None:
    SqlJournal(journal_url).open_upgrade(make_intent(), NOON)
    with psycopg.connect(journal_url) as connection:
        connection.execute(
            "INSERT INTO srx_issu.events (upgrade_id, at, kind, step, text, recorded_at) "
            "VALUES (%s, now(), 'approval', 'approval', 'approved by ada', '2026-01-01')",
            (UPGRADE,),
        )
    (entry,) = SqlJournal(journal_url).entries(UPGRADE)
    assert entry.recorded_at is not None
    assert entry.recorded_at.year != 2026 or entry.recorded_at.month != 1 or entry.recorded_at.day != 1


def test_a_reader_sees_what_the_console_and_the_dag_processor_ask_for(
    reader_url: str, writer_url: str, tmp_path: Path
) -> None:
    SqlJournal(writer_url).open_upgrade(make_intent(), NOON)
    SqlJournal(writer_url).record(UPGRADE, STEP)
    SqlLeases(writer_url).take(f"cluster:{make_intent().cluster.name}", UPGRADE, 60.0)
    kept = StoredEvidence(writer_url, tmp_path).write(UPGRADE, "report.html", "<p>")
    audits = SqlAudits(writer_url, tmp_path)
    audits.open_audit("audit__1", NOON)
    audits.write("audit__1", "readiness.json", "{}")
    SqlCampaigns(writer_url).open_campaign("spring__1", "spring", "ada", NOON)

    journal, lists = SqlJournal(reader_url), JournalQueries(reader_url)
    assert [e.text for e in journal.entries(UPGRADE)] == [STEP.text]
    assert [r.upgrade_id for r in lists.upgrades()] == [UPGRADE]
    assert [r.upgrade_id for r in lists.held_open()] == [UPGRADE]
    assert [e.name for e in lists.evidence(UPGRADE)] == ["report.html"]
    assert StoredEvidence(reader_url, tmp_path).read(kept) == b"<p>"
    assert SqlAudits(reader_url, tmp_path).names("audit__1") == ("audit__1/readiness.json",)
    assert SqlCampaigns(reader_url).approved() == ()
    assert SqlChain(reader_url).stored(UPGRADE).links


def test_a_reader_writes_nothing_anywhere(reader_url: str, journal_url: str) -> None:
    SqlJournal(journal_url).open_upgrade(make_intent(), NOON)
    with pytest.raises(JournalError, match="permission denied"):
        SqlJournal(reader_url).record(UPGRADE, STEP)
    with pytest.raises(JournalError, match="permission denied"):
        SqlLeases(reader_url).take("cluster:fw-a", UPGRADE, 60.0)
    with psycopg.connect(reader_url, autocommit=True) as connection:
        for statement in HISTORY:
            with pytest.raises(psycopg.Error) as refused:
                connection.execute(statement.encode())
            assert refused.value.sqlstate == "42501", statement
        granted = connection.execute(
            "SELECT DISTINCT privilege_type::text FROM information_schema.role_column_grants "
            "WHERE grantee = %s",
            (READER,),
        ).fetchall()
        assert granted == [("SELECT",)]


def test_an_unknown_role_is_said(journal_url: str) -> None:
    with pytest.raises(JournalError, match="nobody-here"):
        grant_append_only(journal_url, "nobody-here")


def test_the_command_wants_a_role(
    monkeypatch: pytest.MonkeyPatch, journal_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SRX_ISSU_JOURNAL_URL", journal_url)
    assert main(["grant"]) == 2
    assert "grant ROLE" in capsys.readouterr().err
    assert main(["grant", "nobody-here"]) == 1
    assert main(["grant-reader", "nobody-here"]) == 1
