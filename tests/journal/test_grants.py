"""What the application's database role can do to the journal: add to it, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import make_url

from srx_issu.domain.errors import JournalError
from srx_issu.journal import SqlCampaigns, SqlJournal, SqlLeases
from srx_issu.journal.__main__ import main
from srx_issu.journal.grants import CLOSED, RIGHTS, grant_append_only
from srx_issu.journal.tables import metadata
from srx_issu.ports.campaign import CampaignEvent, CampaignEventKind, CampaignOutcome
from srx_issu.ports.journal import Event, EventKind, Outcome
from tests.journal.samples import NOON, make_intent

ROLE = "journal-writer"  # a name that has to be quoted
UPGRADE = make_intent().upgrade_id
STEP = Event(at=NOON, kind=EventKind.STEP_STARTED, step="claim", text="claimed")

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
        connection.execute(f'DROP OWNED BY "{ROLE}"')
        connection.execute(f'DROP ROLE "{ROLE}"')


@pytest.mark.parametrize("statement", HISTORY)
def test_history_cannot_be_changed(writer_url: str, statement: str) -> None:
    SqlJournal(writer_url).open_upgrade(make_intent(), NOON)
    SqlJournal(writer_url).record(UPGRADE, STEP)
    with psycopg.connect(writer_url) as connection, pytest.raises(psycopg.Error) as refused:
        connection.execute(statement.encode())
    assert refused.value.sqlstate == "42501"  # insufficient privilege: not the trigger's doing
    assert len(SqlJournal(writer_url).events(UPGRADE)) == 1


def test_everything_the_software_does_is_allowed(writer_url: str) -> None:
    journal, leases, campaigns = SqlJournal(writer_url), SqlLeases(writer_url), SqlCampaigns(writer_url)
    journal.open_upgrade(make_intent(), NOON)
    journal.record(UPGRADE, STEP)
    leases.take("cluster:fw-a", UPGRADE, 60.0)
    leases.renew("cluster:fw-a", UPGRADE, 120.0)
    leases.release("cluster:fw-a", UPGRADE)
    journal.close_upgrade(UPGRADE, Outcome.UPGRADED, "both nodes run it", NOON)
    campaigns.open_campaign("spring__1", "spring", "ada", NOON)
    campaigns.record("spring__1", CampaignEvent(at=NOON, kind=CampaignEventKind.STARTED, text="x", wave=1))
    campaigns.close_campaign("spring__1", CampaignOutcome.COMPLETED, "all well", NOON)
    record = journal.upgrade(UPGRADE)
    assert record is not None
    assert record.outcome is Outcome.UPGRADED


def test_only_leases_may_be_taken_away_and_only_an_end_be_filled_in() -> None:
    assert RIGHTS.keys() <= {table.name for table in metadata.sorted_tables}
    assert [table for table, rights in RIGHTS.items() if "DELETE" in rights] == ["leases"]
    assert {table for table, rights in RIGHTS.items() if CLOSED in rights} == {"upgrades", "campaigns"}


def test_a_table_that_no_right_is_named_for_can_be_read_and_added_to(writer_url: str) -> None:
    question = (
        "SELECT table_name, array_agg(privilege_type::text) FROM information_schema.role_table_grants "
        "WHERE grantee = %s GROUP BY table_name"
    )
    with psycopg.connect(writer_url) as connection:
        granted = dict(connection.execute(question, (ROLE,)).fetchall())
    for table in metadata.sorted_tables:
        if table.name not in RIGHTS:
            assert set(granted[table.name]) == {"SELECT", "INSERT"}, table.name


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
