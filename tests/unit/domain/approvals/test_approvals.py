"""Who counts, for how long, and on which question: judged from values alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from srx_issu.domain.approvals.digest import changes, digest
from srx_issu.domain.approvals.judge import (
    Approved,
    AskedQuestion,
    GivenAnswer,
    Judgement,
    NotApproved,
    judge,
    judge_campaign,
)
from srx_issu.domain.approvals.rule import (
    ApprovalRule,
    CampaignApproval,
    Person,
    assignees,
    shortage,
    strictest,
)

T0 = datetime(2027, 3, 14, 1, 0, tzinfo=UTC)
Q = AskedQuestion(purpose="start", digest="d1", gate="start gate 1", try_number=1)
ADA, BOB, CLEO = (Person(id=name, name=name) for name in ("ada", "bob", "cleo"))
RULE = ApprovalRule(said_at={"approvers": "approvals.yaml:7", "requester_counts": "approvals.yaml:8"})


def _says(
    person: Person, choice: str = "Approve", question: AskedQuestion = Q, hours: float = 0
) -> GivenAnswer:
    return GivenAnswer(question=question, person=person, choice=choice, at=T0 + timedelta(hours=hours))


def _judge(
    *answers: GivenAnswer,
    rule: ApprovalRule = RULE,
    asked: tuple[AskedQuestion, ...] = (Q,),
    requester: str = "olga",
    hours: float = 1,
    purpose: str = "start",
    expires: bool = True,
) -> Judgement:
    return judge(
        rule,
        requester=requester,
        purpose=purpose,
        digest="d1",
        asked=asked,
        answers=answers,
        now=T0 + timedelta(hours=hours),
        expires=expires,
    )


def _refusal(found: Judgement) -> str:
    assert isinstance(found, NotApproved), found
    return found.reason


def test_nobody_has_answered() -> None:
    assert "start has 0 of 1 approvals; the journal holds no answer of a person" in _refusal(_judge())


def test_an_answer_to_another_digest_does_not_count() -> None:
    other = replace(Q, digest="d0")
    found = _judge(_says(ADA, question=other), asked=(other, Q))
    assert "ada answered question d0" in _refusal(found)


def test_an_answer_to_a_question_that_nobody_put_does_not_count() -> None:
    for stranger in (replace(Q, gate="start gate 9"), replace(Q, try_number=2)):
        assert isinstance(_judge(_says(ADA, question=stranger)), NotApproved)


def test_an_answer_for_the_other_purpose_does_not_count() -> None:
    recovery = replace(Q, purpose="recovery")
    assert isinstance(_judge(_says(ADA, question=recovery), asked=(recovery,)), NotApproved)
    assert isinstance(_judge(_says(ADA), purpose="recovery"), NotApproved)


@pytest.mark.parametrize("requester", ["ada", "ADA", " ada "])
def test_the_requester_does_not_count(requester: str) -> None:
    reason = _refusal(_judge(_says(ADA), requester=requester))
    assert "ada asked for it and may not approve it (approvals.yaml:8)" in reason


def test_a_requester_is_known_by_name_where_ids_are_numbers() -> None:
    """Airflow tells the name of who triggered a run, and the id of who answers."""
    assert isinstance(_judge(_says(Person(id="12", name="ada")), requester="ada"), NotApproved)
    listed = replace(RULE, approvers=(Person(id="12", name="ada"), BOB))
    renamed = _says(Person(id="12", name="somebody else"))
    assert isinstance(_judge(renamed, rule=listed, requester="ada"), NotApproved)


def test_the_requester_counts_where_the_rule_says_so() -> None:
    assert isinstance(
        _judge(_says(ADA), requester="ada", rule=replace(RULE, requester_counts=True)), Approved
    )


def test_only_the_entitled_count_and_by_id() -> None:
    rule = replace(RULE, approvers=(BOB, Person(id="12", name="cleo")))
    assert "ada is not entitled to approve (approvals.yaml:7)" in _refusal(_judge(_says(ADA), rule=rule))
    assert isinstance(_judge(_says(CLEO), rule=rule), NotApproved), "her name is listed, not her id"
    assert isinstance(_judge(_says(BOB), rule=rule), Approved)


def test_an_answer_without_a_person_does_not_count() -> None:
    assert isinstance(_judge(_says(Person(id=""))), NotApproved)
    assert isinstance(_judge(_says(Person(id=" ", name="ada"))), NotApproved)


def test_a_yes_expires() -> None:
    assert isinstance(_judge(_says(ADA), hours=24), Approved)
    reason = _refusal(_judge(_says(ADA), hours=24.01))
    assert "the yes of ada of 2027-03-14 01:00 has expired (holds 24 hours)" in reason
    assert isinstance(_judge(_says(ADA), hours=999, expires=False), Approved)


def test_the_newest_decision_wins() -> None:
    refused = _judge(_says(ADA), _says(ADA, "Reject", hours=0.1))
    assert isinstance(refused, NotApproved)
    assert refused.is_refused
    assert isinstance(_judge(_says(ADA, "Reject"), _says(ADA, hours=0.1)), Approved)


@pytest.mark.parametrize("choice", ["Reject", "", "approve", "Approve all"])
def test_whatever_is_not_a_yes_is_a_no(choice: str) -> None:
    found = _judge(_says(ADA, choice))
    assert isinstance(found, NotApproved)
    assert found.is_refused


def test_one_no_outweighs_the_yes_of_others() -> None:
    found = _judge(_says(ADA), _says(BOB, "Reject"), _says(CLEO), rule=replace(RULE, needed=2))
    assert isinstance(found, NotApproved)
    assert found.is_refused


def test_different_people_are_counted() -> None:
    two = replace(RULE, needed=2)
    again = replace(Q, gate="start gate 2")
    found = _judge(_says(ADA), _says(Person(id="ADA"), question=again), rule=two, asked=(Q, again))
    assert isinstance(found, NotApproved)
    assert found.missing == 1
    both = _judge(_says(ADA), _says(BOB, question=again), rule=two, asked=(Q, again))
    assert both == Approved(reason="start approved by ada, bob (2 of 2)", by=("ada", "bob"))


def test_assignees_are_approvers_minus_requester() -> None:
    assert assignees(RULE, "ada") is None
    assert assignees(replace(RULE, approvers=(ADA, BOB)), "ada") == (BOB,)


def test_too_few_approvers_are_told_with_the_policys_line() -> None:
    rule = replace(RULE, approvers=(ADA,))
    assert shortage(RULE, "ada") is None
    assert shortage(rule, "olga") is None
    told = shortage(rule, "ada")
    assert told is not None
    assert "nobody may approve besides ada, who asks: see approvals.yaml:7" in told
    assert "ada may approve" in (shortage(replace(rule, needed=2), "olga") or "")


def test_the_strictest_meets_every_rule() -> None:
    found = strictest(
        (
            ApprovalRule(required=False, approvers=(ADA, BOB, CLEO), holds_s=50, requester_counts=True),
            ApprovalRule(needed=2, approvers=(BOB, CLEO), holds_s=70),
            ApprovalRule(campaign_holds_s=1),
        )
    )
    assert found == ApprovalRule(needed=2, approvers=(BOB, CLEO), holds_s=50, campaign_holds_s=1)


GIVEN = CampaignApproval(
    campaign_id="june__1", digest="p1", cluster="fw-1", image_sha256="aa", by=(ADA, BOB), given_at=T0
)


def _campaign(
    rule: ApprovalRule = RULE, cluster: str = "fw-1", sha256: str = "aa", days: float = 1
) -> Judgement:
    return judge_campaign(
        rule,
        GIVEN,
        requester="olga",
        cluster=cluster,
        image_sha256=sha256,
        now=T0 + timedelta(days=days),
    )


def test_a_campaigns_yes_is_about_its_cluster_and_image() -> None:
    assert isinstance(_campaign(), Approved)
    assert isinstance(_campaign(cluster="fw-2"), NotApproved)
    assert isinstance(_campaign(sha256="bb"), NotApproved)
    assert isinstance(_campaign(days=31), NotApproved)


def test_a_campaigns_approvers_must_meet_the_clusters_own_rule() -> None:
    assert isinstance(_campaign(replace(RULE, needed=3)), NotApproved)
    assert isinstance(_campaign(replace(RULE, approvers=(CLEO,))), NotApproved)
    found = _campaign(replace(RULE, approvers=(BOB, CLEO)))
    assert isinstance(found, Approved)
    assert found.by == ("bob",)


def test_a_digest_is_of_all_parts_in_any_order() -> None:
    assert digest({"a": "1", "b": "2"}) == digest({"b": "2", "a": "1"})
    assert len({digest({"a": "1"}), digest({"a": "2"}), digest({"a": "1", "b": ""})}) == 3


def test_changes_are_told_part_by_part() -> None:
    assert changes({"a": "1", "b": "2"}, {"a": "1", "b": "3", "c": ""}) == (
        "b: 2 → 3",
        "c: nothing → nothing",
    )
