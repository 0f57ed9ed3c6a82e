"""The guard behind the gates: what the journal holds, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from srx_issu.domain.approvals.rule import ApprovalPurpose, ApprovalRule, Approvals
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.history.approval_events import ApprovalConfirmed
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.outcome import Outcome
from srx_issu.steps.approval.confirm import confirm_approval
from tests.fakes.approvals import PASSED, READY_ENTRY
from tests.fakes.contexts import FakeUpgrade
from tests.fakes.intents import intent
from tests.fakes.recoveries import half_way

START, RECOVERY = ApprovalPurpose.START, ApprovalPurpose.RECOVERY
NOT_REQUIRED = Approvals(start=ApprovalRule(required=False))


def _assessed(**changes: object) -> FakeUpgrade:
    fake = FakeUpgrade(intent=intent(**changes))
    fake.journal.record("manual__1", READY_ENTRY)
    return fake


def _refused(fake: FakeUpgrade, words: str, purpose: ApprovalPurpose = START) -> None:
    with pytest.raises(RequestRefused, match=words):
        confirm_approval(fake.context("confirm"), purpose)
    assert fake.texts(EntryKind.APPROVAL) == []


def test_a_gate_that_was_marked_success_has_no_answer() -> None:
    fake = _assessed()
    _refused(fake, "the journal holds no answer of a person; nothing was sent")
    assert fake.outcome is Outcome.REFUSED


def test_a_no_stops() -> None:
    fake = _assessed().approved("start", choice="Reject")
    _refused(fake, "ada refused the start; nothing was sent")
    assert fake.outcome is Outcome.REFUSED


def test_a_yes_of_the_requester_stops() -> None:
    _refused(_assessed(requested_by="ada").approved("start"), "ada asked for it and may not approve it")


def test_without_an_assessment_nothing_is_approved() -> None:
    _refused(FakeUpgrade(intent=intent(approvals=NOT_REQUIRED)), "no passed readiness assessment")


def test_the_support_matrix_can_ask_where_policy_does_not() -> None:
    fake = FakeUpgrade(intent=intent(approvals=NOT_REQUIRED))
    fake.happened(replace(PASSED, ask="unknown pair"), READY_ENTRY.text)
    _refused(fake, "no answer of a person")


def test_a_yes_is_written_down_with_person_and_digest() -> None:
    fake = _assessed().approved("start")
    assert confirm_approval(fake.context("confirm"), START) == {"approved_by": "ada"}
    assert fake.texts(EntryKind.APPROVAL) == ["start approved by ada (1 of 1)"]
    told = fake.journal.entries("manual__1")[-1].event
    assert isinstance(told, ApprovalConfirmed)
    assert (told.purpose, told.by) == (START, "ada")
    assert len(str(told.digest)) == 64


def test_policy_without_approval_says_so_in_the_journal() -> None:
    fake = _assessed(approvals=NOT_REQUIRED)
    assert confirm_approval(fake.context("confirm"), START) == {"approved_by": "not asked"}
    assert fake.texts(EntryKind.APPROVAL) == ["policy asks for no approval"]


def test_once_the_issu_was_asked_for_a_cleared_guard_refuses_nothing() -> None:
    """REFUSED would mean that nothing was changed."""
    fake = half_way()
    assert "asked for already" in str(confirm_approval(fake.context("confirm"), START))
    assert fake.outcome is None


def test_a_recovery_without_a_yes_needs_an_operator() -> None:
    fake = half_way().approved("recovery", choice="Reject")
    _refused(fake, "ada refused the recovery; nothing more is sent", RECOVERY)
    assert fake.outcome is Outcome.NEEDS_OPERATOR
