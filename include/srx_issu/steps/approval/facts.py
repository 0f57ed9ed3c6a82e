"""Whether what is about to be sent was approved: judged from the journal and the intent alone.

The gates (``airflow/operators/approval.py``) record two events: ``QuestionAsked`` when they ask,
``AnswerGiven`` when Airflow resumes them with the response of a real person. Nothing else counts: not XCom,
not a task's colour. A question is bound to its digest, so a yes to another plan is no yes to this one.
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
from srx_issu.domain.history.approval_events import AnswerGiven, QuestionAsked
from srx_issu.domain.history.events import FoundBy
from srx_issu.domain.history.sending_rules import BY_PLAN
from srx_issu.domain.history.state_parts import Ready
from srx_issu.domain.history.upgrade_state import UpgradeState
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.domain.upgrade.route import Route
from srx_issu.domain.upgrade.traces import are_wanted, trace_lines
from srx_issu.ports import codec

AT_ALL = "policy asks for no approval"


@dataclass(frozen=True, kw_only=True)
class InForce:
    """The question that counts now: its digest, and the parts that people are told when it changes."""

    digest: str
    parts: Parts


def standing(
    state: UpgradeState, intent: Intent, purpose: str, now: datetime, *, expires: bool = True
) -> Approved | NotApproved:
    """``purpose`` is "start" or "recovery"; ``now`` the database's time. Asked again before every command.

    ``expires`` False: of what was begun, however long ago that was approved.
    """
    match ApprovalPurpose(purpose):
        case ApprovalPurpose.START:
            return _start(state, intent, now, expires=expires)
        case ApprovalPurpose.DOWNGRADE:
            return _downgrade(state, intent, now, expires=expires)
        case ApprovalPurpose.RECOVERY:
            return _recovery(state, intent, now)
        case never:
            assert_never(never)


def why_asked(state: UpgradeState, intent: Intent, purpose: str) -> str | None:
    """Why a person must approve; None = nobody is asked."""
    if ApprovalPurpose(purpose) is ApprovalPurpose.RECOVERY:
        if state.plan is not None and state.plan.event.permission is Permission.AUTOMATIC:
            return None
        return "policy asks before this recovery; see policy/failures.yaml"
    if ApprovalPurpose(purpose) is ApprovalPurpose.DOWNGRADE:
        return "a downgrade is approved for itself" if downgrade_of(state) else None
    return _ask(state, intent) or _why_asked_for_start(intent)


def _why_asked_for_start(intent: Intent) -> str | None:
    if intent.no_validate:
        return "the run asks for a start without the node's own validation (no-validate)"
    rule = intent.approvals.start
    if rule.required:
        return f"{rule.source('required')} asks for an approval before every start"
    return f"{intent.route.label} interrupts the traffic" if intent.route is not Route.ISSU else None


def in_force(state: UpgradeState, intent: Intent, purpose: str) -> InForce | None:
    """The question as it would be put now; None while there is nothing to approve yet."""
    if ApprovalPurpose(purpose) is ApprovalPurpose.RECOVERY:
        return _recovery_in_force(state)
    if state.assessment is None:
        return None
    parts = {**start_parts(intent, state.assessment, found_since(state)), **_route_parts(state)}
    if ApprovalPurpose(purpose) is ApprovalPurpose.DOWNGRADE:
        parts = {"downgrade": f"{downgrade_of(state)} to {intent.image.release}", **parts}
    return InForce(digest=digest(parts), parts=parts)


def downgrade_of(state: UpgradeState) -> str | None:
    """What the cluster runs, where it goes to an older release; None: it does not."""
    return state.assessment.passed.downgrade_from if state.assessment else None


def found_since(state: UpgradeState) -> list[str]:
    """What was found between the assessment and the question."""
    return [*state.found_by(FoundBy.SNAPSHOT), *state.found_by(FoundBy.VALIDATION)]


def start_parts(intent: Intent, ready: Ready, since: Sequence[str] = ()) -> Parts:
    """Everything that a yes to the start is about; ``since``: what was found after the assessment."""
    rule = replace(intent.approvals.start, said_at={})  # a line that moved in the file changes nothing
    validation = {"validation": "left out (no-validate)"} if intent.no_validate else {}
    lines = trace_lines(intent.policy.evidence) if are_wanted(intent) else ()
    route = {"route": intent.route.value} if intent.route is Route.ICU else {}
    on_site = {"on site": intent.on_site} if intent.on_site else {}
    configuration = {"configuration": f"{'; '.join(lines)}, taken back at the end"} if lines else {}
    return {
        "cluster": _hashed(intent.cluster),
        "image": f"{intent.image.name}, SHA-256 {intent.image.sha256}",
        "software": intent.software.value,
        "policy": _hashed(intent.policy),
        "approvals": _hashed(rule),
        "window": f"{intent.window_start or 'now'} to {intent.window_end or 'open end'}",
        "fail back": _fail_back(intent),
        **route,
        **on_site,
        **validation,
        **configuration,
        "support matrix": ready.passed.support,
        "asks because": ready.passed.ask or "",
        "found on the nodes": ready.passed.found,
        "readiness": ready.text,
        "findings": "; ".join((*ready.passed.findings, *since)),
    }


def _route_parts(state: UpgradeState) -> Parts:
    """An ISSU has no plan of its own: its one command follows from the rest."""
    planned = state.route
    return {} if planned is None else {"route": planned.route.value, "route's plan": planned.digest}


def _fail_back(intent: Intent) -> str:
    if not intent.fail_back:
        return "no"
    return "yes" if intent.policy.fail_back_rg0 else "yes, but RG0 stays"


def asked(state: UpgradeState) -> tuple[AskedQuestion, ...]:
    """Every question that was put, those given up since included."""
    return tuple(said.event.question for said in state.talk if isinstance(said.event, QuestionAsked))


def answers(state: UpgradeState) -> tuple[GivenAnswer, ...]:
    """What people answered, in the order it was written."""
    return tuple(
        GivenAnswer(
            question=said.event.question,
            person=Person(id=said.event.by, name=said.event.name),
            choice=said.event.choice,
            at=said.at,
        )
        for said in state.talk
        if isinstance(said.event, AnswerGiven)
    )


def rule_of(intent: Intent, purpose: str) -> ApprovalRule:
    approvals = intent.approvals
    return approvals.recovery if ApprovalPurpose(purpose) is ApprovalPurpose.RECOVERY else approvals.start


def _start(state: UpgradeState, intent: Intent, now: datetime, *, expires: bool) -> Judgement:
    question = in_force(state, intent, ApprovalPurpose.START)
    if question is None:
        return NotApproved(
            reason="the journal holds no passed readiness assessment, so there is nothing to approve",
            missing=intent.approvals.start.needed,
        )
    if why_asked(state, intent, ApprovalPurpose.START) is None:
        return Approved(reason=AT_ALL)
    own = _judge(state, intent, ApprovalPurpose.START, question.digest, now, expires=expires)
    given = intent.approved_by_campaign
    is_own_matter = _is_own_matter(state, intent) or (expires and intent.route in BY_PLAN)
    if given is None or isinstance(own, Approved) or own.is_refused or is_own_matter:
        return own
    by_campaign = judge_campaign(
        intent.approvals.start,
        given,
        requester=intent.requested_by,
        cluster=intent.cluster.name,
        image_sha256=intent.image.sha256,
        now=now,
        expires=expires,
    )
    if isinstance(by_campaign, Approved):
        return by_campaign
    return replace(own, reason=f"{by_campaign.reason}; {own.reason}")


def _is_own_matter(state: UpgradeState, intent: Intent) -> bool:
    """Whether a campaign's yes does not cover the start. What a campaign's plan does not show is read by who
    approves it, cluster by cluster: commits, checks that are off, and before it is begun the commands of a
    route by plan."""
    is_off = intent.route is Route.ICU and intent.policy.no_tcp_syn_check
    commits = are_wanted(intent) or intent.route is Route.MINIMAL_DOWNTIME
    return intent.no_validate or commits or is_off or bool(_ask(state, intent))


def _downgrade(state: UpgradeState, intent: Intent, now: datetime, *, expires: bool) -> Judgement:
    """Read by a person, cluster by cluster: no campaign's yes covers it."""
    question = in_force(state, intent, ApprovalPurpose.DOWNGRADE)
    if question is None:
        return _start(state, intent, now, expires=expires)  # nothing was assessed
    if downgrade_of(state) is None:
        return Approved(reason="no downgrade")
    return _judge(state, intent, ApprovalPurpose.DOWNGRADE, question.digest, now, expires=expires)


def _recovery(state: UpgradeState, intent: Intent, now: datetime) -> Judgement:
    plan, needed = state.plan, intent.approvals.recovery.needed
    if plan is None:
        return NotApproved(reason="the journal holds no recovery plan", missing=needed)
    if plan.event.permission is Permission.NEVER:
        return NotApproved(reason=f"this is for a person to do: {plan.text}", missing=needed)
    if why_asked(state, intent, ApprovalPurpose.RECOVERY) is None:
        return Approved(reason="policy/failures.yaml lets this plan be carried out without asking")
    question = _recovery_in_force(state)
    if question is None:
        return NotApproved(
            reason="the plan in the journal has no digest, an earlier version made it: start a new recovery "
            "with 'srx-issu recover CLUSTER --take-over'",
            missing=needed,
        )
    expires = not state.is_recovery_begun
    return _judge(state, intent, ApprovalPurpose.RECOVERY, question.digest, now, expires=expires)


def _judge(
    state: UpgradeState,
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
        asked=asked(state),
        answers=answers(state),
        now=now,
        expires=expires,
    )


def _recovery_in_force(state: UpgradeState) -> InForce | None:
    plan = state.plan
    if plan is None or plan.event.digest is None:
        return None
    parts = {
        "failure": plan.event.failure.value,
        "plan": f"{plan.event.plan_kind.value}: {plan.text}",
        "steps": plan.event.steps,
    }
    return InForce(digest=plan.event.digest, parts=parts)


def _ask(state: UpgradeState, intent: Intent) -> str | None:
    """What the support matrix leaves to a person, whatever the policy says."""
    ready = state.assessment
    return (ready.passed.ask if ready else None) or intent.approval_reason


def _hashed(value: object) -> str:
    return hashlib.sha256(codec.canonical(value).encode()).hexdigest()
