"""The Journal port on a real PostgreSQL."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from threading import Barrier

import psycopg
import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from srx_issu.adapters.journal import JournalQueries, SqlJournal
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import JournalError
from srx_issu.domain.history.command_events import CommandIntended, CommandSent, Sending
from srx_issu.domain.history.entry import entry_of
from srx_issu.domain.history.events import StillMissing, Unread
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.history.step_events import OwnWait
from srx_issu.domain.outcome import Outcome
from srx_issu.ports.journal import IntendAnswer
from tests.integration.adapters.journal.samples import NOON, make_entry, make_intent, make_issu_intended

UPGRADE = "wave1__fw-a"


def insert(url: str, **values: str) -> None:
    """A row as no code of this version writes it."""
    row = {"upgrade_id": UPGRADE, "at": NOON.isoformat(), **values}
    with psycopg.connect(url) as connection:
        names, marks = ", ".join(row), ", ".join(["%s"] * len(row))
        statement = f"INSERT INTO srx_issu.events ({names}) VALUES ({marks})"
        connection.execute(statement.encode(), [*row.values()])


def test_says_what_to_do_when_no_database_answers() -> None:
    journal = SqlJournal("postgresql://u:hunter2@127.0.0.1:1/journal")
    with pytest.raises(JournalError, match=r"does not answer.*check that it runs") as caught:
        journal.entries(UPGRADE)
    assert "hunter2" not in str(caught.value)


def test_says_what_to_do_when_the_tables_are_missing(empty_url: str) -> None:
    with pytest.raises(JournalError, match=r"run 'python -m srx_issu.adapters.journal migrate'"):
        SqlJournal(empty_url).open_upgrade(make_intent(), NOON)


@pytest.mark.parametrize("url", ["sqlite:///journal.db", "", "postgresql://u:hunter2@h:port/x"])
def test_refuses_a_url_that_is_not_of_postgresql(url: str) -> None:
    with pytest.raises(JournalError, match="expected postgresql://") as caught:
        SqlJournal(url)
    assert "hunter2" not in str(caught.value)


def test_refuses_entries_of_an_upgrade_that_was_never_opened(journal: SqlJournal) -> None:
    with pytest.raises(JournalError, match=r"'?ghost'? is not in the journal"):
        journal.record("ghost", make_entry())
    with pytest.raises(JournalError, match="not in the journal"):
        journal.intend("ghost", make_issu_intended())
    with pytest.raises(JournalError, match="not in the journal"):
        journal.intent("ghost")
    with pytest.raises(JournalError, match="not in the journal"):
        journal.close_upgrade("ghost", Outcome.REFUSED, "no", NOON)
    assert journal.upgrade("ghost") is None
    assert journal.entries("ghost") == ()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE srx_issu.events SET text = 'nothing happened'",
        "DELETE FROM srx_issu.events",
        "TRUNCATE srx_issu.events",
        "UPDATE srx_issu.upgrades SET intent = '{}'",
        "DELETE FROM srx_issu.upgrades",
        "TRUNCATE srx_issu.upgrades CASCADE",
    ],
)
def test_the_database_itself_refuses_to_rewrite_history(
    opened: SqlJournal, journal_url: str, statement: str
) -> None:
    opened.record(UPGRADE, make_entry())
    engine = create_engine(make_url(journal_url).set(drivername="postgresql+psycopg"))
    with pytest.raises(DBAPIError, match=r"append-only|nothing else"), engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()
    assert len(opened.entries(UPGRADE)) == 1


def test_a_closed_upgrade_cannot_be_closed_otherwise(opened: SqlJournal) -> None:
    opened.close_upgrade(UPGRADE, Outcome.ROLLED_BACK, "cold sync timed out", NOON)
    first = opened.upgrade(UPGRADE)
    assert first is not None
    assert first.closed_at is not None
    assert abs(first.closed_at - opened.now()) < timedelta(seconds=30)  # the database's, not the caller's
    opened.close_upgrade(UPGRADE, Outcome.ROLLED_BACK, "another wording", NOON + timedelta(hours=1))
    with pytest.raises(JournalError, match="closed as ROLLED_BACK; it cannot be closed again as UPGRADED"):
        opened.close_upgrade(UPGRADE, Outcome.UPGRADED, "fine", NOON)
    record = opened.upgrade(UPGRADE)
    assert record is not None
    assert (record.outcome, record.reason, record.closed_at) == (
        Outcome.ROLLED_BACK,
        "cold sync timed out",
        first.closed_at,
    )


def test_of_twenty_intents_at_once_exactly_one_counts(opened: SqlJournal, journal_url: str) -> None:
    takers = 20
    barrier = Barrier(takers)

    def intend(_: int) -> bool:
        journal = SqlJournal(journal_url)  # its own, as another process would have
        barrier.wait()
        return journal.intend(UPGRADE, make_issu_intended()).written

    with ThreadPoolExecutor(takers) as pool:
        results = list(pool.map(intend, range(takers)))
    assert results.count(True) == 1
    assert len(opened.entries(UPGRADE)) == 1


def test_intents_are_unique_by_key_and_upgrade_only(opened: SqlJournal, journal_url: str) -> None:
    opened.open_upgrade(make_intent("wave1__fw-b"), NOON)
    assert opened.intend(UPGRADE, make_issu_intended()).written
    assert opened.intend(UPGRADE, make_issu_intended("reboot")).written
    assert opened.intend("wave1__fw-b", make_issu_intended()).written
    again = opened.intend(UPGRADE, make_issu_intended())
    assert again.answer is IntendAnswer.KEY_USED
    assert "not sent twice" in again.reason
    for _ in range(2):  # what follows an intent may repeat its key, as older versions wrote it
        insert(journal_url, kind="action_sent", step="s", text="t", key="issu")
    assert len([entry for entry in opened.entries(UPGRADE) if isinstance(entry.event, CommandSent)]) == 2


def test_an_intent_with_a_key_is_only_written_by_intend(opened: SqlJournal) -> None:
    with pytest.raises(JournalError, match=r"intend\(\), not record\(\)"):
        opened.record(UPGRADE, make_issu_intended())
    with pytest.raises(JournalError, match="takes an ACTION_INTENDED event"):
        opened.intend(UPGRADE, make_entry())
    for _ in range(2):  # a command that may be sent again has no key
        opened.record(UPGRADE, make_issu_intended(key=None))
        assert opened.intend(UPGRADE, make_issu_intended(key=None)).written
    assert len(opened.entries(UPGRADE)) == 4


def test_refuses_a_time_without_a_zone(opened: SqlJournal) -> None:
    with pytest.raises(JournalError, match="no time zone"):
        opened.record(UPGRADE, replace(make_entry(), at=datetime(2026, 1, 1)))  # noqa: DTZ001


def test_an_intent_comes_back_as_it_was_and_the_second_opening_changes_nothing(opened: SqlJournal) -> None:
    opened.open_upgrade(replace(make_intent(), requested_by="mallory"), NOON + timedelta(days=1))
    assert opened.intent(UPGRADE) == make_intent()
    record = opened.upgrade(UPGRADE)
    assert record is not None
    assert (record.cluster, record.target_release, record.opened_at) == ("fw-a", "22.4R3-S2.11", NOON)
    assert (record.outcome, record.closed_at, record.reason) == (None, None, None)


def test_entries_come_back_whole_in_order_and_in_utc(opened: SqlJournal) -> None:
    bern = timezone(timedelta(hours=1))
    event = CommandIntended(
        sending=Sending.RECOVER,
        node=NodeName.NODE0,
        command="request system reboot",
        permit_id="p1",
        permit={"open": "open", "held": "by this upgrade"},
        once="issu",
        key="issu",
        group=1,
        booted_at=NOON,
    )
    at = datetime(2026, 11, 22, 13, 0, 0, 123456, tzinfo=bern)
    first = entry_of(event, "ISSU started", at=at, step="start")
    second = replace(make_entry(), at=NOON - timedelta(hours=1))  # written later, of an earlier clock
    assert opened.intend(UPGRADE, first).written
    opened.record(UPGRADE, second)
    before = opened.now()
    opened.record(UPGRADE, second)
    back = opened.entries(UPGRADE)
    assert [replace(entry, recorded_at=None) for entry in back] == [first, second, second]
    stamps = [entry.recorded_at or NOON for entry in back]
    assert stamps == sorted(stamps)
    assert stamps[1] <= before <= stamps[2]
    assert opened.entries(UPGRADE)[0].at.tzinfo is UTC


def test_device_words_that_no_database_likes_are_kept_readable(opened: SqlJournal) -> None:
    missing = StillMissing(awaited=OwnWait.STATE_AFTER_ISSU, missing="\0 \udcff")
    opened.record(UPGRADE, make_entry(missing, "bad \0 byte \udcff end"))
    entry = opened.entries(UPGRADE)[0]
    assert entry.text == "bad  byte ? end"
    assert entry.event == replace(missing, missing=" ?")


def test_an_event_of_another_version_is_refused_and_its_row_named(
    opened: SqlJournal, journal_url: str
) -> None:
    insert(journal_url, kind="observed", step="s", text="t", detail='{"event": "moon_landed"}')
    with pytest.raises(
        JournalError, match=r"wave1__fw-a, entry \d+: .*read it with the version that wrote it"
    ):
        opened.entries(UPGRADE)


def test_a_spoilt_event_is_refused_and_its_row_named(opened: SqlJournal, journal_url: str) -> None:
    insert(journal_url, kind="decided", step="s", text="t", detail='{"event": "outcome_decided"}')
    with pytest.raises(JournalError, match=r"(?s)entry \d+: .*outcome"):
        opened.entries(UPGRADE)


def test_what_an_older_version_wrote_is_shown_and_never_written_again(
    opened: SqlJournal, journal_url: str
) -> None:
    insert(journal_url, kind="finding", step="s", text="read this", node="node7")
    (entry,) = opened.entries(UPGRADE)
    assert (entry.event, entry.text, entry.node) == (Unread(kind=EntryKind.FINDING), "read this", None)
    with pytest.raises(JournalError, match="is not written again"):
        opened.record(UPGRADE, entry)


def test_a_trigger_writes_from_its_loop(opened: SqlJournal) -> None:
    async def observe() -> None:
        intent = await asyncio.to_thread(opened.intent, UPGRADE)
        writes = (asyncio.to_thread(opened.record, intent.upgrade_id, make_entry()) for _ in range(8))
        await asyncio.gather(*writes)

    asyncio.run(observe())
    assert len(opened.entries(UPGRADE)) == 8


def test_lists_upgrades_newest_first(opened: SqlJournal, ledger: JournalQueries) -> None:
    opened.open_upgrade(make_intent("wave2__fw-a"), NOON + timedelta(hours=1))
    assert [u.upgrade_id for u in ledger.upgrades()] == ["wave2__fw-a", UPGRADE]
    assert [u.upgrade_id for u in ledger.upgrades(limit=1, cluster="fw-a")] == ["wave2__fw-a"]
    assert ledger.upgrades(cluster="fw-z") == ()
