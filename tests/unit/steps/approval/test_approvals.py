"""What stands as an approval, read from what is known and the intent."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from srx_issu.domain.approvals.judge import Approved, NotApproved
from srx_issu.domain.approvals.rule import (
    ApprovalPurpose,
    ApprovalRule,
    Approvals,
    CampaignApproval,
    Person,
)
from srx_issu.domain.failure.classes import Permission
from srx_issu.domain.history.approval_events import ApprovalConfirmed
from srx_issu.domain.history.command_events import CommandIntended, Sending
from srx_issu.domain.history.entry import Entry, entry_of
from srx_issu.domain.history.recovery_events import RecoveryPlanned
from srx_issu.domain.history.upgrade_state import known
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.domain.upgrade.route import Route
from srx_issu.ports import codec
from srx_issu.steps.approval.facts import in_force, standing, why_asked
from tests.fakes.approvals import PASSED, PLAN, PLANNED, READY_ENTRY, answered, put
from tests.fakes.intents import IMAGE, intent
from tests.fakes.recoveries import half_way
from tests.fakes.snapshots import N1, T0

INTENT = intent()
LATER = T0 + timedelta(hours=1)
NOT_REQUIRED = intent(approvals=Approvals(start=ApprovalRule(required=False)))


def _start(entries: tuple[Entry, ...], given: Intent = INTENT) -> Approved | NotApproved:
    return standing(known(entries), given, "start", LATER)


def _recovery(entries: tuple[Entry, ...], hours: float = 1) -> Approved | NotApproved:
    return standing(known(entries), INTENT, "recovery", T0 + timedelta(hours=hours))


def _assessed(**changed: Any) -> Entry:
    """Another assessment than ``READY_ENTRY``."""
    return replace(READY_ENTRY, event=replace(PASSED, **changed))


def _planned(**changed: Any) -> Entry:
    """Another plan than ``PLAN``."""
    return replace(PLAN, event=replace(PLANNED, **changed))


def _answered(
    about: Entry, purpose: str, given: Intent = INTENT, choice: str = "Approve"
) -> tuple[Entry, ...]:
    """Put and answered, with what it is about before it."""
    so_far = known((about,))
    return (about, put(so_far, given, purpose), answered(so_far, given, purpose, "ada", choice))


def _approved(given: Intent = INTENT, ready: Entry = READY_ENTRY) -> tuple[Entry, ...]:
    """Asked and answered yes, about this intent and assessment."""
    return _answered(ready, "start", given)


def test_without_an_assessment_there_is_nothing_to_approve() -> None:
    found = _start(())
    assert isinstance(found, NotApproved)
    assert "no passed readiness assessment" in found.reason
    assert isinstance(_start((), NOT_REQUIRED), NotApproved), "it may have to be asked"


def test_nothing_but_an_answer_counts() -> None:
    """The guard's own word, an XCom's text, and a question are no answers."""
    asked_about, question, answer = _approved()
    in_question = in_force(known((READY_ENTRY,)), INTENT, "start")
    assert in_question is not None
    confirmed = ApprovalConfirmed(purpose=ApprovalPurpose.START, by="ada", digest=in_question.digest)
    told = entry_of(confirmed, "approved", at=T0, step="approval.confirm_approval")
    assert isinstance(_start((asked_about, told)), NotApproved)
    assert isinstance(_start((asked_about, question)), NotApproved)
    assert isinstance(_start((asked_about, answer)), NotApproved)


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
        {"no_validate": True},
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
        {"findings": ("node0: CPU at 60 %",)},
        {"found": "node0: 21.4R1"},
        {"support": "ask: unknown pair"},
    ],
)
def test_a_new_assessment_with_other_facts_is_another_question(changed: dict[str, object]) -> None:
    assert isinstance(_start((*_approved(), _assessed(**changed))), NotApproved)
    assert isinstance(_start((*_approved(), READY_ENTRY)), Approved), "the same facts are the same question"


def test_an_assessment_made_again_before_the_start_changes_no_question() -> None:
    fresh = _assessed(for_approval=False, findings=("node0: busy",))
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
    assert why_asked(known((READY_ENTRY,)), NOT_REQUIRED, "start") is None
    assert _start((READY_ENTRY,), NOT_REQUIRED) == Approved(reason="policy asks for no approval")


def test_an_undocumented_pair_is_asked_for_whatever_policy_says() -> None:
    ready = _assessed(ask="nobody documents this pair")
    assert isinstance(_start((ready,), NOT_REQUIRED), NotApproved)
    assert isinstance(_start(_approved(NOT_REQUIRED, ready), NOT_REQUIRED), Approved)
    by_matrix = replace(NOT_REQUIRED, approval_reason="unknown pair")
    assert isinstance(_start((READY_ENTRY,), by_matrix), NotApproved)


def test_a_start_without_validation_is_asked_for_whatever_policy_says() -> None:
    without = replace(NOT_REQUIRED, no_validate=True)
    assert "no-validate" in (why_asked(known((READY_ENTRY,)), without, "start") or "")
    assert isinstance(_start((READY_ENTRY,), without), NotApproved)
    assert isinstance(_start(_approved(without), without), Approved)
    assert isinstance(_start(_approved(NOT_REQUIRED), without), NotApproved), "that was another question"


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
    found = _start((READY_ENTRY,), BY_CAMPAIGN)
    assert isinstance(found, Approved)
    assert found.by == ("bob",)


def test_a_campaigns_yes_is_not_enough() -> None:
    swapped = replace(BY_CAMPAIGN, image=replace(IMAGE, sha256="1" * 64))
    assert isinstance(_start((READY_ENTRY,), swapped), NotApproved)
    ask = _assessed(ask="nobody documents this pair")
    assert isinstance(_start((ask,), BY_CAMPAIGN), NotApproved)
    own = replace(BY_CAMPAIGN, requested_by="bob")
    assert isinstance(_start((READY_ENTRY,), own), NotApproved)
    assert isinstance(_start((READY_ENTRY,), replace(BY_CAMPAIGN, no_validate=True)), NotApproved)
    rules = replace(BY_CAMPAIGN.policy.evidence, traceoptions=True)  # a commit is read cluster by cluster
    traced = replace(BY_CAMPAIGN, policy=replace(BY_CAMPAIGN.policy, evidence=rules))
    assert isinstance(_start((READY_ENTRY,), traced), NotApproved)


def test_a_campaigns_yes_does_not_run_out_on_a_route_that_was_begun_by_it() -> None:
    """Between two reboots, a yes that has run out would leave two releases together."""
    ours = replace(BY_CAMPAIGN, route=Route.DUAL_REBOOT)
    state, late = known((READY_ENTRY,)), T0 + timedelta(seconds=ours.approvals.start.campaign_holds_s + 1)
    assert isinstance(standing(state, ours, "start", late), NotApproved)
    assert isinstance(standing(state, ours, "start", late, expires=False), Approved)


@pytest.mark.parametrize("route", [Route.DUAL_REBOOT, Route.MINIMAL_DOWNTIME])
def test_a_route_that_goes_by_a_plan_is_approved_in_its_own_run(route: Route) -> None:
    """Who approves a campaign reads no command of it, and not what it does to this cluster's traffic."""
    by_plan = replace(BY_CAMPAIGN, route=route)
    assert isinstance(_start((READY_ENTRY,), by_plan), NotApproved)
    assert isinstance(_start(_approved(by_plan), by_plan), Approved)


def test_an_icu_runs_on_a_campaigns_yes_but_not_where_it_switches_checks_off() -> None:
    icu = replace(BY_CAMPAIGN, route=Route.ICU)
    assert isinstance(_start((READY_ENTRY,), icu), Approved)
    off = replace(icu, policy=replace(icu.policy, no_tcp_syn_check=True))
    assert isinstance(_start((READY_ENTRY,), off), NotApproved)


def test_a_no_to_the_cluster_itself_outweighs_the_campaigns_yes() -> None:
    entries = _answered(READY_ENTRY, "start", BY_CAMPAIGN, "Reject")
    assert isinstance(_start(entries, BY_CAMPAIGN), NotApproved)


def test_a_recovery_needs_a_yes_to_the_newest_plan() -> None:
    assert isinstance(_recovery(()), NotApproved)
    assert isinstance(_recovery((PLAN,)), NotApproved)
    approved = _answered(PLAN, "recovery")
    assert isinstance(_recovery(approved), Approved)
    assert isinstance(_recovery((*approved, _planned(digest="f" * 64))), NotApproved)


def test_a_yes_to_the_start_is_none_to_a_recovery() -> None:
    assert isinstance(_recovery((PLAN, *_approved())), NotApproved)


@pytest.mark.parametrize(
    ("permission", "kind"), [(Permission.AUTOMATIC, Approved), (Permission.NEVER, NotApproved)]
)
def test_failures_yaml_says_whether_a_recovery_is_asked_for(permission: Permission, kind: type) -> None:
    assert isinstance(_recovery((_planned(permission=permission),)), kind)


def test_a_plan_of_an_earlier_version_cannot_be_approved() -> None:
    old = _planned(digest=None)
    found = _recovery((old,))
    assert isinstance(found, NotApproved)
    assert "has no digest" in found.reason
    assert in_force(known((old,)), INTENT, "recovery") is None


def test_a_recovery_that_has_begun_is_carried_out_whatever_its_yes_is_old() -> None:
    approved = _answered(PLAN, "recovery")
    assert isinstance(_recovery(approved, hours=25), NotApproved)
    reboot = CommandIntended(
        sending=Sending.RECOVER,
        node=N1,
        command="request system reboot",
        permit_id=None,
        recovery_command="reboot",
    )
    sent = entry_of(reboot, "", at=T0, step="recover.reboot")
    assert isinstance(_recovery((*approved, sent), hours=25), Approved)
    before_the_plan = (sent, *approved)
    assert isinstance(_recovery(before_the_plan, hours=25), NotApproved)


def test_the_journal_gives_back_the_same_question() -> None:
    """Digests are compared between processes, of intents that went through JSON."""
    rule = ApprovalRule(approvers=(Person(id="12", name="ada"),), needed=1, said_at={"needed": "a.yaml:3"})
    given = replace(BY_CAMPAIGN, approvals=Approvals(start=rule))
    back = codec.loads(Intent, codec.dumps(given))
    assert back == given
    so_far = known((READY_ENTRY,))
    asked = in_force(so_far, given, "start")
    assert asked is not None
    assert in_force(so_far, back, "start") == asked


def test_an_intent_of_an_earlier_version_asks_as_the_shipped_policy_does() -> None:
    old = json.loads(codec.dumps(INTENT))
    del old["approvals"], old["approved_by_campaign"]
    back = codec.loads(Intent, json.dumps({**old, "needs_approval": False}))
    assert isinstance(_start((READY_ENTRY,), back), NotApproved)


def test_the_plan_that_a_recovery_keeps_can_be_approved() -> None:
    entries = half_way().journal.entries("manual__1")
    [kept] = [entry for entry in entries if isinstance(entry.event, RecoveryPlanned)]
    assert isinstance(_recovery((kept,)), NotApproved)
    assert isinstance(_recovery(_answered(kept, "recovery")), Approved)
