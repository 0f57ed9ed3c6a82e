"""Who is asked before a start, and how it is written down that nobody is."""

from __future__ import annotations

from typing import Any

import pytest

from srx_issu.domain.approvals.rule import ApprovalRule, Approvals
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.history.approval_events import ApprovalConfirmed
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.steps.approval.ask_for_start import BeforeStart, ask_for_start, confirm_start
from tests.fakes.approvals import READY_ENTRY
from tests.fakes.contexts import FakeUpgrade
from tests.fakes.intents import intent

NOBODY = Approvals(start=ApprovalRule(required=False))
WINDOW = {"window_end": "2026-05-25T04:00:00+00:00"}


def assessed(**changes: Any) -> FakeUpgrade:
    fake = FakeUpgrade(intent=intent(**changes))
    fake.journal.record("manual__1", READY_ENTRY)
    return fake


def test_without_an_assessment_the_gates_say_what_is_missing() -> None:
    fake = FakeUpgrade(intent=intent(approvals=NOBODY))
    assert ask_for_start(fake.context("prepare.ask_for_start")) is BeforeStart.ASK


def test_people_are_asked_where_policy_says_so() -> None:
    fake = assessed()
    assert ask_for_start(fake.context("prepare.ask_for_start")) is BeforeStart.ASK
    assert fake.texts(EntryKind.APPROVAL) == []


def test_a_question_that_was_put_once_is_left_to_the_gates_though_it_was_answered() -> None:
    """A gate that was cleared asks again, and the answer before does not count any more."""
    fake = assessed().approved("start")
    assert ask_for_start(fake.context("prepare.ask_for_start")) is BeforeStart.ASK


@pytest.mark.parametrize(("changes", "way"), [({}, BeforeStart.START), (WINDOW, BeforeStart.WAIT)])
def test_where_nobody_need_be_asked_that_is_written_down_as_the_guard_does(
    changes: dict[str, Any], way: BeforeStart
) -> None:
    fake = assessed(approvals=NOBODY, **changes)
    assert ask_for_start(fake.context("prepare.ask_for_start")) is way
    entries = fake.journal.entries("manual__1")
    told = [(e.step, e.event.by) for e in entries if isinstance(e.event, ApprovalConfirmed)]
    assert told == [("approval.confirm_approval", "not asked")]


def test_the_guard_lets_nothing_pass_without_an_answer() -> None:
    with pytest.raises(RequestRefused, match="no answer of a person"):
        confirm_start(assessed().context("approval.confirm_approval"))


def test_the_guard_leads_to_the_window_where_one_was_asked_for() -> None:
    assert confirm_start(assessed(**WINDOW).approved("start").context("x")) is BeforeStart.WAIT
    assert confirm_start(assessed().approved("start").context("x")) is BeforeStart.START
