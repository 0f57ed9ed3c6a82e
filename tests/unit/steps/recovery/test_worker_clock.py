"""A worker's clock that is wrong by days changes nothing of what was approved, nor when it is sent again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from srx_issu.domain.approvals.rule import ApprovalPurpose, Person
from srx_issu.domain.procedure.action import ActionName
from srx_issu.steps.approval.confirm import confirm_approval
from srx_issu.steps.approval.gate import approach, hear
from srx_issu.steps.approval.gate_task import AskPerson, Enough, Gate, Response
from srx_issu.steps.approval.request import start_request
from srx_issu.steps.context import UpgradeContext
from srx_issu.steps.recovery.recover_cluster import carry_out
from tests.fakes.approvals import READY_ENTRY
from tests.fakes.contexts import FakeUpgrade
from tests.fakes.recoveries import half_way
from tests.unit.steps.gate.worlds import UID, OtherClock

DAYS = 2 * 86400.0
GATE = Gate(purpose=ApprovalPurpose.START, number=1, try_number=1, spares=0)


def off(fake: FakeUpgrade, step: str, ahead_s: float) -> UpgradeContext:
    return replace(fake.context(step), clock=OtherClock(true=fake.clock, ahead_s=ahead_s))


@pytest.mark.parametrize("ahead_s", [-DAYS, DAYS])
def test_a_yes_counts_by_the_databases_clock(ahead_s: float) -> None:
    fake = FakeUpgrade().with_baseline().ready_and_approved()
    given = confirm_approval(off(fake, "approval.confirm_approval", ahead_s), ApprovalPurpose.START)
    assert given == {"approved_by": "ada"}
    assert isinstance(approach(off(fake, GATE.name, ahead_s), GATE, start_request), Enough)


def test_an_answer_that_is_heard_by_a_worker_in_the_future_counts() -> None:
    fake = FakeUpgrade().with_baseline()
    fake.journal.record(UID, READY_ENTRY)
    context = off(fake, GATE.name, DAYS)
    assert isinstance(approach(context, GATE, start_request), AskPerson)
    said = Response(person=Person(id="ada"), chosen=("Approve",))
    assert isinstance(hear(context, GATE, said), Enough)


@pytest.mark.parametrize("ahead_s", [-DAYS, DAYS])
def test_an_approved_recovery_is_carried_out(ahead_s: float) -> None:
    fake = half_way().approved("recovery")
    for name in ActionName:
        if not fake.writer.sent:
            carry_out(off(fake, f"recover.{name}", ahead_s), name)
    assert len(fake.writer.sent) == 1


@pytest.mark.parametrize("ahead_s", [-DAYS, DAYS])
def test_when_something_was_sent_is_told_by_the_databases_clock(ahead_s: float) -> None:
    fake = half_way().approved("recovery")
    for name in ActionName:
        if not fake.writer.sent:
            carry_out(off(fake, f"recover.{name}", ahead_s), name)
    (sent,) = fake.known().recovery_commands
    assert sent.at == fake.clock.now()
