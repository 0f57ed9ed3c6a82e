"""A recovery that a person refused, nobody answered, or that stopped: the plan stays, nothing is sent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from srx_issu.domain.approvals.rule import ApprovalPurpose
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.failure.classes import Permission
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.procedure.action import ActionName
from srx_issu.steps.approval.confirm import confirm_approval
from srx_issu.steps.recovery.recover_cluster import carry_out, conclude_recovery
from srx_issu.steps.recovery.stored_plan import prognosis, store_plan, stored_plan
from srx_issu.steps.upgrade.check_versions_and_groups import NotVerified
from srx_issu.steps.upgrade.hold_for_operator import hold_recovery
from tests.fakes.contexts import FakeUpgrade
from tests.fakes.recoveries import half_way
from tests.fakes.snapshots import NEW, OLD, both


def held(fake: FakeUpgrade) -> str:
    """What the operator reads."""
    plan = stored_plan(fake.context("x"))
    hold_recovery(fake.context("recover.hold_for_operator"))
    assert stored_plan(fake.context("x")) == plan
    ended = fake.known().conclusion
    assert ended is not None
    assert ended.outcome is Outcome.NEEDS_OPERATOR
    assert fake.writer.sent == []
    names = [name for name in fake.evidence.names("manual__1") if "what-to-do" in name]
    assert len(names) == 1
    return f"{ended.reason}\n{fake.evidence.read(names[0]).decode()}"


def test_a_refused_recovery_leaves_its_plan_to_the_operator() -> None:
    fake = half_way()
    fake.approved("recovery", choice="Reject")
    with pytest.raises(RequestRefused):
        confirm_approval(fake.context("recover.confirm_recovery"), ApprovalPurpose.RECOVERY)
    words = held(fake)
    assert "ada refused the recovery" in words
    assert "request system reboot node 0" in words
    assert "srx-issu recover fw-1 --take-over" in words


def test_so_does_one_that_nobody_answered() -> None:
    assert "nobody answered" in held(half_way())


def test_one_that_was_approved_and_broke_off_is_not_told_as_unanswered() -> None:
    """Its task was marked failed by hand, or its workers died one after the other."""
    words = held(half_way().approved("recovery"))
    assert "broke off without a word" in words
    assert "nobody answered" not in words


def test_what_a_step_wrote_when_it_stopped_stays() -> None:
    fake = half_way().approved("recovery")
    fake.reader.now = both(OLD, NEW)
    with pytest.raises(NotVerified):
        carry_out(fake.context("recover.reboot_old_primary"), ActionName.REBOOT_OLD_PRIMARY)
    assert "recovery stopped at reboot_old_primary" in held(fake)


def test_what_a_step_said_when_it_gave_up_without_an_outcome_is_told() -> None:
    fake = half_way().approved("recovery")
    fake.failed("recover.finish_forward", "node1: no session", step="recover.reboot_old_primary")
    words = held(fake)
    assert words.startswith("node1: no session; nothing more is sent")
    assert "broke off without a word" not in words


def test_nothing_is_held_that_was_never_started() -> None:
    fake = FakeUpgrade()
    assert hold_recovery(fake.context("recover.hold_for_operator")) == {
        "nothing": "the ISSU was never asked for"
    }


def test_an_approval_is_for_the_plan_that_it_was_given_to() -> None:
    fake = half_way().approved("recovery")
    found = prognosis(fake.context("hold_for_operator"))
    other = replace(found.plan, cautions=("node0 has a failed disk",))
    store_plan(fake.context("hold_for_operator"), replace(found, plan=other))
    with pytest.raises(RequestRefused, match="no approval of this recovery"):
        carry_out(fake.context("recover.reboot_old_primary"), ActionName.REBOOT_OLD_PRIMARY)
    assert fake.writer.sent == []


def test_what_is_for_a_person_is_never_carried_out() -> None:
    """A task of the recovery that somebody cleared, with an approval in hand."""
    fake = half_way()
    found = prognosis(fake.context("hold_for_operator"))
    for plan in (replace(found.plan, permission=Permission.NEVER), replace(found.plan, actions=())):
        store_plan(fake.context("hold_for_operator"), replace(found, plan=plan))
        fake.approved("recovery")
        with pytest.raises(RequestRefused, match="for a person to do"):
            carry_out(fake.context("recover.reboot_old_primary"), ActionName.REBOOT_OLD_PRIMARY)
        with pytest.raises(RequestRefused, match="for a person to do"):
            conclude_recovery(fake.context("recover.conclude_recovery"))
    assert fake.writer.sent == []
