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
from srx_issu.campaign.entry import CampaignEntry
from srx_issu.campaign.events import OrderGiven, OrderWord, PlanMade
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.intent import OrderedBy
from srx_issu.ports.campaign import OrderedUpgrade
from srx_issu.ports.journal import PERMIT_S
from tests.fakes.campaign_events import random_entries
from tests.integration.adapters.journal.samples import NOON, make_intent
from tests.integration.adapters.journal.test_sql_campaigns import as_written, write_as_before
from tests.integration.adapters.journal.test_sql_leases import HOUR, pass_time

PAUSED = CampaignEntry(at=NOON, text="paused", event=OrderGiven(order=OrderWord.PAUSE))


@pytest.fixture
def campaigns(journal_url: str) -> SqlCampaigns:
    found = SqlCampaigns(journal_url)
    for name in ("autumn", "spring"):
        found.open_campaign(f"{name}__1", name, "ada", NOON)
    return found


def test_what_is_new_of_each_campaign_is_read_once_and_without_plans(campaigns: SqlCampaigns) -> None:
    written = random_entries(random.Random(7), 40)
    for entry in written[:25]:
        campaigns.record("spring__1", entry)
    campaigns.record("autumn__1", PAUSED)
    first = campaigns.look({"spring__1": 0, "autumn__1": 0, "never opened": 0}, ())
    for entry in written[25:]:
        campaigns.record("spring__1", entry)
    second = campaigns.look(first.read_to, ())
    plain = [entry for entry in written if not isinstance(entry.event, PlanMade)]
    assert 0 < len(plain) < len(written)
    assert as_written([*first.entries["spring__1"], *second.entries["spring__1"]]) == plain
    assert as_written(first.entries["autumn__1"]) == [PAUSED]
    assert (second.entries["autumn__1"], second.entries["never opened"]) == ((), ())
    assert campaigns.look(second.read_to, ()).read_to == second.read_to
    assert campaigns.look({}, ()).entries == {}


def test_an_account_that_cannot_be_read_is_said_and_the_others_are_told(
    journal_url: str, campaigns: SqlCampaigns
) -> None:
    campaigns.record("spring__1", PAUSED)
    for told in (PAUSED, replace(PAUSED, text="resumed")):
        campaigns.record("autumn__1", told)
        write_as_before(journal_url, "autumn__1", "ordered", {"order": "resume", "by": "ada"})
    seen = campaigns.look({"spring__1": 0, "autumn__1": 0}, ())
    assert as_written(seen.entries["spring__1"]) == [PAUSED]
    assert seen.unreadable.keys() == {"autumn__1"}
    assert "does not fit this version" in seen.unreadable["autumn__1"]
    assert "autumn__1" not in seen.entries, "half an account is none"
    assert "autumn__1" not in seen.read_to, "it is read anew"


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

    def slow_writer() -> None:
        slow = SqlCampaigns(journal_url)
        slow._database = _Slow(database, is_written, go_on)  # type: ignore[assignment]
        slow.record("spring__1", replace(PAUSED, text="late"))

    with ThreadPoolExecutor(2) as threads:
        late = threads.submit(slow_writer)
        assert is_written.wait(10)
        quick = threads.submit(campaigns.record, "spring__1", replace(PAUSED, text="quick"))
        seen = campaigns.look({"spring__1": 0}, ())
        go_on.set()
        late.result(10)
        quick.result(10)
    told = [*seen.entries["spring__1"], *campaigns.look(seen.read_to, ()).entries["spring__1"]]
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
