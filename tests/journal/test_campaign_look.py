"""The look that all campaigns share, on PostgreSQL."""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from threading import Event as Flag

import pytest
from sqlalchemy import Connection
from sqlalchemy import event as listened

from srx_issu.adapters.journal import SqlCampaigns, SqlJournal, SqlLeases
from srx_issu.adapters.journal.database import Database
from srx_issu.adapters.journal.engines import engine_of
from srx_issu.domain.upgrade.intent import OrderedBy
from srx_issu.ports.campaign import CampaignEntry, CampaignEntryKind, OrderedUpgrade
from srx_issu.ports.journal import PERMIT_S, Outcome
from tests.fakes.campaign_events import random_events
from tests.journal.samples import NOON, make_intent
from tests.journal.test_sql_leases import HOUR, pass_time


@pytest.fixture
def campaigns(journal_url: str) -> SqlCampaigns:
    found = SqlCampaigns(journal_url)
    for name in ("autumn", "spring"):
        found.open_campaign(f"{name}__1", name, "ada", NOON)
    return found


def test_what_is_new_of_each_campaign_is_read_once_and_without_plans(campaigns: SqlCampaigns) -> None:
    written = random_events(random.Random(3), 40)
    for event in written[:25]:
        campaigns.record("spring__1", event)
    campaigns.record("autumn__1", replace(written[0], kind=CampaignEntryKind.ORDERED))
    first = campaigns.look({"spring__1": 0, "autumn__1": 0, "never opened": 0}, ())
    for event in written[25:]:
        campaigns.record("spring__1", event)
    second = campaigns.look(first.read_to, ())
    plain = [event for event in written if event.kind is not CampaignEntryKind.PLANNED]
    assert [*first.events["spring__1"], *second.events["spring__1"]] == plain
    assert len(first.events["autumn__1"]) == 1
    assert (second.events["autumn__1"], second.events["never opened"]) == ((), ())
    assert campaigns.look(second.read_to, ()).read_to == second.read_to
    assert campaigns.look({}, ()).events == {}


def test_what_is_held_is_what_cannot_be_taken(
    journal_url: str, campaigns: SqlCampaigns, journal: SqlJournal, leases: SqlLeases
) -> None:
    leases.take("cluster:live", "run-1", HOUR)
    leases.take("cluster:dead", "run-2", HOUR)
    journal.open_upgrade(make_intent("run-3"), NOON)
    leases.take("cluster:kept", "run-3", HOUR)
    journal.close_upgrade("run-3", Outcome.NEEDS_OPERATOR, "look at it", NOON)
    pass_time(journal_url, HOUR + PERMIT_S - 20)  # not to be had before the last permit has run out
    assert set(campaigns.look({}, ()).held) == {"cluster:live", "cluster:dead", "cluster:kept"}
    pass_time(journal_url, 30)
    leases.take("cluster:live", "run-1", HOUR)
    assert campaigns.look({}, ()).held == {"cluster:live": "run-1", "cluster:kept": "run-3"}


def test_outcomes_come_with_the_order_that_was_shown(campaigns: SqlCampaigns, journal: SqlJournal) -> None:
    ordered = OrderedBy(campaign_id="spring__1", nonce="ab")
    journal.open_upgrade(replace(make_intent("ours"), ordered_by=ordered), NOON)
    journal.open_upgrade(make_intent("by hand"), NOON)
    journal.close_upgrade("by hand", Outcome.UPGRADED, "", NOON)
    assert campaigns.look({}, ("ours", "by hand", "not claimed yet")).upgrades == {
        "ours": OrderedUpgrade(outcome=None, nonce="ab"),
        "by hand": OrderedUpgrade(outcome=Outcome.UPGRADED, nonce=""),
    }


def test_many_waits_cost_no_more_statements_than_one(journal_url: str, campaigns: SqlCampaigns) -> None:
    statements: list[str] = []
    engine = engine_of(Database(journal_url)._url)
    listened.listen(engine, "before_cursor_execute", lambda *told: statements.append(told[2]))
    few = campaigns.look({"spring__1": 0}, ("a",))
    asked = len(statements)
    campaigns.look({**few.read_to, "autumn__1": 0}, [f"run-{number}" for number in range(1000)])
    assert len(statements) == 2 * asked
    assert asked <= 5  # the time limit, events, leases, upgrades, the clock


def test_an_event_that_is_numbered_early_and_committed_late_is_not_missed(
    journal_url: str, campaigns: SqlCampaigns
) -> None:
    """A writer waits for the one before it, so that numbers become visible in their order."""
    database, is_written, go_on = Database(journal_url), Flag(), Flag()
    event = CampaignEntry(at=NOON, kind=CampaignEntryKind.ORDERED, text="late", detail={"order": "pause"})

    def slow_writer() -> None:
        slow = SqlCampaigns(journal_url)
        slow._database = _Slow(database, is_written, go_on)  # type: ignore[assignment]
        slow.record("spring__1", event)

    with ThreadPoolExecutor(2) as threads:
        late = threads.submit(slow_writer)
        assert is_written.wait(10)
        quick = threads.submit(campaigns.record, "spring__1", replace(event, text="quick"))
        seen = campaigns.look({"spring__1": 0}, ())
        go_on.set()
        late.result(10)
        quick.result(10)
    told = [*seen.events["spring__1"], *campaigns.look(seen.read_to, ()).events["spring__1"]]
    assert [each.text for each in told] == ["late", "quick"]


class _Slow:
    """A database whose transactions wait before they commit."""

    def __init__(self, database: Database, is_written: Flag, go_on: Flag) -> None:
        self._database, self._is_written, self._go_on = database, is_written, go_on

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        with self._database.transaction() as connection:
            yield connection
            self._is_written.set()
            assert self._go_on.wait(10)
