"""The Journal port on a real PostgreSQL."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from threading import Barrier

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from srx_issu.adapters.journal import Ledger, SqlJournal
from srx_issu.domain.errors import JournalError
from srx_issu.ports.journal import Entry, EntryKind, IntendAnswer, Outcome
from tests.journal.samples import NOON, make_event, make_intent, make_issu_intended

UPGRADE = "wave1__fw-a"


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


def test_refuses_events_of_an_upgrade_that_was_never_opened(journal: SqlJournal) -> None:
    with pytest.raises(JournalError, match=r"'?ghost'? is not in the journal"):
        journal.record("ghost", make_event())
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
    opened.record(UPGRADE, make_event())
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


def test_intents_are_unique_by_key_and_upgrade_only(opened: SqlJournal) -> None:
    opened.open_upgrade(make_intent("wave1__fw-b"), NOON)
    assert opened.intend(UPGRADE, make_issu_intended()).written
    assert opened.intend(UPGRADE, make_issu_intended("reboot")).written
    assert opened.intend("wave1__fw-b", make_issu_intended()).written
    again = opened.intend(UPGRADE, make_issu_intended())
    assert again.answer is IntendAnswer.KEY_USED
    assert "not sent twice" in again.reason
    for _ in range(2):  # what follows an intent may repeat its key
        opened.record(UPGRADE, Entry(at=NOON, kind=EntryKind.ACTION_SENT, step="s", text="t", key="issu"))


def test_an_intent_with_a_key_is_only_written_by_intend(opened: SqlJournal) -> None:
    with pytest.raises(JournalError, match=r"intend\(\), not record\(\)"):
        opened.record(UPGRADE, make_issu_intended())
    with pytest.raises(JournalError, match="takes an ACTION_INTENDED event"):
        opened.intend(UPGRADE, make_event())
    for _ in range(2):  # a command that may be sent again has no key
        opened.record(UPGRADE, replace(make_issu_intended(), key=None))
        assert opened.intend(UPGRADE, replace(make_issu_intended(), key=None)).written
    assert len(opened.entries(UPGRADE)) == 4


def test_refuses_a_time_without_a_zone(opened: SqlJournal) -> None:
    with pytest.raises(JournalError, match="no time zone"):
        opened.record(UPGRADE, replace(make_event(), at=datetime(2026, 1, 1)))  # noqa: DTZ001


def test_an_intent_comes_back_as_it_was_and_the_second_opening_changes_nothing(opened: SqlJournal) -> None:
    opened.open_upgrade(replace(make_intent(), requested_by="mallory"), NOON + timedelta(days=1))
    assert opened.intent(UPGRADE) == make_intent()
    record = opened.upgrade(UPGRADE)
    assert record is not None
    assert (record.cluster, record.target_release, record.opened_at) == ("fw-a", "22.4R3-S2.11", NOON)
    assert (record.outcome, record.closed_at, record.reason) == (None, None, None)


def test_events_come_back_whole_in_order_and_in_utc(opened: SqlJournal) -> None:
    bern = timezone(timedelta(hours=1))
    first = Entry(
        at=datetime(2026, 11, 22, 13, 0, 0, 123456, tzinfo=bern),
        kind=EntryKind.ACTION_SENT,
        step="start",
        text="ISSU started",
        node="node0",
        key="issu",
        detail={"pid": 4711, "lines": ["a", None], "deep": {"share": 0.5, "ok": True}},
    )
    second = replace(make_event(), at=NOON - timedelta(hours=1))  # written later, of an earlier clock
    opened.record(UPGRADE, first)
    opened.record(UPGRADE, second)
    before = opened.now()
    opened.record(UPGRADE, second)
    back = opened.entries(UPGRADE)
    assert [replace(event, recorded_at=None) for event in back] == [first, second, second]
    stamps = [event.recorded_at or NOON for event in back]
    assert stamps == sorted(stamps)
    assert stamps[1] <= before <= stamps[2]
    assert opened.entries(UPGRADE)[0].at.tzinfo is UTC


def test_device_words_that_no_database_likes_are_kept_readable(opened: SqlJournal) -> None:
    opened.record(UPGRADE, replace(make_event(), text="bad \0 byte \udcff end", detail={"w": "\0 \udcff"}))
    event = opened.entries(UPGRADE)[0]
    assert event.text == "bad  byte ? end"
    assert event.detail == {"w": " ?"}


def test_a_trigger_writes_from_its_loop(opened: SqlJournal) -> None:
    async def observe() -> None:
        intent = await asyncio.to_thread(opened.intent, UPGRADE)
        writes = (asyncio.to_thread(opened.record, intent.upgrade_id, make_event()) for _ in range(8))
        await asyncio.gather(*writes)

    asyncio.run(observe())
    assert len(opened.entries(UPGRADE)) == 8


def test_lists_upgrades_newest_first(opened: SqlJournal, ledger: Ledger) -> None:
    opened.open_upgrade(make_intent("wave2__fw-a"), NOON + timedelta(hours=1))
    assert [u.upgrade_id for u in ledger.upgrades()] == ["wave2__fw-a", UPGRADE]
    assert [u.upgrade_id for u in ledger.upgrades(limit=1, cluster="fw-a")] == ["wave2__fw-a"]
    assert ledger.upgrades(cluster="fw-z") == ()
