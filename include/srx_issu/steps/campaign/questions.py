"""What people are asked about a campaign, and what they said: bound to the question's digest, read from the
campaign's journal alone.

A campaign's plan is approved by the strictest rule of its clusters and its own file; its waves and holds are
answered by one person of the same circle. The one who started the campaign may always abort it, and nothing
else where policy wants four eyes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from srx_issu.campaign.entry import CampaignEntry
from srx_issu.campaign.events import NobodyAnswered
from srx_issu.domain.approvals.digest import Parts, changes, short
from srx_issu.domain.approvals.judge import (
    APPROVE,
    REJECT,
    Approved,
    AskedQuestion,
)
from srx_issu.domain.approvals.rule import (
    ApprovalRule,
    Person,
    assignees,
    how_long,
)
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.history.approval_events import AnswerGiven, QuestionAsked, QuestionGivenUp
from srx_issu.steps.approval.gate_task import AskPerson, Enough, NextGate, Response, name_of
from srx_issu.steps.approval.lost_answer import LostAnswer, lost_lines, said_before
from srx_issu.steps.campaign.answers import choice, decision, is_done, lost_reasons, objection_to, put_by
from srx_issu.steps.campaign.context import CampaignContext
from srx_issu.steps.campaign.plan_question import PLAN, digest_of
from srx_issu.steps.campaign.planned import rule_in


@dataclass(frozen=True, kw_only=True)
class CampaignQuestion:
    """``about`` is "plan", "wave 2" or "hold 2.1" (wave and round); ``digest`` is of everything that is
    decided with it."""

    about: str
    digest: str
    subject: str
    body: str
    within_s: float
    options: tuple[str, ...] = (APPROVE, REJECT)
    parts: Parts = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class CampaignGateTask:
    """One of several gates in a row, in its present try. ``about`` as in the question; ``number`` counts from
    1; ``spares``: how many stand behind it."""

    about: str
    number: int
    try_number: int
    spares: int

    @property
    def name(self) -> str:
        """As the journal has it."""
        return name_of(self.about, self.number)

    @property
    def before(self) -> tuple[str, ...]:
        """The gates in front of it."""
        return tuple(name_of(self.about, number) for number in range(1, self.number))


def is_unanswered(context: CampaignContext, gate: CampaignGateTask) -> bool:
    """As ``approval_gate.is_unanswered``."""
    events = context.journal.entries(context.campaign_id, plans=False)
    put = put_by(events, gate.name)
    is_earlier = bool(put) and put[-1].question.try_number != gate.try_number
    return is_earlier and not is_done(events, gate.name)


def approach(
    context: CampaignContext,
    gate: CampaignGateTask,
    question: CampaignQuestion | None,
    lost: LostAnswer | None = None,
) -> AskPerson | Enough | NextGate:
    """Before a question is put; writes it down. Raises RequestRefused when it cannot be answered any more.
    ``lost``: as ``approval_gate.approach``."""
    if question is None:
        return Enough(reason="nobody is asked")
    events = context.journal.entries(context.campaign_id)
    rule = rule_in(events)
    counted: tuple[str, ...] = ()
    if question.options == (APPROVE, REJECT):
        found = decision(context, question.about, question.digest)
        if isinstance(found, Approved):
            return Enough(reason=found.reason)
        if found.is_refused:
            raise RequestRefused(f"{found.reason}; nothing new starts")
        counted = tuple(person.id.casefold() for person in found.counted)
    elif heard := _valid_choice(context, question):
        return Enough(reason=heard)
    if by_hand := next((name for name in gate.before if not is_done(events, name)), None):
        raise RequestRefused(f"{by_hand} was passed without an answer; nothing new starts")
    ask = _ask_person(events, context, question, rule, counted)
    shown = digest_of(ask.subject, ask.body, question.options, _ids(ask.assigned))
    old = put_by(events, gate.name)
    if changed := [one for one in old if one.shown != shown]:
        return _leave_to_next(context, gate, changed[-1], question, lost)
    missing = (rule.needed if question.about == PLAN else 1) - len(counted)
    if lost is not None and old and gate.spares >= max(1, missing):
        return _leave_to_next(context, gate, old[-1], question, lost)
    asked = QuestionAsked(
        question=AskedQuestion(
            purpose=question.about, digest=question.digest, gate=gate.name, try_number=gate.try_number
        ),
        shown=shown,
        parts=question.parts,
        assigned=_ids(ask.assigned),
        needed=rule.needed if question.about == PLAN else 1,
    )
    before = said_before(old[-1].question if old else None, lost)
    context.record(asked, f"{question.subject} (question {short(question.digest)}){before}")
    return ask


def hear(context: CampaignContext, gate: CampaignGateTask, response: Response) -> Enough | NextGate:
    """Writes the answer down, bound to the question that this gate put. Raises RequestRefused for a no, and
    for an answer that does not count when no gate is left to ask again."""
    events = context.journal.entries(context.campaign_id)
    put = put_by(events, gate.name)
    if not put:
        raise RequestRefused(
            "an answer came to a question that the journal does not hold; nothing new starts"
        )
    if not response.person.id.strip():
        raise RequestRefused("the answer names no person; nothing new starts")
    asked = put[-1].question
    chosen = response.chosen[0] if len(response.chosen) == 1 else ", ".join(response.chosen)
    given = AnswerGiven(question=asked, by=response.person.id, name=response.person.label, choice=chosen)
    context.record(given, f"{response.person.label}: {chosen}")
    if asked.purpose.startswith("hold "):
        rule = rule_in(events)
        objection = objection_to(rule, response.person, chosen, context.requested_by)
        return _count_or_ask_again(gate, objection, f"{response.person.label}: {chosen}")
    found = decision(context, asked.purpose, asked.digest)
    if isinstance(found, Approved):
        return Enough(reason=found.reason)
    if found.is_refused:
        return Enough(reason=found.reason)  # the guard behind says what follows from it
    return _count_or_ask_again(gate, found.reason, "")


def unanswered(context: CampaignContext, gate: CampaignGateTask, question: CampaignQuestion | None) -> str:
    """Writes down that nobody answered in time; returns the sentence."""
    within = f" within {how_long(question.within_s)}" if question else " in time"
    about = f" about the {question.about}" if question else ""
    reason = f"nobody answered the question{about}{within}; nothing new starts"
    context.record(NobodyAnswered(gate=gate.name), reason)
    return reason


def _valid_choice(context: CampaignContext, question: CampaignQuestion) -> str | None:
    """What was answered to this very question before; None when nothing that counts."""
    try:
        who, chosen = choice(context, question.about, question.digest)
    except RequestRefused:
        return None
    return f"{who}: {chosen}"


def _ask_person(
    events: Sequence[CampaignEntry],
    context: CampaignContext,
    question: CampaignQuestion,
    rule: ApprovalRule,
    counted: Sequence[str],
) -> AskPerson:
    needed = rule.needed if question.about == PLAN else 1
    entitled = assignees(rule, context.requested_by)
    assigned = None if entitled is None else tuple(p for p in entitled if p.id.casefold() not in counted)
    if assigned is not None and len(assigned) + len(counted) < needed:
        raise RequestRefused(
            f"{needed} must answer and too few may: see {rule.source('approvers')} and the campaign's own "
            "gates.approvers"
        )
    others = "" if rule.requester_counts else f", but not {context.requested_by}, who started it"
    who = f"anybody{others}" if assigned is None else ", ".join(person.label for person in assigned)
    body = [question.body, *lost_lines(lost_reasons(events, question.about))]
    if changed := changed_since(events, question):
        body.append("**Changed since the last question:**\n" + "\n".join(f"- {line}" for line in changed))
    have = f"Approvals: {len(counted)} of {needed}. " if question.options == (APPROVE, REJECT) else ""
    body.append(f"Question `{short(question.digest)}`. {have}May answer: {who}.")
    return AskPerson(
        subject=question.subject, body="\n\n".join(body), assigned=assigned, within_s=question.within_s
    )


def changed_since(events: Sequence[CampaignEntry], question: CampaignQuestion) -> tuple[str, ...]:
    asked = (entry.event for entry in events if isinstance(entry.event, QuestionAsked))
    earlier = [
        one
        for one in asked
        if one.question.purpose == question.about and one.question.digest != question.digest
    ]
    return changes(earlier[-1].parts, question.parts) if earlier and earlier[-1].parts else ()


def _leave_to_next(
    context: CampaignContext,
    gate: CampaignGateTask,
    old: QuestionAsked,
    question: CampaignQuestion,
    lost: LostAnswer | None = None,
) -> NextGate:
    if not gate.spares:
        raise RequestRefused(
            "the question has changed again and no gate is left to put it; nothing new starts: "
            "start a new run"
        )
    why = lost.describe(old.question) if lost else "it would read differently now"
    given_up = QuestionGivenUp(
        question=old.question, superseded_by=question.digest, lost=why if lost else None
    )
    reason = f"question {short(old.question.digest)} is given up: {why}; the next gate asks"
    context.record(given_up, reason)
    return NextGate(reason=reason)


def _count_or_ask_again(gate: CampaignGateTask, objection: str | None, heard: str) -> Enough | NextGate:
    if objection is None:
        return Enough(reason=heard)
    if not gate.spares:
        raise RequestRefused(f"{objection}; no gate is left to ask again; nothing new starts")
    return NextGate(reason=objection)


def _ids(people: tuple[Person, ...] | None) -> tuple[str, ...] | None:
    return None if people is None else tuple(person.id for person in people)
