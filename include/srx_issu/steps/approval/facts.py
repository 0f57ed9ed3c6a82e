"""Whether what is about to be sent was approved: judged from the journal and the intent alone.

The gate tasks (``airflow/operators/approval.py``) write two kinds of events: QUESTION when they ask,
ANSWER when Airflow resumes them with the response of a real person. Nothing else counts: not XCom, not a
task's colour. A question is bound to its digest, so a yes to another plan is no yes to this one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from srx_issu.domain.approvals.digest import Parts, digest
from srx_issu.domain.approvals.judge import (
    Approved,
    AskedQuestion,
    GivenAnswer,
    Judgement,
    NotApproved,
    judge,
    judge_campaign,
)
from srx_issu.domain.approvals.rule import ApprovalPurpose, ApprovalRule, Person
from srx_issu.domain.failure.classes import Permission
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.ports import codec
from srx_issu.ports.journal import Entry, EntryKind, Json
from srx_issu.steps.recall import READY, last
from srx_issu.steps.recovery.kept_plan import PLAN_KEY, is_begun
from srx_issu.steps.upgrade.judge_readiness import ASSESS_STEP

AT_ALL = "policy asks for no approval"


@dataclass(frozen=True, kw_only=True)
class InForce:
    """The question that counts now: its digest, and the parts that people are told when it changes."""

    digest: str
    parts: Parts


def standing(events: Sequence[Entry], intent: Intent, purpose: str, now: datetime) -> Approved | NotApproved:
    """``purpose`` is "start" or "recovery"; ``now`` the database's time. Asked again before every command."""
    match ApprovalPurpose(purpose):
        case ApprovalPurpose.START:
            return _start(events, intent, now)
        case ApprovalPurpose.RECOVERY:
            return _recovery(events, intent, now)
        case never:
            assert_never(never)


def why_asked(events: Sequence[Entry], intent: Intent, purpose: str) -> str | None:
    """Why a person must approve; None = nobody is asked."""
    if ApprovalPurpose(purpose) is ApprovalPurpose.RECOVERY:
        plan = last(events, EntryKind.OBSERVED, key=PLAN_KEY)
        if plan is not None and plan.detail.get("permission") == Permission.AUTOMATIC:
            return None
        return "policy asks before this recovery; see policy/failures.yaml"
    if ask := _ask(events, intent):
        return ask
    rule = intent.approvals.start
    return f"{rule.source('required')} asks for an approval before every start" if rule.required else None


def in_force(events: Sequence[Entry], intent: Intent, purpose: str) -> InForce | None:
    """The question as it would be put now; None while there is nothing to approve yet."""
    if ApprovalPurpose(purpose) is ApprovalPurpose.RECOVERY:
        return _recovery_in_force(events)
    ready = assessment(events)
    if ready is None:
        return None
    parts = start_parts(intent, ready)
    return InForce(digest=digest(parts), parts=parts)


def assessment(events: Sequence[Entry]) -> Entry | None:
    """The assessment that an approver is shown: the newest one of the step that plans. One that is made again
    right before the start decides by itself and changes no question."""
    ready = [e for e in events if e.detail.get("assessment") == READY]
    planned = [e for e in ready if e.step == ASSESS_STEP]
    return planned[-1] if planned else None


def start_parts(intent: Intent, ready: Entry) -> Parts:
    """Everything that a yes to the start is about."""
    rule = replace(intent.approvals.start, said_at={})  # a line that moved in the file changes nothing
    findings = ready.detail.get("findings")
    return {
        "cluster": _hashed(intent.cluster),
        "image": f"{intent.image.name}, SHA-256 {intent.image.sha256}",
        "software": intent.software.value,
        "policy": _hashed(intent.policy),
        "approvals": _hashed(rule),
        "window": f"{intent.window_start or 'now'} to {intent.window_end or 'open end'}",
        "fail back": "yes" if intent.fail_back else "no",
        "support matrix": str(ready.detail.get("support") or ""),
        "asks because": str(ready.detail.get("ask") or ""),
        "found on the nodes": str(ready.detail.get("found") or ""),
        "readiness": ready.text,
        "findings": "; ".join(str(one) for one in findings) if isinstance(findings, list) else "",
    }


def asked(events: Sequence[Entry]) -> tuple[AskedQuestion, ...]:
    """Every question that was put, those given up since included."""
    return tuple(_question(e) for e in events if e.kind is EntryKind.QUESTION and is_put(e))


def is_put(event: Entry) -> bool:
    """A QUESTION event also tells that an earlier question was given up."""
    return not event.detail.get("superseded_by")


def answers(events: Sequence[Entry]) -> tuple[GivenAnswer, ...]:
    """What people answered, in the order it was written."""
    return tuple(
        GivenAnswer(
            question=_question(e),
            person=Person(id=str(e.detail.get("by") or ""), name=str(e.detail.get("name") or "")),
            choice=str(e.detail.get("choice") or ""),
            at=e.recorded_at or e.at,
        )
        for e in events
        if e.kind is EntryKind.ANSWER
    )


def question_detail(question: AskedQuestion) -> dict[str, Json]:
    """How events name the question that they are about."""
    return {
        "for": question.purpose,
        "digest": question.digest,
        "task": question.task_id,
        "try": question.try_number,
    }


def rule_of(intent: Intent, purpose: str) -> ApprovalRule:
    approvals = intent.approvals
    return approvals.recovery if ApprovalPurpose(purpose) is ApprovalPurpose.RECOVERY else approvals.start


def _start(events: Sequence[Entry], intent: Intent, now: datetime) -> Judgement:
    question = in_force(events, intent, ApprovalPurpose.START)
    if question is None:
        return NotApproved(
            reason="the journal holds no passed readiness assessment, so there is nothing to approve",
            missing=intent.approvals.start.needed,
        )
    if why_asked(events, intent, ApprovalPurpose.START) is None:
        return Approved(reason=AT_ALL)
    own = _judge(events, intent, ApprovalPurpose.START, question.digest, now)
    given = intent.approved_by_campaign
    if given is None or isinstance(own, Approved) or own.is_refused or _ask(events, intent):
        return own
    by_campaign = judge_campaign(
        intent.approvals.start,
        given,
        requester=intent.requested_by,
        cluster=intent.cluster.name,
        image_sha256=intent.image.sha256,
        now=now,
    )
    if isinstance(by_campaign, Approved):
        return by_campaign
    return replace(own, reason=f"{by_campaign.reason}; {own.reason}")


def _recovery(events: Sequence[Entry], intent: Intent, now: datetime) -> Judgement:
    plan = last(events, EntryKind.OBSERVED, key=PLAN_KEY)
    needed = intent.approvals.recovery.needed
    if plan is None:
        return NotApproved(reason="the journal holds no recovery plan", missing=needed)
    if plan.detail.get("permission") == Permission.NEVER:
        return NotApproved(reason=f"this is for a person to do: {plan.text}", missing=needed)
    if why_asked(events, intent, ApprovalPurpose.RECOVERY) is None:
        return Approved(reason="policy/failures.yaml lets this plan be carried out without asking")
    question = _recovery_in_force(events)
    if question is None:
        return NotApproved(
            reason="the plan in the journal has no digest, an earlier version made it: start a new recovery "
            "with 'srx-issu recover CLUSTER --take-over'",
            missing=needed,
        )
    expires = not is_begun(events)
    return _judge(events, intent, ApprovalPurpose.RECOVERY, question.digest, now, expires=expires)


def _judge(
    events: Sequence[Entry],
    intent: Intent,
    purpose: ApprovalPurpose,
    in_force_digest: str,
    now: datetime,
    *,
    expires: bool = True,
) -> Judgement:
    return judge(
        rule_of(intent, purpose),
        requester=intent.requested_by,
        purpose=purpose,
        digest=in_force_digest,
        asked=asked(events),
        answers=answers(events),
        now=now,
        expires=expires,
    )


def _recovery_in_force(events: Sequence[Entry]) -> InForce | None:
    plan = last(events, EntryKind.OBSERVED, key=PLAN_KEY)
    found = plan.detail.get("digest") if plan else None
    if plan is None or not isinstance(found, str):
        return None
    parts = {
        "failure": str(plan.detail.get("failure") or ""),
        "plan": f"{plan.detail.get('kind')}: {plan.text}",
        "steps": str(plan.detail.get("steps") or ""),
    }
    return InForce(digest=found, parts=parts)


def _ask(events: Sequence[Entry], intent: Intent) -> str | None:
    """What the support matrix leaves to a person, whatever the policy says."""
    ready = assessment(events)
    found = ready.detail.get("ask") if ready else None
    return str(found) if found else intent.approval_reason


def _question(event: Entry) -> AskedQuestion:
    number = event.detail.get("try")
    return AskedQuestion(
        purpose=str(event.detail.get("for") or ""),
        digest=str(event.detail.get("digest") or ""),
        task_id=str(event.detail.get("task") or ""),
        try_number=number if isinstance(number, int) else 0,
    )


def _hashed(value: object) -> str:
    return hashlib.sha256(codec.canonical(value).encode()).hexdigest()
