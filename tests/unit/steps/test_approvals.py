"""What stands as an approval, read from events and intent."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from srx_issu.domain.approvals.judge import Approved, NotApproved
from srx_issu.domain.approvals.rule import ApprovalRule, Approvals, CampaignApproval, Person
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.ports import codec
from srx_issu.ports.journal import Entry, EntryKind, Json
from srx_issu.steps.approval.facts import in_force, standing, why_asked
from srx_issu.steps.recall import last
from srx_issu.steps.recovery.kept_plan import PLAN_KEY
from tests.fakes.approvals import PLAN, READY_EVENT, answered, put
from tests.fakes.intents import IMAGE, intent
from tests.fakes.recoveries import half_way
from tests.fakes.snapshots import T0

INTENT = intent()
LATER = T0 + timedelta(hours=1)
NOT_REQUIRED = intent(approvals=Approvals(start=ApprovalRule(required=False)))


def _start(events: tuple[Entry, ...], given: Intent = INTENT) -> Approved | NotApproved:
    return standing(events, given, "start", LATER)


def _recovery(events: tuple[Entry, ...], hours: float = 1) -> Approved | NotApproved:
    return standing(events, INTENT, "recovery", T0 + timedelta(hours=hours))


def _approved(given: Intent = INTENT, ready: Entry = READY_EVENT) -> tuple[Entry, ...]:
    """Asked and answered yes, about this intent and assessment."""
    before = (ready,)
    return (*before, put(before, given, "start"), answered(before, given, "start", "ada"))


def test_without_an_assessment_there_is_nothing_to_approve() -> None:
    found = _start(())
    assert isinstance(found, NotApproved)
    assert "no passed readiness assessment" in found.reason
    assert isinstance(_start((), NOT_REQUIRED), NotApproved), "it may have to be asked"


def test_nothing_but_an_answer_counts() -> None:
    """The guard's own word, an XCom's text, and a question are no answers."""
    told = Entry(
        at=T0,
        kind=EntryKind.APPROVAL,
        step="approval.confirm_approval",
        text="approved",
        detail={"approved": True, "by": "ada", "for": "start"},
    )
    assert isinstance(_start((READY_EVENT, told)), NotApproved)
    assert isinstance(_start((READY_EVENT, put((READY_EVENT,), INTENT, "start"))), NotApproved)
    assert isinstance(_start((READY_EVENT, answered((READY_EVENT,), INTENT, "start", "ada"))), NotApproved)


def test_a_yes_to_the_question_in_force_is_an_approval() -> None:
    assert _start(_approved()) == Approved(reason="start approved by ada (1 of 1)", by=("ada",))


@pytest.mark.parametrize(
    "changed",
    [
        {"image": replace(IMAGE, sha256="1" * 64)},
        {"cluster": replace(INTENT.cluster, node0=replace(INTENT.cluster.node0, host="127.0.0.9"))},
        {"policy": replace(INTENT.policy, unlink_image=True)},
        {"window_end": "2027-03-14T05:00:00+00:00"},
        {"approvals": Approvals(start=ApprovalRule(needed=1, holds_s=1e6))},
        {"fail_back": False},
    ],
)
def test_a_yes_is_about_exactly_this(changed: dict[str, object]) -> None:
    found = _start(_approved(), replace(INTENT, **changed))  # type: ignore[arg-type]
    assert isinstance(found, NotApproved)
    assert "nobody has answered that" in found.reason


@pytest.mark.parametrize(
    "changed",
    [
        {"ask": "nobody documents this pair"},
        {"findings": ["node0: CPU at 60 %"]},
        {"found": "node0: 21.4R1"},
        {"support": "ask: unknown pair"},
    ],
)
def test_a_new_assessment_with_other_facts_is_another_question(changed: dict[str, Json]) -> None:
    again = replace(READY_EVENT, detail={**READY_EVENT.detail, **changed})
    assert isinstance(_start((*_approved(), again)), NotApproved)
    assert isinstance(_start((*_approved(), READY_EVENT)), Approved), "the same facts are the same question"


def test_an_assessment_made_again_before_the_start_changes_no_question() -> None:
    fresh = replace(
        READY_EVENT, step="issu.start", detail={"assessment": "ready", "findings": ["node0: busy"]}
    )
    assert isinstance(_start((*_approved(), fresh)), Approved)


def test_a_line_that_moved_in_the_policy_changes_no_question() -> None:
    moved = replace(INTENT, approvals=Approvals(start=ApprovalRule(said_at={"needed": "approvals.yaml:99"})))
    assert isinstance(_start(_approved(), moved), Approved)


def test_expiry_counts_from_when_the_database_wrote_it() -> None:
    *before, answer = _approved()
    late = replace(answer, at=LATER, recorded_at=LATER - timedelta(hours=25))
    assert isinstance(_start((*before, late)), NotApproved)
    early = replace(answer, at=LATER - timedelta(hours=99), recorded_at=LATER)
    assert isinstance(_start((*before, early)), Approved)


def test_where_policy_asks_for_nothing_nobody_is_asked() -> None:
    assert why_asked((READY_EVENT,), NOT_REQUIRED, "start") is None
    assert _start((READY_EVENT,), NOT_REQUIRED) == Approved(reason="policy asks for no approval")


def test_an_undocumented_pair_is_asked_for_whatever_policy_says() -> None:
    ready = replace(READY_EVENT, detail={**READY_EVENT.detail, "ask": "nobody documents this pair"})
    assert isinstance(_start((ready,), NOT_REQUIRED), NotApproved)
    assert isinstance(_start(_approved(NOT_REQUIRED, ready), NOT_REQUIRED), Approved)
    by_matrix = replace(NOT_REQUIRED, approval_reason="unknown pair")
    assert isinstance(_start((READY_EVENT,), by_matrix), NotApproved)


BY_CAMPAIGN = replace(
    INTENT,
    approved_by_campaign=CampaignApproval(
        campaign_id="june__1",
        digest="p1",
        cluster="fw-1",
        image_sha256=IMAGE.sha256,
        by=(Person(id="bob", name="bob"),),
        given_at=T0,
    ),
)


def test_a_campaigns_yes_is_enough_for_its_cluster() -> None:
    found = _start((READY_EVENT,), BY_CAMPAIGN)
    assert isinstance(found, Approved)
    assert found.by == ("bob",)


def test_a_campaigns_yes_is_not_enough() -> None:
    swapped = replace(BY_CAMPAIGN, image=replace(IMAGE, sha256="1" * 64))
    assert isinstance(_start((READY_EVENT,), swapped), NotApproved)
    ask = replace(READY_EVENT, detail={**READY_EVENT.detail, "ask": "nobody documents this pair"})
    assert isinstance(_start((ask,), BY_CAMPAIGN), NotApproved)
    own = replace(BY_CAMPAIGN, requested_by="bob")
    assert isinstance(_start((READY_EVENT,), own), NotApproved)


def test_a_no_to_the_cluster_itself_outweighs_the_campaigns_yes() -> None:
    before = (READY_EVENT,)
    events = (
        *before,
        put(before, BY_CAMPAIGN, "start"),
        answered(before, BY_CAMPAIGN, "start", "ada", "Reject"),
    )
    assert isinstance(_start(events, BY_CAMPAIGN), NotApproved)


def test_a_recovery_needs_a_yes_to_the_newest_plan() -> None:
    assert isinstance(_recovery(()), NotApproved)
    assert isinstance(_recovery((PLAN,)), NotApproved)
    approved = (PLAN, put((PLAN,), INTENT, "recovery"), answered((PLAN,), INTENT, "recovery", "ada"))
    assert isinstance(_recovery(approved), Approved)
    other = replace(PLAN, detail={**PLAN.detail, "digest": "f" * 64})
    assert isinstance(_recovery((*approved, other)), NotApproved)


def test_a_yes_to_the_start_is_none_to_a_recovery() -> None:
    assert isinstance(_recovery((PLAN, *_approved())), NotApproved)


@pytest.mark.parametrize(("permission", "kind"), [("automatic", Approved), ("never", NotApproved)])
def test_failures_yaml_says_whether_a_recovery_is_asked_for(permission: str, kind: type) -> None:
    plan = replace(PLAN, detail={**PLAN.detail, "permission": permission})
    assert isinstance(_recovery((plan,)), kind)


def test_a_plan_of_an_earlier_version_cannot_be_approved() -> None:
    old = replace(PLAN, detail={"plan": "x", "permission": "ask"})
    found = _recovery((old,))
    assert isinstance(found, NotApproved)
    assert "has no digest" in found.reason
    assert in_force((old,), INTENT, "recovery") is None


def test_a_recovery_that_has_begun_is_carried_out_whatever_its_yes_is_old() -> None:
    approved = (PLAN, put((PLAN,), INTENT, "recovery"), answered((PLAN,), INTENT, "recovery", "ada"))
    assert isinstance(_recovery(approved, hours=25), NotApproved)
    sent = Entry(
        at=T0, kind=EntryKind.ACTION_INTENDED, step="recover.reboot", text="", detail={"errand": "reboot"}
    )
    assert isinstance(_recovery((*approved, sent), hours=25), Approved)
    before_the_plan = (sent, *approved)
    assert isinstance(_recovery(before_the_plan, hours=25), NotApproved)


def test_the_journal_gives_back_the_same_question() -> None:
    """Digests are compared between processes, of intents that went through JSON."""
    rule = ApprovalRule(approvers=(Person(id="12", name="ada"),), needed=1, said_at={"needed": "a.yaml:3"})
    given = replace(BY_CAMPAIGN, approvals=Approvals(start=rule))
    back = codec.loads(Intent, codec.dumps(given))
    assert back == given
    asked = in_force((READY_EVENT,), given, "start")
    assert asked is not None
    assert in_force((READY_EVENT,), back, "start") == asked


def test_an_intent_of_an_earlier_version_asks_as_the_shipped_policy_does() -> None:
    old = json.loads(codec.dumps(INTENT))
    del old["approvals"], old["approved_by_campaign"]
    back = codec.loads(Intent, json.dumps({**old, "needs_approval": False}))
    assert isinstance(_start((READY_EVENT,), back), NotApproved)


def test_the_plan_that_a_recovery_keeps_can_be_approved() -> None:
    fake = half_way()
    kept = last(fake.journal.entries("manual__1"), EntryKind.OBSERVED, key=PLAN_KEY)
    assert kept is not None
    assert set(kept.detail) == set(PLAN.detail)
    assert isinstance(_recovery((kept,)), NotApproved)
    approved = (kept, put((kept,), INTENT, "recovery"), answered((kept,), INTENT, "recovery", "ada"))
    assert isinstance(_recovery(approved), Approved)
