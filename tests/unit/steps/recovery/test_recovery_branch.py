"""Which way a recovery goes, and which of its plan's steps are left."""

from __future__ import annotations

from dataclasses import replace

import pytest

from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.failure.classes import Permission
from srx_issu.domain.history.approval_events import ApprovalConfirmed
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.history.recovery_events import RecoveryStepPassed
from srx_issu.domain.procedure.action import ActionName
from srx_issu.domain.recovery.planner import PlanKind
from srx_issu.steps.recovery.branch import (
    BRANCHES,
    RecoveryBranch,
    actions_left,
    choose_branch,
    confirm_recovery,
)
from srx_issu.steps.recovery.stored_plan import prognosis, store_plan
from tests.fakes.contexts import FakeUpgrade
from tests.fakes.recoveries import half_way

FORWARD = RecoveryBranch.FINISH_FORWARD


def planned(**changes: object) -> FakeUpgrade:
    fake = half_way()
    found = prognosis(fake.context("recover.diagnose"))
    store_plan(fake.context("recover.diagnose"), replace(found, plan=replace(found.plan, **changes)))  # type: ignore[arg-type]
    return fake


def names(fake: FakeUpgrade) -> list[ActionName]:
    return list(actions_left(fake.context("recover.finish_forward"), FORWARD))


def test_people_are_asked_about_a_plan_that_policy_leaves_to_them() -> None:
    fake = half_way()
    assert choose_branch(fake.context("recover.diagnose")) is RecoveryBranch.ASK
    assert fake.texts(EntryKind.APPROVAL) == []


def test_a_plan_that_policy_lets_pass_goes_its_way_at_once_and_that_is_written_down() -> None:
    fake = planned(permission=Permission.AUTOMATIC)
    assert choose_branch(fake.context("recover.diagnose")) is FORWARD
    told = [
        (entry.step, entry.event.by)
        for entry in fake.journal.entries("manual__1")
        if isinstance(entry.event, ApprovalConfirmed)
    ]
    assert told == [("recover.confirm_recovery", "not asked")]
    assert len(fake.texts(EntryKind.APPROVAL)) == 1


def test_the_guard_lets_nothing_pass_without_an_answer() -> None:
    with pytest.raises(RequestRefused):
        confirm_recovery(half_way().context("recover.confirm_recovery"))


def test_the_guard_leads_where_the_approved_plan_goes() -> None:
    assert confirm_recovery(half_way().approved("recovery").context("recover.confirm_recovery")) is FORWARD


def test_every_kind_of_plan_that_has_steps_has_a_way() -> None:
    assert set(PlanKind) - set(BRANCHES) == {PlanKind.NOTHING, PlanKind.WATCH, PlanKind.HOLD}


def test_the_steps_of_another_way_are_not_taken() -> None:
    fake = half_way()
    assert actions_left(fake.context("recover.abort"), RecoveryBranch.ABORT) == ()
    assert actions_left(fake.context("recover.roll_back"), RecoveryBranch.ROLL_BACK) == ()


def test_without_a_plan_there_is_nothing_to_take() -> None:
    assert actions_left(FakeUpgrade().context("recover.abort"), RecoveryBranch.ABORT) == ()


def test_a_step_that_is_over_is_not_taken_again() -> None:
    fake = half_way()
    first, *others = names(fake)
    fake.happened(RecoveryStepPassed(action=first), "done")
    assert names(fake) == others


def test_what_was_over_in_an_earlier_plan_is_taken_in_the_new_one() -> None:
    fake = half_way()
    before = names(fake)
    fake.happened(RecoveryStepPassed(action=before[0]), "done")
    store_plan(fake.context("recover.diagnose"), prognosis(fake.context("recover.diagnose")))
    assert names(fake) == before
