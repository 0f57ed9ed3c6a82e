"""Events as the gates write them."""

from __future__ import annotations

from collections.abc import Sequence

from srx_issu.domain.approvals.judge import AskedQuestion
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.ports.journal import Entry, EntryKind, Json
from srx_issu.steps.approval.facts import in_force, question_detail
from srx_issu.steps.recall import READY
from srx_issu.steps.recovery.kept_plan import PLAN_KEY
from srx_issu.steps.upgrade.judge_readiness import ASSESS_STEP
from tests.fakes.snapshots import T0

READY_EVENT = Entry(
    at=T0,
    kind=EntryKind.DECIDED,
    step=ASSESS_STEP,
    text="ready: every check passed",
    detail={
        "assessment": READY,
        "ask": None,
        "found": "node0: 21.4R3",
        "support": "supported: documented",
        "findings": [],
    },
)
PLAN = Entry(
    at=T0,
    kind=EntryKind.OBSERVED,
    step="recover.diagnose",
    text="put node1 back",
    key=PLAN_KEY,
    detail={
        "plan": "recovery-plan.json",
        "diagnosis": "diagnosis.json",
        "failure": "stuck",
        "kind": "roll_back",
        "permission": "ask",
        "digest": "e" * 64,
        "steps": "on node1: request system reboot",
    },
)
GATES = {"start": "approval.approve_start", "recovery": "recover.approve_recovery"}


def question(events: Sequence[Entry], intent: Intent, purpose: str, gate: int = 1) -> AskedQuestion:
    """The one in force, as its gate puts it."""
    found = in_force(events, intent, purpose)
    assert found is not None, f"nothing to approve for the {purpose}"
    suffix = f"_{gate}" if gate > 1 else ""
    return AskedQuestion(
        purpose=purpose, digest=found.digest, task_id=f"{GATES[purpose]}{suffix}", try_number=1
    )


def put(events: Sequence[Entry], intent: Intent, purpose: str, gate: int = 1) -> Entry:
    one = question(events, intent, purpose, gate)
    return Entry(at=T0, kind=EntryKind.QUESTION, step=one.task_id, text="asked", detail=question_detail(one))


def answered(
    events: Sequence[Entry],
    intent: Intent,
    purpose: str,
    who: str,
    choice: str = "Approve",
    gate: int = 1,
) -> Entry:
    one = question(events, intent, purpose, gate)
    detail: dict[str, Json] = {**question_detail(one), "by": who, "name": who, "choice": choice}
    text = f"{who}: {choice}"
    return Entry(at=T0, kind=EntryKind.ANSWER, step=one.task_id, text=text, detail=detail)
