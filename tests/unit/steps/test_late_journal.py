from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

import pytest

from srx_issu.domain.errors import JournalAway, JournalError
from srx_issu.domain.history.entry import Entry, entry_of
from srx_issu.domain.history.events import Observed
from srx_issu.steps.late_journal import LateJournal, write_patiently
from srx_issu.steps.outage import Outage
from tests.fakes.intents import intent
from tests.fakes.memory import SteppingClock
from tests.fakes.outages import Away, AwayJournal
from tests.fakes.snapshots import T0

LOG = logging.getLogger("test")
RUN = intent().upgrade_id


def journal(*spans: tuple[float, float]) -> AwayJournal:
    found = AwayJournal(Away(SteppingClock(), list(spans)))
    found.open_upgrade(intent(), T0)
    return found


def line(text: str, at_s: float = 0.0) -> Entry:
    return entry_of(Observed(), text, at=T0 + timedelta(seconds=at_s), step="issu.wait")


def late(behind: AwayJournal) -> LateJournal:
    return LateJournal(journal=behind, upgrade_id=RUN, outage=Outage(clock=behind.away.clock, log=LOG))


def texts(behind: AwayJournal) -> list[str]:
    return [entry.text for entry in behind.written[RUN]]


def test_keeps_what_it_cannot_write_and_writes_it_late_in_order_with_its_own_time() -> None:
    behind = journal((0, 60))
    lines = late(behind)
    assert not asyncio.run(lines.write(line("first", 0)))
    behind.away.clock.sleep(30)
    assert not asyncio.run(lines.write(line("second", 30)))
    behind.away.clock.sleep(30)
    assert asyncio.run(lines.write(line("third", 60)))
    assert texts(behind) == ["first", "second", "third"]
    assert [entry.at - T0 for entry in behind.written[RUN]] == [timedelta(seconds=s) for s in (0, 30, 60)]


def test_does_not_ask_again_before_its_pause_is_over() -> None:
    behind = journal((0, 1e9))
    lines = late(behind)
    for _ in range(20):
        asyncio.run(lines.write(line("seen")))
    assert behind.away.asked == 1


def test_a_line_whose_answer_was_lost_is_not_written_twice() -> None:
    behind = journal()
    behind.lose_answers = 1
    lines = late(behind)
    assert not asyncio.run(lines.write(line("once")))
    behind.away.clock.sleep(5)
    assert asyncio.run(lines.write())
    assert texts(behind) == ["once"]


def test_a_verdict_that_was_not_written_can_be_taken_back() -> None:
    behind = journal((0, 10))
    lines, verdict = late(behind), line("too late")
    asyncio.run(lines.write(line("news"), verdict))
    lines.withdraw(verdict)
    behind.away.clock.sleep(20)
    assert asyncio.run(lines.write())
    assert texts(behind) == ["news"]


def test_asks_whether_the_journal_is_back_also_when_nothing_waits() -> None:
    behind = journal((0, 10))
    lines, verdict = late(behind), line("verdict")
    asyncio.run(lines.write(verdict))
    lines.withdraw(verdict)
    behind.away.clock.sleep(5)
    assert not asyncio.run(lines.write())
    assert behind.away.asked == 2


def test_a_line_on_a_worker_waits_for_the_journal_and_is_written_once() -> None:
    behind = journal((0, 300))
    write_patiently(behind, RUN, line("sent"), Outage(clock=behind.away.clock, log=LOG), 3600)
    assert texts(behind) == ["sent"]
    behind.lose_answers = 1
    write_patiently(behind, RUN, line("answered"), Outage(clock=behind.away.clock, log=LOG), 3600)
    assert texts(behind) == ["sent", "answered"]


def test_a_line_on_a_worker_is_given_up_at_the_limit_and_at_once_when_it_is_refused() -> None:
    behind = journal((0, 1e9))
    with pytest.raises(JournalAway):
        write_patiently(behind, RUN, line("sent"), Outage(clock=behind.away.clock, log=LOG), 60)

    class Refusing(AwayJournal):
        def record(self, upgrade_id: str, event: Entry) -> None:
            raise JournalError("its tables are missing")

    refusing = Refusing(Away(SteppingClock()))
    with pytest.raises(JournalError, match="tables"):
        write_patiently(refusing, RUN, line("sent"), Outage(clock=refusing.away.clock, log=LOG), 60)
