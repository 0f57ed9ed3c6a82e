"""A journal that is away, found out by one wait for all of its loop."""

from __future__ import annotations

import pytest

from srx_issu.airflow.watching.watcher.shared_outage import ASK_AGAIN_S, SharedOutage
from srx_issu.domain.errors import JournalAway, JournalError


class Journal:
    """Counts who asks, and answers when it is there."""

    def __init__(self) -> None:
        self.asked = 0
        self.error: JournalError | None = JournalAway("PostgreSQL does not answer")

    def answer(self) -> str:
        self.asked += 1
        if self.error is not None:
            raise self.error
        return "here"


class Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def outage(clock: Time) -> SharedOutage:
    return SharedOutage(clock)


def test_while_it_is_away_it_is_asked_once_a_second(outage: SharedOutage, clock: Time) -> None:
    journal = Journal()
    for _ in range(100):
        with pytest.raises(JournalAway, match="does not answer"):
            outage.ask(journal.answer)
    assert journal.asked == 1
    clock.now += ASK_AGAIN_S
    for _ in range(100):
        with pytest.raises(JournalAway):
            outage.ask(journal.answer)
    assert journal.asked == 2


def test_while_one_finds_out_nobody_else_waits_for_it(outage: SharedOutage, clock: Time) -> None:
    journal = Journal()
    with pytest.raises(JournalAway):
        outage.ask(journal.answer)
    clock.now += ASK_AGAIN_S

    def slow() -> str:
        clock.now += 60
        with pytest.raises(JournalAway):
            outage.ask(journal.answer)
        return "here"

    assert outage.ask(slow) == "here"
    assert journal.asked == 1


def test_once_it_answers_everybody_asks(outage: SharedOutage, clock: Time) -> None:
    journal = Journal()
    with pytest.raises(JournalAway):
        outage.ask(journal.answer)
    journal.error = None
    clock.now += ASK_AGAIN_S
    assert [outage.ask(journal.answer) for _ in range(3)] == ["here"] * 3


def test_a_no_is_an_answer(outage: SharedOutage, clock: Time) -> None:
    journal = Journal()
    with pytest.raises(JournalAway):
        outage.ask(journal.answer)
    journal.error = JournalError("no such upgrade")
    clock.now += ASK_AGAIN_S
    for _ in range(3):
        with pytest.raises(JournalError, match="no such upgrade"):
            outage.ask(journal.answer)
    assert journal.asked == 4
