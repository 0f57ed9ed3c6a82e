from __future__ import annotations

from typing import Any

import pytest

from srx_issu.domain.errors import RequestRefused
from srx_issu.ports.journal import EventKind, Outcome
from srx_issu.steps.confirm_approval import START, approval, confirm_approval
from srx_issu.steps.recall import conclusion
from tests.fakes.benches import FakeBench
from tests.fakes.intents import intent

ADA = {"id": "7", "name": "ada"}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "no approval was recorded"),
        ({}, "no approval was recorded"),
        ({"chosen_options": ["Approve"]}, "names no person"),
        ({"chosen_options": ["Approve"], "responded_by_user": {}}, "names no person"),
        ({"chosen_options": ["Reject"], "responded_by_user": ADA}, "ada refused"),
        ({"chosen_options": ["Approve", "Reject"], "responded_by_user": ADA}, "ada refused"),
    ],
)
def test_anything_but_a_recorded_approve_stops(answer: dict[str, Any] | None, words: str) -> None:
    fake = FakeBench()
    with pytest.raises(RequestRefused, match=words):
        confirm_approval(fake.bench("approval.confirm_approval"), answer, START)
    events = fake.journal.events("manual__1")
    assert approval(events, START) is None
    ended = conclusion(events)
    assert ended is not None
    assert ended.outcome is Outcome.REFUSED


def test_a_recorded_approve_is_written_down_with_the_person() -> None:
    fake = FakeBench()
    answer = {"chosen_options": ["Approve"], "responded_by_user": ADA}
    assert confirm_approval(fake.bench("approval.confirm_approval"), answer, START) == {"approved_by": "ada"}
    given = approval(fake.journal.events("manual__1"), START)
    assert given is not None
    assert given.detail["by"] == "ada"


def test_policy_without_approval_says_so_in_the_journal() -> None:
    fake = FakeBench(intent=intent(needs_approval=False))
    assert confirm_approval(fake.bench("approval.confirm_approval"), None, START) == {
        "approved_by": "not asked"
    }
    assert approval(fake.journal.events("manual__1"), START) is not None


def test_the_support_matrix_can_ask_where_policy_does_not() -> None:
    fake = FakeBench(intent=intent(needs_approval=False))
    fake.told(EventKind.DECIDED, "assess.check_readiness", assessment="ready", ask="unknown pair")
    with pytest.raises(RequestRefused, match="no approval was recorded"):
        confirm_approval(fake.bench("approval.confirm_approval"), None, START)
