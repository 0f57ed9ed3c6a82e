"""What one approval gate does: ask, let pass, leave it to the next gate, or refuse; and what it hears.

Airflow never changes a question that a task instance has put once: words, options and assignees stay those of
its first try. So a gate whose words would differ from what it showed before does not ask again; the next gate
puts the new question, and the old one is ended unanswered. Everything here is read from the journal, so that
a retried or cleared gate arrives where it was.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import NoReturn

from srx_issu.domain.approvals.digest import short
from srx_issu.domain.approvals.judge import APPROVE, Approved, AskedQuestion, NotApproved
from srx_issu.domain.approvals.rule import ApprovalPurpose, ApprovalRule, Person, assignees, how_long
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.history.approval_events import AnswerGiven, QuestionAsked, QuestionGivenUp
from srx_issu.domain.history.upgrade_state import UpgradeState
from srx_issu.domain.upgrade.another_route import reject_for
from srx_issu.steps.approval.confirm import refuse
from srx_issu.steps.approval.facts import InForce, in_force, rule_of, standing
from srx_issu.steps.approval.gate_task import OPTIONS, AskPerson, Enough, Gate, NextGate, Response
from srx_issu.steps.approval.lost_answer import LostAnswer, lost_lines, said_before
from srx_issu.steps.approval.questions_put import (
    changed_since,
    is_done,
    lost_reasons,
    put_by,
    was_cleared,
    without_answers,
)
from srx_issu.steps.approval.request import ApprovalRequest
from srx_issu.steps.context import UpgradeContext
from srx_issu.steps.leases import renew_all


def is_unanswered(context: UpgradeContext, gate: Gate) -> bool:
    """Whether an earlier try of this gate put a question that has no answer in the journal: Airflow may hold
    one that was lost on the way."""
    put = put_by(so_far := context.known(), gate.name)
    is_earlier = bool(put) and put[-1].question.try_number != gate.try_number
    return is_earlier and not is_done(so_far, gate.name)


def approach(
    context: UpgradeContext,
    gate: Gate,
    request: Callable[[UpgradeContext], ApprovalRequest],
    lost: LostAnswer | None = None,
) -> AskPerson | Enough | NextGate:
    """Before the question is put; writes it down. Raises RequestRefused when nobody can approve this any
    more. An answer that was ``lost`` is told by the next gate: this one's words cannot be changed."""
    _require_open(context)
    so_far = context.known()
    if gate.purpose is not ApprovalPurpose.RECOVERY and so_far.start is not None:
        return Enough(reason="the ISSU was asked for already: nothing to approve any more")
    if was_cleared(so_far, gate):  # to ask again: what it was answered before does not count any more
        so_far = without_answers(so_far, gate.name)
    found = standing(so_far, context.intent, gate.purpose, context.journal.now())
    if isinstance(found, Approved):
        return Enough(reason=found.reason)
    question = in_force(so_far, context.intent, gate.purpose)
    if found.is_refused or question is None:
        refuse(context, gate.purpose, found.reason)
    if by_hand := next((name for name in gate.before if not is_done(so_far, name)), None):
        refuse(context, gate.purpose, f"{by_hand} was passed without an answer")
    rule = rule_of(context.intent, gate.purpose)
    assigned = _still_to_ask(context, gate, rule, found)
    ask = _ask_person(so_far, context, gate, question, found, request(context), assigned)
    shown = _digest_of(ask)
    earlier = put_by(so_far, gate.name)
    if put := [one for one in earlier if one.shown != shown]:
        return _leave_to_next(context, gate, put[-1], question, lost)
    if lost is not None and earlier and gate.spares >= max(1, found.missing):
        return _leave_to_next(context, gate, earlier[-1], question, lost)
    if gate.spares + 1 < found.missing:
        refuse(context, gate.purpose, f"{found.reason}; no gate is left to ask for the rest: start a new run")
    timers = context.intent.policy.timers
    renew_all(context.intent, context.leases, timers.approval_s + timers.lease_s)
    before = said_before(earlier[-1].question if earlier else None, lost)
    _write_question(context, gate, question, ask, shown, found, before)
    return ask


def hear(context: UpgradeContext, gate: Gate, response: Response) -> Enough | NextGate:
    """Writes the answer down, bound to the question that this gate put. Raises RequestRefused when it is a
    no, or when it does not count and no gate is left to ask again."""
    put = put_by(context.known(), gate.name)
    if not put:
        refuse(context, gate.purpose, "an answer came to a question that the journal does not hold")
    if not response.person.id.strip():
        refuse(context, gate.purpose, "the answer names no person")
    choice = response.chosen[0] if len(response.chosen) == 1 else ", ".join(response.chosen)
    given = AnswerGiven(
        question=put[-1].question,
        by=response.person.id,
        name=response.person.label,
        choice=choice,
        responded_at=response.at,
    )
    context.record(given, f"{response.person.label}: {choice}")
    found = standing(context.known(), context.intent, gate.purpose, context.journal.now())
    if isinstance(found, Approved):
        return Enough(reason=found.reason)
    if choice != APPROVE:
        refuse(context, gate.purpose, f"{response.person.label} refused the {gate.purpose.value}")
    if gate.spares < max(1, found.missing):
        refuse(context, gate.purpose, f"{found.reason}; no gate is left to ask again: start a new run")
    return NextGate(reason=found.reason)


def give_up(context: UpgradeContext, gate: Gate) -> NoReturn:
    """Nobody answered in time: that is a no. Writes the outcome down and raises RequestRefused."""
    within = how_long(context.intent.policy.timers.approval_s)
    reason = f"nobody answered the question about the {gate.purpose.value} within {within}"
    refuse(context, gate.purpose, reason)


def _require_open(context: UpgradeContext) -> None:
    """Nobody is asked in vain: a closed upgrade never sends again."""
    record = context.journal.upgrade(context.upgrade_id)
    if record is not None and record.closed_at is not None:
        raise RequestRefused(
            f"{context.upgrade_id} is closed as {record.outcome}: nothing is sent for it any more; "
            "start a new run"
        )


def _still_to_ask(
    context: UpgradeContext, gate: Gate, rule: ApprovalRule, found: NotApproved
) -> tuple[Person, ...] | None:
    """Entitled, not the requester, and not counted yet. An empty list would mean anybody to Airflow."""
    entitled = assignees(rule, context.intent.requested_by)
    if entitled is None:
        return None
    counted = {person.id.casefold() for person in found.counted}
    left = tuple(person for person in entitled if person.id.casefold() not in counted)
    if len(left) < max(1, found.missing):
        names = ", ".join(person.label for person in left) or "nobody"
        refuse(
            context,
            gate.purpose,
            f"{found.reason}; {found.missing} more must approve and only {names} still may: see "
            f"{rule.source('approvers')}",
        )
    return left


def _ask_person(
    so_far: UpgradeState,
    context: UpgradeContext,
    gate: Gate,
    question: InForce,
    found: NotApproved,
    request: ApprovalRequest,
    assigned: tuple[Person, ...] | None,
) -> AskPerson:
    rule = rule_of(context.intent, gate.purpose)
    have = ", ".join(person.label for person in found.counted) or "nobody yet"
    others = "" if rule.requester_counts else f", but not {context.intent.requested_by}, who asks"
    who = f"anybody{others}" if assigned is None else ", ".join(person.label for person in assigned)
    lines = [request.body, *lost_lines(lost_reasons(so_far, gate.purpose))]
    if changed := changed_since(so_far, gate.purpose, question):
        lines.append("**Changed since the last question:**\n" + "\n".join(f"- {line}" for line in changed))
    lines.append(
        f"Question `{short(question.digest)}`. Approvals: {len(found.counted)} of {rule.needed} ({have}). "
        f"May approve: {who}. A yes counts for {how_long(rule.holds_s)}."
    )
    return AskPerson(
        subject=request.subject,
        body="\n\n".join(lines),
        assigned=assigned,
        within_s=context.intent.policy.timers.approval_s,
        options=(*OPTIONS, *(reject_for(route) for route in request.other_routes)),
    )


def _digest_of(ask: AskPerson) -> str:
    assigned = None if ask.assigned is None else [person.id for person in ask.assigned]
    text = json.dumps([ask.subject, ask.body, ask.options, assigned])
    return hashlib.sha256(text.encode()).hexdigest()


def _write_question(
    context: UpgradeContext,
    gate: Gate,
    question: InForce,
    ask: AskPerson,
    shown: str,
    found: NotApproved,
    before: str,
) -> None:
    needed = rule_of(context.intent, gate.purpose).needed
    asked = QuestionAsked(
        question=AskedQuestion(
            purpose=gate.purpose, digest=question.digest, gate=gate.name, try_number=gate.try_number
        ),
        shown=shown,
        parts=question.parts,
        assigned=None if ask.assigned is None else tuple(person.id for person in ask.assigned),
        needed=needed,
        clearings=gate.clearings,
    )
    context.record(
        asked,
        f"{ask.subject} (question {short(question.digest)}; {len(found.counted)} of {needed} approvals)"
        f"{before}",
    )


def _leave_to_next(
    context: UpgradeContext, gate: Gate, old: QuestionAsked, question: InForce, lost: LostAnswer | None = None
) -> NextGate:
    """Ends the old question unanswered."""
    if not gate.spares:
        refuse(
            context,
            gate.purpose,
            "the question has changed again and no gate is left to put it: start a new run",
        )
    why = lost.describe(old.question) if lost else "it would read differently now"
    given_up = QuestionGivenUp(
        question=old.question, superseded_by=question.digest, lost=why if lost else None
    )
    reason = f"question {short(old.question.digest)} is given up: {why}; the next gate asks instead"
    context.record(given_up, reason)
    return NextGate(reason=reason)
