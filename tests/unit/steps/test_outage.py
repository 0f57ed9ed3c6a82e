from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from srx_issu.domain.errors import ConnectionUnusable, JournalAway, JournalError
from srx_issu.domain.history.command_events import CommandSent, Sending
from srx_issu.domain.history.events import Decided
from srx_issu.steps.outage import (
    LONGEST_PAUSE_S,
    SAID_EVERY_S,
    WATCHING,
    Outage,
    run_patiently,
    wait_out,
    wait_out_in_loop,
)
from tests.fakes.contexts import FakeUpgrade
from tests.fakes.memory import SteppingClock
from tests.fakes.outages import Away, AwayJournal
from tests.fakes.snapshots import N0, T0

LOG = logging.getLogger("test.outage")


@dataclass
class AwayFor:
    """Does not answer until the clock has moved on by ``seconds``."""

    clock: SteppingClock
    seconds: float
    asked: list[float] = field(default_factory=list)

    def __call__(self) -> str:
        passed_s = (self.clock.now() - T0).total_seconds()
        self.asked.append(passed_s)
        if passed_s < self.seconds:
            raise JournalAway("PostgreSQL does not answer (connection refused)")
        return "answer"


def in_loop(ask: Callable[[], str], outage: Outage, limit_s: float | None = None) -> str:
    async def sleep(seconds: float) -> None:
        outage.clock.sleep(seconds)

    return asyncio.run(wait_out_in_loop(ask, outage, limit_s=limit_s, sleep=sleep))


def on_worker(ask: Callable[[], str], outage: Outage, limit_s: float | None = None) -> str:
    return wait_out(ask, outage, limit_s=limit_s)


both_ways = pytest.mark.parametrize("wait", [on_worker, in_loop])


def outage(clock: SteppingClock) -> Outage:
    return Outage(clock=clock, log=LOG, meanwhile=WATCHING)


@both_ways
def test_an_error_that_will_not_pass_is_raised_at_once(wait: Callable[..., str]) -> None:
    def ask() -> str:
        raise JournalError("its tables are missing")

    clock = SteppingClock()
    with pytest.raises(JournalError, match="tables are missing"):
        wait(ask, outage(clock))
    assert clock.now() == T0


@both_ways
def test_gives_up_at_its_limit_with_the_last_words(wait: Callable[..., str]) -> None:
    clock = SteppingClock()
    with pytest.raises(JournalAway, match="connection refused"):
        wait(AwayFor(clock, 1e9), outage(clock), limit_s=300.0)
    passed_s = (clock.now() - T0).total_seconds()
    assert 300.0 <= passed_s <= 300.0 + 2 * LONGEST_PAUSE_S


@both_ways
def test_waits_without_a_limit_and_says_so_once_a_minute(
    wait: Callable[..., str], caplog: pytest.LogCaptureFixture
) -> None:
    clock = SteppingClock()
    with caplog.at_level(logging.INFO, logger=LOG.name):
        assert wait(AwayFor(clock, 3600.0), outage(clock)) == "answer"
    away = [r.getMessage() for r in caplog.records if "journal away since" in r.getMessage()]
    assert 3600 / (SAID_EVERY_S + 2 * LONGEST_PAUSE_S) <= len(away) <= 3600 / SAID_EVERY_S + 1
    assert f"journal away since {T0:%H:%M:%S} UTC; going on watching" in away[0]
    assert "answers again after 36" in caplog.records[-1].getMessage()


@both_ways
def test_asks_soon_at_first_then_less_and_less_often(wait: Callable[..., str]) -> None:
    clock = SteppingClock()
    ask = AwayFor(clock, 200.0)
    wait(ask, outage(clock))
    pauses = [later - earlier for earlier, later in zip(ask.asked, ask.asked[1:], strict=False)]
    assert pauses[0] < 1.0
    assert max(pauses) <= LONGEST_PAUSE_S * 1.3
    assert pauses[-1] > LONGEST_PAUSE_S / 2
    assert len(set(pauses)) > 2  # jitter


def test_a_second_outage_is_said_and_counted_on_its_own() -> None:
    clock = SteppingClock()
    away = outage(clock)
    away.begun(JournalAway("gone"))
    clock.sleep(20)
    assert away.over() == 20.0
    assert away.over() is None
    assert not away.is_on
    assert away.is_due
    away.begun(JournalAway("gone again"))
    assert away.since == clock.now()
    assert not away.is_due


def patiently(
    attempt: Callable[[float], str], clock: SteppingClock, *, running: bool = True, begun: bool = True
) -> str:
    return run_patiently(
        attempt, clock=clock, log=LOG, is_running=lambda: running, is_begun=lambda: begun, limit_s=7200.0
    )


def test_a_step_begins_anew_after_an_outage_and_is_told_how_long_it_was() -> None:
    clock = SteppingClock()
    ask, told = AwayFor(clock, 60.0), list[float]()

    def attempt(away_s: float) -> str:
        told.append(away_s)
        return ask()

    assert patiently(attempt, clock) == "answer"
    assert told[0] == 0.0
    assert 60.0 <= told[-1] <= 75.0


def test_a_step_is_given_back_to_its_task_when_the_journal_stays_away() -> None:
    clock = SteppingClock()
    ask = AwayFor(clock, 1e9)
    with pytest.raises(JournalAway):
        patiently(lambda _: ask(), clock)
    assert clock.now() - T0 >= timedelta(hours=2)


def test_a_spoilt_connection_is_waited_out_in_a_running_upgrade_only(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = SteppingClock()
    tries = list[float]()

    def attempt(_: float) -> str:
        tries.append((clock.now() - T0).total_seconds())
        if tries[-1] < 600:
            raise ConnectionUnusable("connection srx_default: no user name (Login)")
        return "answer"

    with caplog.at_level(logging.WARNING, logger=LOG.name):
        assert patiently(attempt, clock) == "answer"
    said = [r.getMessage() for r in caplog.records]
    assert 9 <= len(said) <= 11
    assert "Airflow connection away since" in said[0]
    assert "no user name" in said[0]
    clock.time = T0
    with pytest.raises(ConnectionUnusable):
        patiently(attempt, clock, running=False)


def test_before_anything_was_sent_a_spoilt_connection_is_waited_out_for_ten_minutes_only() -> None:
    clock = SteppingClock()

    def attempt(_: float) -> str:
        raise ConnectionUnusable("connection srx_default: no user name (Login)")

    with pytest.raises(ConnectionUnusable):
        patiently(attempt, clock, begun=False)
    assert timedelta(minutes=10) <= clock.now() - T0 < timedelta(minutes=11)


def test_a_journal_that_is_away_is_waited_out_as_long_before_the_start_as_after_it() -> None:
    clock = SteppingClock()
    ask = AwayFor(clock, 3600.0)
    assert patiently(lambda _: ask(), clock, begun=False) == "answer"


def test_what_became_of_a_command_is_written_when_the_journal_is_back() -> None:
    clock = SteppingClock()
    journal = AwayJournal(Away(clock, [(0.0, 600.0)]))
    fake = FakeUpgrade(clock=clock, journal=journal)
    sent = CommandSent(sending=Sending.START, node=N0)
    fake.context("issu.start").record(sent, "ISSU: Validating Image")
    assert clock.now() - T0 >= timedelta(seconds=600)
    written = journal.written[fake.intent.upgrade_id]
    assert [(e.at, e.text) for e in written] == [(T0, "ISSU: Validating Image")]


def test_anything_else_begins_the_step_anew() -> None:
    clock = SteppingClock()
    fake = FakeUpgrade(clock=clock)
    fake.journal = AwayJournal(Away(clock, [(0.0, 600.0)]))
    with pytest.raises(JournalAway):
        fake.context("issu.start").record(Decided(), "start: both nodes are ready")
    assert clock.now() == T0
