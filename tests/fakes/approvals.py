"""Entries as the gates write them."""

from __future__ import annotations

from srx_issu.domain.approvals.judge import AskedQuestion
from srx_issu.domain.failure.classes import FailureClass, Permission
from srx_issu.domain.history.approval_events import AnswerGiven, QuestionAsked
from srx_issu.domain.history.entry import Entry, entry_of
from srx_issu.domain.history.events import ReadinessPassed
from srx_issu.domain.history.recovery_events import RecoveryPlanned
from srx_issu.domain.history.upgrade_state import UpgradeState
from srx_issu.domain.recovery.plan import PlanKind
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.steps.approval.facts import in_force
from srx_issu.steps.approval.gate_task import name_of
from tests.fakes.snapshots import T0

PASSED = ReadinessPassed(for_approval=True, ask=None, found="node0: 21.4R3", support="supported: documented")
READY_ENTRY = entry_of(PASSED, "ready: every check passed", at=T0, step="assess")
PLANNED = RecoveryPlanned(
    plan="recovery-plan.json",
    diagnosis="diagnosis.json",
    failure=FailureClass.STUCK,
    plan_kind=PlanKind.ROLL_BACK,
    permission=Permission.ASK,
    digest="e" * 64,
    steps="on node1: request system reboot",
)
PLAN = entry_of(PLANNED, "put node1 back", at=T0, step="diagnose")


def question(so_far: UpgradeState, intent: Intent, purpose: str, gate: int = 1) -> AskedQuestion:
    """The one in force, as its gate puts it."""
    found = in_force(so_far, intent, purpose)
    assert found is not None, f"nothing to approve for the {purpose}"
    return AskedQuestion(purpose=purpose, digest=found.digest, gate=name_of(purpose, gate), try_number=1)


def put(so_far: UpgradeState, intent: Intent, purpose: str, gate: int = 1) -> Entry:
    one = question(so_far, intent, purpose, gate)
    return entry_of(QuestionAsked(question=one), "asked", at=T0, step=one.gate)


def answered(
    so_far: UpgradeState,
    intent: Intent,
    purpose: str,
    who: str,
    choice: str = "Approve",
    gate: int = 1,
) -> Entry:
    one = question(so_far, intent, purpose, gate)
    given = AnswerGiven(question=one, by=who, name=who, choice=choice)
    return entry_of(given, f"{who}: {choice}", at=T0, step=one.gate)
