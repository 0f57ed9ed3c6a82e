"""What one gate does before it asks, and what it makes of an answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from srx_issu.domain.approvals.judge import Approved
from srx_issu.domain.approvals.rule import ApprovalPurpose, ApprovalRule, Approvals, Person
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.history.events import ReadinessPassed
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.outcome import Outcome
from srx_issu.steps.approval.facts import in_force, standing
from srx_issu.steps.approval.gate import approach, give_up, hear, is_unanswered
from srx_issu.steps.approval.gate_task import AskPerson, Enough, Gate, NextGate, Response
from srx_issu.steps.approval.lost_answer import LostAnswer
from srx_issu.steps.approval.request import recovery_request, start_request
from tests.fakes.approvals import PASSED, READY_ENTRY
from tests.fakes.contexts import FakeUpgrade
from tests.fakes.intents import intent
from tests.fakes.recoveries import half_way

GATES = 4
ADA, BOB, OPERATOR = (Person(id=name, name=name) for name in ("ada", "bob", "operator"))
LISTED = Approvals(start=ApprovalRule(approvers=(ADA, BOB, OPERATOR)))
TWO = Approvals(start=ApprovalRule(approvers=(ADA, BOB, OPERATOR), needed=2))


def _gate(number: int = 1, try_number: int = 1) -> Gate:
    return Gate(purpose=ApprovalPurpose.START, number=number, try_number=try_number, spares=GATES - number)


def _ready(fake: FakeUpgrade, passed: ReadinessPassed) -> None:
    fake.happened(passed, READY_ENTRY.text, step=READY_ENTRY.step)


def _fake(approvals: Approvals | None = None) -> FakeUpgrade:
    fake = FakeUpgrade(intent=intent(approvals=approvals or Approvals())).with_baseline()
    _ready(fake, PASSED)
    return fake


def _reassessed(fake: FakeUpgrade, *findings: str) -> None:
    _ready(fake, replace(PASSED, findings=findings))


def _approach(fake: FakeUpgrade, number: int = 1, try_number: int = 1) -> AskPerson | Enough | NextGate:
    gate = _gate(number, try_number)
    return approach(fake.context(gate.name), gate, start_request)


def _asked(fake: FakeUpgrade, number: int = 1, try_number: int = 1) -> AskPerson:
    found = _approach(fake, number, try_number)
    assert isinstance(found, AskPerson), found
    return found


def _hear(fake: FakeUpgrade, who: Person, choice: str = "Approve", number: int = 1) -> Enough | NextGate:
    gate = _gate(number)
    return hear(fake.context(gate.name), gate, Response(person=who, chosen=(choice,)))


def _is_approved(fake: FakeUpgrade) -> bool:
    return isinstance(standing(fake.known(), fake.intent, "start", fake.clock.now()), Approved)


def test_who_approves_is_told_of_ssh_with_sha1() -> None:
    old = intent()
    allowed = replace(old.cluster.node1, legacy_sha1=True)
    fake = FakeUpgrade(intent=replace(old, cluster=replace(old.cluster, node1=allowed))).with_baseline()
    _ready(fake, PASSED)
    assert "SSH with SHA-1" in start_request(fake.context("approval")).body
    assert "SSH with SHA-1" not in start_request(_fake().context("approval")).body
    asked, plain = (in_force(fake.known(), each, "start") for each in (fake.intent, old))
    assert asked is not None
    assert plain is not None
    assert asked.digest != plain.digest  # a yes to the one is none to the other


def test_a_closed_upgrade_asks_nobody() -> None:
    fake = _fake()
    fake.journal.close_upgrade("manual__1", Outcome.REFUSED, "no", fake.clock.now())
    with pytest.raises(RequestRefused, match="is closed as REFUSED"):
        _approach(fake)
    assert fake.texts(EntryKind.QUESTION) == []


def test_after_a_no_nobody_else_is_asked() -> None:
    fake = _fake().approved("start", choice="Reject")
    with pytest.raises(RequestRefused, match="ada refused the start; nothing was sent"):
        _approach(fake, 2)
    assert fake.outcome is Outcome.REFUSED


def test_an_answer_without_a_person_is_a_no() -> None:
    fake = _fake()
    _asked(fake)
    with pytest.raises(RequestRefused, match="names no person"):
        _hear(fake, Person(id="", name="somebody"))
    assert not _is_approved(fake)


def test_an_answer_to_no_question_is_a_no() -> None:
    with pytest.raises(RequestRefused, match="the journal does not hold"):
        _hear(_fake(), ADA)


def test_what_is_asked_about_is_said_once() -> None:
    """Why, readiness and findings had the same sentence each."""
    fake, asked = _fake(), "nothing documents 17.3R1 to 18.4R3 on an SRX5800; a person must approve"
    _ready(fake, replace(PASSED, ask=asked, findings=(asked, "minor alarm")))
    body = _asked(fake).body
    assert body.count("nothing documents") == 1
    assert "Readiness: nothing else speaks against it." in body
    assert "- minor alarm" in body


@pytest.mark.parametrize("without", [True, False])
def test_the_question_shows_the_command_as_it_will_be_sent(without: bool) -> None:
    fake = FakeUpgrade(intent=replace(intent(), no_validate=without)).with_baseline()
    _ready(fake, PASSED)
    body = _asked(fake).body
    assert "S2.11.tgz reboot no-validate`." in body if without else "S2.11.tgz reboot`." in body
    assert ("**Without the node's own validation**" in body) is without


@pytest.mark.parametrize(
    ("release", "words"),
    [
        ("22.4R3", "IPv4 and IPv6 both go on"),
        ("10.1R4", "promises nothing for IPv6"),
        ("?", "nothing for IPv6"),
    ],
)
def test_the_question_says_which_traffic_goes_on(release: str, words: str) -> None:
    given = intent()
    fake = FakeUpgrade(intent=replace(given, image=replace(given.image, release=release))).with_baseline()
    _ready(fake, PASSED)
    assert words in _asked(fake).body


def test_reject_refuses() -> None:
    fake = _fake()
    _asked(fake)
    with pytest.raises(RequestRefused, match="ada refused the start; nothing was sent"):
        _hear(fake, ADA, "Reject")
    assert fake.outcome is Outcome.REFUSED


def test_nobody_answers() -> None:
    fake = _fake()
    _asked(fake)
    with pytest.raises(RequestRefused, match="nobody answered the question about the start within 24 hours"):
        give_up(fake.context("x"), _gate())
    assert fake.outcome is Outcome.REFUSED


def test_too_few_who_may_still_approve() -> None:
    fake = _fake(replace(TWO, start=replace(TWO.start, approvers=(ADA, OPERATOR))))
    with pytest.raises(
        RequestRefused, match="2 more must approve and only ada still may: see policy/approvals"
    ):
        _approach(fake)


def test_the_requesters_yes_does_not_count_and_the_next_gate_asks_again() -> None:
    """Where anybody may approve, Airflow lets the requester answer."""
    fake = _fake()
    assert "anybody, but not operator, who asks" in _asked(fake).body
    found = _hear(fake, OPERATOR)
    assert isinstance(found, NextGate)
    assert "operator asked for it and may not approve it" in found.reason
    assert not _is_approved(fake)
    _asked(fake, 2)
    assert isinstance(_hear(fake, ADA, number=2), Enough)


@pytest.mark.parametrize("was_asked", [True, False])
def test_a_gate_that_was_marked_success_by_hand_is_told(was_asked: bool) -> None:
    fake = _fake()
    if was_asked:
        _asked(fake)
    with pytest.raises(RequestRefused, match=r"start gate 1 was passed without an answer; nothing was sent"):
        _approach(fake, 2)
    assert fake.outcome is Outcome.REFUSED


def test_the_last_gate_has_nobody_to_leave_it_to() -> None:
    fake = _fake()
    for number in (1, 2, 3):
        _asked(fake, number)
        _hear(fake, OPERATOR, number=number)
    _asked(fake, 4)
    with pytest.raises(RequestRefused, match="no gate is left"):
        _hear(fake, OPERATOR, number=4)
    assert fake.outcome is Outcome.REFUSED


def test_a_yes_is_enough_and_the_other_gates_are_not_needed() -> None:
    fake = _fake(LISTED)
    asked = _asked(fake)
    assert asked.assigned == (ADA, BOB), "the requester is not assigned"
    assert _hear(fake, ADA) == Enough(reason="start approved by ada (1 of 1)")
    assert fake.texts(EntryKind.ANSWER) == ["ada: Approve"]
    assert isinstance(_approach(fake, 2), Enough)


def test_each_of_two_approvers_answers_a_question_of_his_own() -> None:
    fake = _fake(TWO)
    assert "Approvals: 0 of 2 (nobody yet)" in _asked(fake).body
    assert isinstance(_hear(fake, ADA), NextGate)
    second = _asked(fake, 2)
    assert second.assigned == (BOB,)
    assert "Approvals: 1 of 2 (ada)" in second.body
    assert _hear(fake, BOB, number=2) == Enough(reason="start approved by ada, bob (2 of 2)")


def test_a_lost_try_asks_the_same_again() -> None:
    fake = _fake()
    first = _asked(fake)
    assert _asked(fake, try_number=2) == first
    assert isinstance(_hear(fake, ADA), Enough)


def test_a_question_that_would_read_differently_is_left_to_the_next_gate() -> None:
    """Airflow would go on showing the first one's words."""
    fake = _fake()
    _asked(fake)
    _reassessed(fake, "node0: CPU at 60 %")
    assert isinstance(_approach(fake, try_number=2), NextGate)
    assert "is given up" in fake.texts(EntryKind.QUESTION)[-1]
    asked = _asked(fake, 2)
    assert "**Changed since the last question:**" in asked.body
    assert "- findings: nothing → node0: CPU at 60 %" in asked.body
    assert isinstance(_hear(fake, ADA, number=2), Enough)


def test_an_answer_to_the_old_question_is_none_to_the_new_one() -> None:
    fake = _fake()
    _asked(fake)
    _reassessed(fake, "node0: CPU at 60 %")
    assert isinstance(_hear(fake, ADA), NextGate), "she saw the old words"
    assert not _is_approved(fake)
    _asked(fake, 2)


def test_spares_used_up_refuse() -> None:
    fake = _fake()
    for number in range(1, 5):
        _asked(fake, number)
        _reassessed(fake, f"finding {number}")
        if number < 4:
            assert isinstance(_approach(fake, number, 2), NextGate)
    with pytest.raises(RequestRefused, match="no gate is left to put it: start a new run"):
        _approach(fake, 4, 2)


def test_an_expired_yes_is_asked_for_again() -> None:
    fake = _fake()
    _asked(fake)
    _hear(fake, ADA)
    fake.clock.sleep(25 * 3600)
    assert isinstance(_approach(fake, try_number=2), AskPerson)


def test_once_the_issu_was_asked_for_nobody_is_asked() -> None:
    assert isinstance(approach(half_way().context("x"), _gate(), start_request), Enough)


def test_a_recovery_that_nobody_answers_needs_an_operator() -> None:
    fake = half_way()
    gate = replace(_gate(), purpose=ApprovalPurpose.RECOVERY)
    assert isinstance(approach(fake.context(gate.name), gate, recovery_request), AskPerson)
    with pytest.raises(RequestRefused, match="within 24 hours; nothing more is sent"):
        give_up(fake.context(gate.name), gate)
    assert fake.outcome is Outcome.NEEDS_OPERATOR


@pytest.mark.parametrize("chosen", [(), ("Approve", "Reject"), ("approve",), ("Approve", "Approve")])
def test_only_the_one_word_is_a_yes(chosen: tuple[str, ...]) -> None:
    fake = _fake()
    _asked(fake)
    gate = _gate()
    with pytest.raises(RequestRefused):
        hear(fake.context(gate.name), gate, Response(person=ADA, chosen=chosen))
    assert not _is_approved(fake)


def test_who_clears_a_gate_asks_again_and_the_answer_before_is_void() -> None:
    fake = _fake()
    _asked(fake)
    _hear(fake, ADA)
    assert _is_approved(fake)
    cleared = replace(_gate(try_number=2), clearings=3)
    assert isinstance(approach(fake.context(cleared.name), cleared, start_request), AskPerson)
    assert not _is_approved(fake)
    with pytest.raises(RequestRefused, match="ada refused the start"):
        hear(fake.context(cleared.name), cleared, Response(person=ADA, chosen=("Reject",)))
    assert fake.outcome is Outcome.REFUSED


def test_a_try_that_airflow_makes_again_does_not_ask_what_was_answered() -> None:
    fake = _fake()
    _asked(fake)
    _hear(fake, ADA)
    assert isinstance(_approach(fake, try_number=2), Enough)


class TestAnAnswerThatWasLost:
    LOST = LostAnswer(who="ada", chosen="Approve", at=datetime(2026, 3, 1, 12, 4, 5, tzinfo=UTC))

    def again(
        self, fake: FakeUpgrade, number: int = 1, lost: LostAnswer | None = LOST
    ) -> AskPerson | NextGate:
        gate = _gate(number, try_number=2)
        found = approach(fake.context(gate.name), gate, start_request, lost)
        assert isinstance(found, AskPerson | NextGate), found
        return found

    def test_is_looked_for_where_an_earlier_try_has_no_answer_in_the_journal(self) -> None:
        fake = _fake(TWO)
        assert not is_unanswered(fake.context("x"), _gate(1, 2))  # nothing was asked yet
        _asked(fake)
        assert not is_unanswered(fake.context("x"), _gate(1, 1))
        assert is_unanswered(fake.context("x"), _gate(1, 2))
        _hear(fake, ADA)
        assert not is_unanswered(fake.context("x"), _gate(1, 2))

    def test_does_not_count_and_the_next_gate_says_whose_it_was(self) -> None:
        fake = _fake()
        _asked(fake)
        found = self.again(fake)
        assert isinstance(found, NextGate)
        assert "ada chose 'Approve' at 2026-03-01 12:04:05 UTC, on try 1" in found.reason
        assert "the next gate asks instead" in found.reason
        assert not _is_approved(fake)
        body = _asked(fake, 2).body
        assert "**An answer was lost:** ada chose 'Approve' at 2026-03-01 12:04:05 UTC" in body
        assert "It does not count: please answer again." in body
        assert _asked(fake, 2, try_number=2).body == body
        assert isinstance(_hear(fake, ADA, number=2), Enough)

    def test_is_spoken_of_too_where_the_question_would_read_differently_by_now(self) -> None:
        fake = _fake()
        _asked(fake)
        _reassessed(fake, "node0: CPU at 60 %")
        found = self.again(fake)
        assert isinstance(found, NextGate)
        assert "ada chose 'Approve'" in found.reason
        body = _asked(fake, 2).body
        assert "**An answer was lost:** ada chose 'Approve'" in body
        assert "**Changed since the last question:**" in body

    def test_is_not_spoken_of_once_somebody_was_heard(self) -> None:
        fake = _fake(TWO)
        _asked(fake)
        self.again(fake)
        _asked(fake, 2)
        assert isinstance(_hear(fake, ADA, number=2), NextGate)
        assert "An answer was lost" not in _asked(fake, 3).body

    def test_is_asked_for_in_the_same_words_where_the_gates_would_not_suffice(self) -> None:
        fake = _fake()
        for number in (1, 2, 3):
            _asked(fake, number)
            assert isinstance(self.again(fake, number), NextGate)
        before = _asked(fake, 4)
        assert self.again(fake, 4) == before
        assert "asked again: ada chose 'Approve'" in fake.texts(EntryKind.QUESTION)[-1]

    def test_one_of_which_nobody_knows_is_asked_for_again_and_the_journal_says_so(self) -> None:
        fake = _fake()
        first = _asked(fake)
        assert self.again(fake, lost=None) == first
        assert fake.texts(EntryKind.QUESTION)[-1].endswith("asked again: try 1 has no answer in the journal")
