"""A journal that is away, clocks in doubt, permits that run out: asked anew, and never sent twice."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from srx_issu.domain.errors import PermitExpired, StopFlagUnreadable
from srx_issu.domain.gate.table import SendPurpose
from srx_issu.domain.history.command_events import (
    CommandIntended,
    CommandSent,
    CommandWithdrawn,
    PermitRefused,
)
from srx_issu.domain.outcome import Outcome
from srx_issu.ports.permits import uptime_s
from srx_issu.steps.gate import ask
from tests.unit.steps.gate.worlds import (
    AfterSending,
    AwayJournal,
    OtherClock,
    World,
    answer,
    begin,
    begin_start,
    bring_home,
    complete,
    configure,
    go_on,
    prepare,
    undo_commit,
)

MAKE: dict[SendPurpose, Callable[[], World]] = {
    SendPurpose.PREPARE: prepare,
    SendPurpose.CONFIGURE: configure,
    SendPurpose.BEGIN: begin,
    SendPurpose.CONTINUE: go_on,
    SendPurpose.COMPLETE: complete,
    SendPurpose.ANSWER: answer,
    SendPurpose.BRING_HOME: bring_home,
    SendPurpose.UNDO_COMMIT: undo_commit,
}
AWAY_S = 200.0


def journal(world: World) -> AwayJournal:
    assert isinstance(world.fake.journal, AwayJournal)
    return world.fake.journal


@pytest.mark.parametrize("purpose", SendPurpose)
@pytest.mark.parametrize("method", ["entries", "intend"])
def test_a_journal_that_is_away_before_the_sending_is_waited_for(purpose: SendPurpose, method: str) -> None:
    world = MAKE[purpose]()
    began = world.fake.clock.now()
    journal(world).leave(AWAY_S, method)
    world.send()
    assert len(world.reached) == 1
    assert (world.fake.clock.now() - began).total_seconds() >= AWAY_S
    assert world.events(PermitRefused) == []


def test_the_log_says_once_a_minute_that_the_journal_is_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    world = begin()
    journal(world).leave(AWAY_S, "entries")
    with caplog.at_level(logging.INFO):
        world.send()
    said = [r.getMessage() for r in caplog.records if "away since" in r.getMessage()]
    assert 3 <= len(said) <= 5
    assert all("nothing is sent meanwhile" in line for line in said)
    assert any("answers again" in r.getMessage() for r in caplog.records)


def test_an_outcome_decided_during_the_outage_counts() -> None:
    world = begin()
    journal(world).leave(AWAY_S, "entries")
    world.fake.decided(Outcome.REFUSED, "ada said no")
    with pytest.raises(Exception, match="decided to be REFUSED"):
        world.send()
    assert world.reached == []


@pytest.mark.parametrize("purpose", SendPurpose)
def test_an_intent_whose_writing_is_in_doubt_is_withdrawn_and_asked_anew(purpose: SendPurpose) -> None:
    world = MAKE[purpose]()
    world.key = "recover.once" if purpose is SendPurpose.BRING_HOME else "once"
    before = len(world.events(CommandIntended))
    journal(world).loses = 1
    world.send()
    assert len(world.reached) == 1
    (withdrawn,) = world.events(CommandWithdrawn)
    lost, sent = world.events(CommandIntended)[before:]
    assert withdrawn.permit_id == lost.permit_id != sent.permit_id
    assert (lost.key, sent.key) == (world.key, f"{world.key}#2")
    counted = [one.command for one in world.fake.known().intended]
    assert sent in counted
    assert lost not in counted


@pytest.mark.parametrize("make", [begin, bring_home])
def test_what_became_of_it_is_written_late(make: Callable[[], World]) -> None:
    world = make()
    writer = world.fake.writer
    assert isinstance(writer, AfterSending)
    writer.then = lambda: journal(world).leave(AWAY_S, "record", "entries", "intend", "now")
    began = world.fake.clock.now()
    world.send()
    assert len(world.reached) == 1
    assert len(world.events(CommandSent)) == 1
    assert (world.fake.clock.now() - began).total_seconds() >= AWAY_S


def test_a_stop_flag_that_cannot_be_read_is_waited_for() -> None:
    world = begin()
    tries = itertools.count()

    def stopped() -> str | None:
        if next(tries) < 5:
            raise StopFlagUnreadable("no answer from Airflow")
        return None

    world.send(replace(world.context(), stopped=stopped))
    assert len(world.reached) == 1
    assert next(tries) >= 6


def test_what_prepares_an_upgrade_does_not_wait_for_leave_for_ever() -> None:
    world = prepare()

    def stopped() -> str | None:
        raise StopFlagUnreadable("no answer from Airflow")

    began = world.fake.clock.now()
    with pytest.raises(PermitExpired, match="no permission to send"):
        world.send(replace(world.context(), stopped=stopped))
    assert timedelta(hours=2) <= world.fake.clock.now() - began < timedelta(hours=2, minutes=1)
    assert world.reached == []


def test_who_waits_for_leave_keeps_its_cluster() -> None:
    world = begin()
    tries = itertools.count()

    def stopped() -> str | None:
        if next(tries) < 3:
            raise StopFlagUnreadable("no answer from Airflow")
        return None

    before = world.fake.leases.holder("cluster:fw-1")
    world.fake.clock.sleep(60)
    world.send(replace(world.context(), stopped=stopped))
    after = world.fake.leases.holder("cluster:fw-1")
    assert before is not None
    assert after is not None
    assert after.expires_at > before.expires_at


@pytest.mark.parametrize("make", [begin, configure, go_on, answer])
def test_a_clock_six_hours_ahead_begins_nothing_until_it_is_right(make: Callable[[], World]) -> None:
    world = make()

    def put_right(clock: OtherClock) -> None:
        assert world.reached == []
        if clock.slept == 40:
            clock.ahead_s = 0.0

    clock = OtherClock(true=world.fake.clock, ahead_s=6 * 3600, until=put_right)
    world.send(replace(world.context(), clock=clock))
    assert clock.slept == 40
    assert len(world.reached) == 1


@pytest.mark.parametrize("make", [prepare, bring_home, complete, undo_commit])
@pytest.mark.parametrize("hours", [-6, 6])
def test_a_clock_six_hours_off_brings_home_and_prepares(make: Callable[[], World], hours: int) -> None:
    world = make()
    clock = OtherClock(true=world.fake.clock, ahead_s=3600.0 * hours)
    world.send(replace(world.context(), clock=clock))
    assert clock.slept == 0
    assert len(world.reached) == 1


def late(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """So many permits are asked for, then this machine sleeps until they have run out."""
    left = itertools.count(-times)
    monkeypatch.setattr(ask, "uptime_s", lambda: uptime_s() - (60.0 if next(left) < 0 else 0.0))


@pytest.mark.parametrize("purpose", SendPurpose)
def test_a_permit_that_runs_out_is_withdrawn_and_asked_for_anew(
    purpose: SendPurpose, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = MAKE[purpose]()
    world.key = "recover.once" if purpose is SendPurpose.BRING_HOME else "once"
    before = len(world.events(CommandIntended))
    late(monkeypatch, 2)
    world.send()
    assert len(world.reached) == 1
    keys = [e.key for e in world.events(CommandIntended)[before:]]
    assert keys == [world.key, f"{world.key}#2", f"{world.key}#3"]
    assert len(world.events(CommandWithdrawn)) == 2


@pytest.mark.parametrize("make", [begin, begin_start, bring_home])
def test_three_permits_that_run_out_end_the_step_and_nothing_counts_as_sent(
    make: Callable[[], World], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = make()
    before = len(world.fake.known().intended)
    late(monkeypatch, 3)
    with pytest.raises(PermitExpired):
        world.send()
    assert world.reached == []
    assert len(world.events(CommandWithdrawn)) == 3
    assert len(world.fake.known().intended) == before


def test_a_permit_that_ran_out_is_asked_for_with_every_condition(monkeypatch: pytest.MonkeyPatch) -> None:
    world = begin()
    looks = itertools.count()
    world.still_due = lambda _: None if next(looks) == 0 else "it is there by now"
    late(monkeypatch, 1)
    with pytest.raises(Exception, match="it is there by now"):
        world.send()
    assert world.reached == []
