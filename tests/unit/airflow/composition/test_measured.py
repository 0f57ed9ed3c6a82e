"""What is counted when journal and leases are written."""

from __future__ import annotations

from datetime import timedelta

import pytest

from srx_issu.airflow.composition.measured import MeasuredJournal, MeasuredLeases
from srx_issu.domain.errors import LeaseHeld
from srx_issu.domain.history.command_events import CommandSent, CommandUnanswered, Sending
from srx_issu.domain.history.entry import entry_of
from srx_issu.domain.history.events import Observed
from srx_issu.domain.outcome import Outcome
from srx_issu.ports.journal import PERMIT_S
from tests.fakes.contexts import start_intended
from tests.fakes.intents import intent
from tests.fakes.memory import MemoryJournal, MemoryLeases, SteppingClock
from tests.fakes.metrics import RememberedMetrics
from tests.fakes.snapshots import N0, T0

LATER = T0 + timedelta(hours=1)
PLAN = intent()


@pytest.fixture
def metrics() -> RememberedMetrics:
    return RememberedMetrics()


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def journal(metrics: RememberedMetrics, clock: SteppingClock) -> MeasuredJournal:
    return MeasuredJournal(MemoryJournal(clock), metrics)


@pytest.fixture
def leases(metrics: RememberedMetrics, clock: SteppingClock) -> MeasuredLeases:
    return MeasuredLeases(MemoryLeases(clock), metrics)


def test_an_upgrade_is_counted_once_however_often_it_is_opened(
    journal: MeasuredJournal, metrics: RememberedMetrics
) -> None:
    journal.open_upgrade(PLAN, T0)
    journal.open_upgrade(PLAN, LATER)
    assert metrics.counted == {"upgrades.opened": 1}
    assert metrics.tags["upgrades.opened"] == {"site": PLAN.cluster.site, "model": PLAN.cluster.model}


def test_an_outcome_and_its_duration_are_told_once(
    journal: MeasuredJournal, metrics: RememberedMetrics
) -> None:
    journal.open_upgrade(PLAN, T0)
    for _ in range(2):
        journal.close_upgrade(PLAN.upgrade_id, Outcome.ROLLED_BACK, "put back", LATER)
    assert metrics.counted["outcome.ROLLED_BACK"] == 1
    assert metrics.timed == {"upgrade_duration.ROLLED_BACK": [3600.0]}


def test_every_command_is_counted_by_what_became_of_it(
    journal: MeasuredJournal, metrics: RememberedMetrics
) -> None:
    journal.open_upgrade(PLAN, T0)
    intended = entry_of(start_intended(), "send", at=T0, step="start")
    assert [journal.intend(PLAN.upgrade_id, intended).written for _ in range(2)] == [True, False]
    sent = CommandSent(sending=Sending.START, node=N0)
    unanswered = CommandUnanswered(sending=Sending.START, node=N0)
    for event in (sent, unanswered, Observed()):
        journal.record(PLAN.upgrade_id, entry_of(event, "said", at=T0, step="start"))
    counted = {name: count for name, count in metrics.counted.items() if name.startswith("action.")}
    assert counted == {"action.intended": 1, "action.sent": 1, "action.unknown": 1}


def test_leases_are_counted_as_they_change_hands(
    leases: MeasuredLeases, metrics: RememberedMetrics, clock: SteppingClock
) -> None:
    leases.take("cluster:a", "one", 60)
    leases.take("cluster:a", "one", 60)  # renewed
    with pytest.raises(LeaseHeld):
        leases.take("cluster:a", "two", 60)
    clock.sleep(60 + PERMIT_S)
    leases.take("cluster:a", "two", 60)
    leases.release("cluster:a", "one")  # not one's own: nothing happens
    leases.release("cluster:a", "two")
    assert metrics.counted == {
        "lease.taken": 1, "lease.refused": 1, "lease.taken_over": 1, "lease.released": 1,
    }  # fmt: skip
