"""A campaign's gates: several approvers, changed questions, and what its clusters inherit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from srx_issu.campaign.events import UpgradeEnded
from srx_issu.campaign.model import Budget, Gates, Result, Share
from srx_issu.domain.approvals.rule import ApprovalRule, Person
from srx_issu.domain.errors import RequestRefused
from srx_issu.steps.approval.gate_task import AskPerson, Enough, NextGate, Response
from srx_issu.steps.approval.lost_answer import LostAnswer
from srx_issu.steps.campaign.answers import campaign_approval
from srx_issu.steps.campaign.close import close_campaign
from srx_issu.steps.campaign.plan import approval_question, confirm_plan, make_plan
from srx_issu.steps.campaign.plan_question import PLAN, rule_for_plan
from srx_issu.steps.campaign.questions import CampaignGateTask, approach, hear, is_unanswered, unanswered
from srx_issu.steps.campaign.wave import hear_answer, hold_question, judge, open_wave
from tests.fakes.campaigns import FakeCampaign, said
from tests.unit.campaign.fleets import campaign, member

ADA, BOB, OLGA = (Person(id=name, name=name) for name in ("ada", "bob", "olga"))
TWO = ApprovalRule(needed=2, approvers=(ADA, BOB, OLGA))
GATES = 3


def _planned(policy: ApprovalRule | None = None, **changes: object) -> FakeCampaign:
    asked = campaign(budget=Budget(total=Share(count=0)), **changes)
    fake = FakeCampaign(campaign=asked, fleet=[replace(member("a"), image_sha256="aa"), member("b")])
    fake.policy = policy or ApprovalRule()
    make_plan(fake.context())
    return fake


def _gate(number: int = 1) -> CampaignGateTask:
    return CampaignGateTask(about=PLAN, number=number, try_number=1, spares=GATES - number)


def _approach(fake: FakeCampaign, number: int = 1) -> AskPerson | Enough | NextGate:
    return approach(fake.context(), _gate(number), approval_question(fake.context()))


def _hear(fake: FakeCampaign, who: Person, number: int = 1, option: str = "Approve") -> Enough | NextGate:
    return hear(fake.context(), _gate(number), Response(person=who, chosen=(option,)))


def test_an_answer_to_no_question_and_one_without_a_person_are_refused() -> None:
    fake = _planned()
    with pytest.raises(RequestRefused, match="the journal does not hold"):
        _hear(fake, ADA)
    _approach(fake)
    with pytest.raises(RequestRefused, match="names no person"):
        _hear(fake, Person(id=""))


def test_nobody_answered_is_said_at_the_end() -> None:
    fake = _planned()
    _approach(fake)
    assert "within 24 hours" in unanswered(fake.context(), _gate(), approval_question(fake.context()))
    with pytest.raises(RequestRefused, match="no answer of a person"):
        confirm_plan(fake.context())
    end = close_campaign(fake.context())
    assert end["outcome"] == "REFUSED"
    assert str(end["reason"]).startswith("nobody answered the question about the plan within 24 hours")


@pytest.mark.parametrize("is_planned_anew", [True, False])
def test_a_campaign_that_nobody_answered_is_open_when_it_is_approved_after_all(is_planned_anew: bool) -> None:
    """Whoever clears the plan, or only its gate: the upgrades that it orders are its own then."""
    fake = _planned()
    _approach(fake)
    unanswered(fake.context(), _gate(), approval_question(fake.context()))
    assert close_campaign(fake.context())["outcome"] == "REFUSED"
    if is_planned_anew:
        make_plan(fake.context())
    cleared = replace(_gate(), try_number=2)
    assert isinstance(approach(fake.context(), cleared, approval_question(fake.context())), AskPerson)
    hear(fake.context(), cleared, Response(person=BOB, chosen=("Approve",)))
    confirm_plan(fake.context())
    record = fake.campaigns.campaign(fake.campaign_id)
    assert record is not None
    assert record.outcome is None
    assert [found.name for found in fake.campaigns.approved()] == [record.name]


def test_two_approvers_answer_two_questions() -> None:
    fake = _planned(TWO)
    first = _approach(fake)
    assert isinstance(first, AskPerson)
    assert first.assigned == (ADA, BOB), "who started it is not assigned"
    assert isinstance(_hear(fake, ADA), NextGate)
    second = _approach(fake, 2)
    assert isinstance(second, AskPerson)
    assert second.assigned == (BOB,)
    assert "Approvals: 1 of 2" in second.body
    assert isinstance(_hear(fake, BOB, 2), Enough)
    assert confirm_plan(fake.context())["approved_by"] == "ada, bob"


def test_a_changed_plan_is_put_by_the_next_gate_with_what_changed() -> None:
    fake = _planned()
    _approach(fake)
    fake.fleet[1] = replace(fake.fleet[1], image="other.tgz")
    make_plan(fake.context())
    assert isinstance(_approach(fake), NextGate)
    asked = _approach(fake, 2)
    assert isinstance(asked, AskPerson)
    assert "Changed since the last question" in asked.body
    assert "- cluster b: image " in asked.body
    assert "other.tgz" in asked.body


def test_a_gate_that_was_marked_success_by_hand_is_told() -> None:
    fake = _planned()
    with pytest.raises(RequestRefused, match="plan gate 1 was passed without an answer"):
        _approach(fake, 2)
    _approach(fake)
    with pytest.raises(RequestRefused, match="plan gate 1 was passed without an answer"):
        _approach(fake, 2)


def test_spares_used_up_refuse() -> None:
    fake = _planned()
    for number in (1, 2, 3):
        assert isinstance(_approach(fake, number), AskPerson)
        if number > 1:
            assert isinstance(_approach(fake, number), AskPerson), "the same again"
        fake.fleet[1] = replace(fake.fleet[1], image=f"other-{number}.tgz")
        make_plan(fake.context())
        if number < 3:
            assert isinstance(_approach(fake, number), NextGate)
    with pytest.raises(RequestRefused, match="no gate is left to put it"):
        _approach(fake, 3)


@pytest.mark.parametrize(
    ("policy", "gates", "expected"),
    [
        (ApprovalRule(), Gates(), None),
        (ApprovalRule(), Gates(approvers=("ada",)), ("ada",)),
        (ApprovalRule(approvers=(ADA, BOB)), Gates(), ("ada", "bob")),
        (ApprovalRule(approvers=(ADA, BOB)), Gates(approvers=("bob", "eve")), ("bob",)),
        (ApprovalRule(approvers=(ADA,)), Gates(approvers=("eve",)), ()),
    ],
)
def test_policy_and_campaign_file_together_are_the_stricter(
    policy: ApprovalRule, gates: Gates, expected: tuple[str, ...] | None
) -> None:
    found = rule_for_plan(policy, gates).approvers
    assert (None if found is None else tuple(person.id for person in found)) == expected


def _held(policy: ApprovalRule | None = None) -> FakeCampaign:
    fake = _planned(policy)
    said(fake, approval_question(fake.context()))
    confirm_plan(fake.context())
    open_wave(fake.context(), 1)
    _ended(fake, Result.ROLLED_BACK)
    judge(fake.context(), 1, 1)
    return fake


def _ended(fake: FakeCampaign, result: Result) -> None:
    for cluster in fake.state.opened[1]:
        ended = UpgradeEnded(attempt=1, result=result)
        fake.context().record(ended, "as scripted", wave=1, cluster=cluster)


def test_who_started_a_campaign_may_only_abort_at_a_hold() -> None:
    fake = _held()
    found = said(fake, hold_question(fake.context(), 1, 1), "Promote", "olga")
    assert isinstance(found, NextGate)
    with pytest.raises(RequestRefused, match="olga started the campaign and may only abort it"):
        hear_answer(fake.context(), 1, 1)
    said(fake, hold_question(fake.context(), 1, 1), "Abort", "olga")
    assert hear_answer(fake.context(), 1, 1) == []
    assert fake.state.aborted is not None


def test_an_answer_to_a_hold_is_about_the_results_it_showed() -> None:
    fake = _held()
    said(fake, hold_question(fake.context(), 1, 1), "Promote")
    _ended(fake, Result.UNKNOWN)
    with pytest.raises(RequestRefused, match="ada answered question"):
        hear_answer(fake.context(), 1, 1)


def test_the_yes_to_a_plan_is_one_to_its_clusters() -> None:
    fake = _planned(TWO)
    _approach(fake)
    _hear(fake, ADA)
    fake.clock.sleep(60)
    _approach(fake, 2)
    _hear(fake, BOB, 2)
    given = campaign_approval("spring__1", fake.campaigns.entries("spring__1"), "a")
    assert given is not None
    assert [person.id for person in given.by] == ["ada", "bob"]
    assert given.image_sha256 == "aa"
    assert (fake.clock.now() - given.given_at).total_seconds() == 60, "the oldest answer counts"


def test_without_a_yes_to_this_very_plan_its_clusters_have_none() -> None:
    fake = _planned()
    assert campaign_approval("spring__1", fake.campaigns.entries("spring__1"), "a") is None
    said(fake, approval_question(fake.context()))
    assert campaign_approval("spring__1", fake.campaigns.entries("spring__1"), "z") is None
    fake.fleet[0] = replace(fake.fleet[0], image_sha256="bb")
    make_plan(fake.context())
    assert campaign_approval("spring__1", fake.campaigns.entries("spring__1"), "a") is None
    said(fake, approval_question(fake.context()), "Reject")
    assert campaign_approval("spring__1", fake.campaigns.entries("spring__1"), "a") is None


def test_an_answer_that_was_lost_is_asked_for_again_by_the_next_gate_which_says_whose() -> None:
    fake = _planned()
    _approach(fake)
    again = replace(_gate(), try_number=2)
    assert is_unanswered(fake.context(), again)
    assert not is_unanswered(fake.context(), _gate())
    lost = LostAnswer(who="ada", chosen="Approve")
    found = approach(fake.context(), again, approval_question(fake.context()), lost)
    assert isinstance(found, NextGate)
    assert (
        "ada chose 'Approve', on try 1, and that did not reach the journal; the next gate asks"
        in found.reason
    )
    asked = _approach(fake, 2)
    assert isinstance(asked, AskPerson)
    assert "**An answer was lost:** ada chose 'Approve', on try 1" in asked.body
    assert not is_unanswered(fake.context(), again)
    assert isinstance(_hear(fake, ADA, 2), Enough)


def test_a_lost_answer_to_a_plan_that_has_changed_since_is_spoken_of_too() -> None:
    fake = _planned()
    _approach(fake)
    fake.fleet[0] = replace(fake.fleet[0], image_sha256="bb")
    make_plan(fake.context())
    lost, again = LostAnswer(who="ada", chosen="Approve"), replace(_gate(), try_number=2)
    found = approach(fake.context(), again, approval_question(fake.context()), lost)
    assert isinstance(found, NextGate)
    asked = _approach(fake, 2)
    assert isinstance(asked, AskPerson)
    assert "**An answer was lost:** ada chose 'Approve', on try 1" in asked.body


def test_a_lost_answer_of_which_nobody_knows_leaves_the_question_as_it_was() -> None:
    fake = _planned()
    first = _approach(fake)
    assert (
        approach(fake.context(), replace(_gate(), try_number=2), approval_question(fake.context())) == first
    )
    told = fake.campaigns.entries(fake.campaign_id)[-1].text
    assert told.endswith("asked again: try 1 has no answer in the journal")
