"""What ended upgrades have left, on a real PostgreSQL."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest

from srx_issu.adapters.journal import SqlJournal, SqlPastUpgrades
from srx_issu.adapters.journal.codec import intent_to_json
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.history.command_events import CommandIntended, Sending
from srx_issu.domain.history.measured import RunFigures, figures
from srx_issu.domain.history.route_events import RouteStepPassed
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.procedure.action import ActionName
from srx_issu.domain.upgrade.intent import Intent, Purpose
from srx_issu.domain.upgrade.route import Route
from srx_issu.ports.past import MOST_RUNS
from tests.integration.adapters.journal.samples import NOON, make_entry, make_intent

MODEL = make_intent().cluster.model


def of(name: str, route: Route = Route.DUAL_REBOOT, model: str = MODEL, **changes: object) -> Intent:
    given = make_intent(name)
    return replace(given, route=route, cluster=replace(given.cluster, model=model), **changes)  # type: ignore[arg-type]


def upgraded(journal: SqlJournal, intent: Intent, *, is_over: bool = True) -> None:
    journal.open_upgrade(intent, NOON)
    first = CommandIntended(
        sending=Sending.INSTALL,
        node=NodeName.NODE1,
        command="add",
        permit_id="p",
        route_command="install_node1",
        key="route.install_node1",
    )
    journal.intend(intent.upgrade_id, make_entry(first, "add"))
    journal.record(intent.upgrade_id, make_entry(text="a look"))
    done = RouteStepPassed(action=ActionName.WAIT_FOR_COLD_SYNC)
    journal.record(intent.upgrade_id, make_entry(done, "done", seconds=600))
    if is_over:
        journal.close_upgrade(intent.upgrade_id, Outcome.UPGRADED, "done", NOON + timedelta(seconds=700))


def test_only_ended_upgrades_of_that_route_and_model(journal: SqlJournal, journal_url: str) -> None:
    upgraded(journal, of("wave1__fw-a"))
    upgraded(journal, of("wave1__fw-b"))
    upgraded(journal, of("wave1__open"), is_over=False)
    upgraded(journal, of("wave1__other", model="SRX345"))
    upgraded(journal, of("wave1__issu", Route.ISSU))
    upgraded(journal, of("recover__fw-a", purpose=Purpose.RECOVER))
    found = SqlPastUpgrades(journal_url).entries_of(Route.DUAL_REBOOT, MODEL)
    assert len(found) == 2
    for entries in found:
        assert isinstance(figures(Route.DUAL_REBOOT, entries), RunFigures)


def test_what_an_older_version_wrote_is_an_issus(journal: SqlJournal, journal_url: str) -> None:
    intent = of("wave1__old")
    document = intent_to_json(intent)
    del document["route"], document["purpose"]
    row = (intent.upgrade_id, intent.cluster.name, intent.image.release, json.dumps(document), NOON)
    with psycopg.connect(journal_url) as connection:
        names = "upgrade_id, cluster, target_release, intent, opened_at"
        connection.execute(
            f"INSERT INTO srx_issu.upgrades ({names}) VALUES (%s, %s, %s, %s, %s)".encode(), row
        )
    upgraded(journal, intent)
    past = SqlPastUpgrades(journal_url)
    assert len(past.entries_of(Route.ISSU, MODEL)) == 1
    assert past.entries_of(Route.DUAL_REBOOT, MODEL) == ()


@pytest.mark.parametrize("count", [MOST_RUNS + 1])
def test_the_newest_are_enough(journal: SqlJournal, journal_url: str, count: int) -> None:
    for number in range(count):
        upgraded(journal, of(f"wave1__fw-{number:02}"))
    assert len(SqlPastUpgrades(journal_url).entries_of(Route.DUAL_REBOOT, MODEL)) == MOST_RUNS
