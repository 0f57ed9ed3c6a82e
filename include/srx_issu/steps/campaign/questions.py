"""What people are asked about a campaign, and what they said: bound to the question's digest, read from the
campaign's account alone.

A campaign's plan is approved by the strictest rule of its clusters and its own file; its waves and holds are
answered by one person of the same circle. The one who started the campaign may always abort it, and nothing
else where policy wants four eyes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from srx_issu.campaign.entry import CampaignEntry
from srx_issu.campaign.events import NobodyAnswered
from srx_issu.campaign.model import Gates
from srx_issu.campaign.plan import CampaignPlan
from srx_issu.campaign.rehearse import Answer
from srx_issu.domain.approvals.digest import Parts, changes, short
from srx_issu.domain.approvals.judge import (
    APPROVE,
    REJECT,
    Approved,
    AskedQuestion,
    GivenAnswer,
    Judgement,
    judge,
)
from srx_issu.domain.approvals.rule import (
    ApprovalRule,
    CampaignApproval,
    Person,
    assignees,
    how_long,
    shortage,
)
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.history.events import AnswerGiven, QuestionAsked, QuestionGivenUp
from srx_issu.ports import codec
from srx_issu.steps.approval.gate import AskPerson, Enough, NextGate, Response, name_of
from srx_issu.steps.approval.lost_answer import LostAnswer, lost_lines, said_before
from srx_issu.steps.campaign.context import CampaignContext
from srx_issu.steps.campaign.planned import plan_of, rule_in

PLAN = "plan"


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


def rule_for_plan(policy: ApprovalRule, gates: Gates) -> ApprovalRule:
    """Policy and the campaign's own file together: the stricter of both."""
    named = gates.approvers
    approvers = policy.approvers
    if named and approvers is None:
        approvers = tuple(Person(id=name, name=name) for name in named)
    elif named and approvers is not None:
        approvers = tuple(person for person in approvers if any(person.is_called(name) for name in named))
    required = policy.required or gates.plan
    return replace(policy, required=required, approvers=approvers)


def require_approvers(rule: ApprovalRule, requester: str) -> None:
    """Raises RequestRefused when too few people could ever approve the plan."""
    if rule.required and (short_of := shortage(rule, requester)):
        raise RequestRefused(
            f"nobody could approve this campaign: {short_of}; or see its own gates.approvers"
        )


def plan_digest(plan: CampaignPlan, rule: ApprovalRule) -> str:
    """Waves, clusters with addresses, policy and image, the campaign's file, and who must approve."""
    return digest_of(PLAN, plan.digest, codec.canonical(replace(rule, said_at={})))


def plan_parts(plan: CampaignPlan, rule: ApprovalRule) -> Parts:
    """What an approver is told when the plan has changed since the last question."""
    waves = "; ".join(
        f"{wave.number}: {', '.join(c.name for c in wave.clusters)}" for wave in plan.waves if wave.clusters
    )
    clusters = {f"cluster {c.name}": f"image {c.image}, facts {c.facts}" for c in plan.clusters}
    return {
        "waves": waves,
        "the campaign's file": plan.settings,
        "approvals": f"{rule.needed} of "
        + ("anybody" if rule.approvers is None else ", ".join(p.label for p in rule.approvers)),
        **clusters,
    }


def digest_of(*content: object) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def decision(context: CampaignContext, about: str, digest: str) -> Judgement:
    """Whether enough people said yes to this very question. A wave needs one, a plan as many as the rule."""
    events = context.journal.entries(context.campaign_id)
    rule = rule_in(events)
    return judge(
        rule if about == PLAN else replace(rule, needed=1),
        requester=context.requested_by,
        purpose=about,
        digest=digest,
        asked=_asked(events),
        answers=_answers(events),
        now=context.upgrades.now(),
    )


def choice(context: CampaignContext, about: str, digest: str) -> tuple[str, str]:
    """(who, what) was answered to a hold. Raises RequestRefused when nobody who may has answered this very
    question."""
    events = context.journal.entries(context.campaign_id)
    given = [a for a in _answers(events) if a.question.purpose == about]
    if not given:
        raise RequestRefused("the journal holds no answer of a person; nothing new starts")
    last = given[-1]
    if last.question.digest != digest:
        raise RequestRefused(
            f"{last.person.label} answered question {short(last.question.digest)}, and it is "
            f"{short(digest)} now; nothing new starts"
        )
    if objection := _objection(rule_in(events), last.person, last.choice, context.requested_by):
        raise RequestRefused(f"{objection}; nothing new starts")
    return last.person.label, last.choice


def is_unanswered(context: CampaignContext, gate: CampaignGateTask) -> bool:
    """As ``approval_gate.is_unanswered``."""
    events = context.journal.entries(context.campaign_id, plans=False)
    put = _put_by(events, gate.name)
    is_earlier = bool(put) and put[-1].question.try_number != gate.try_number
    return is_earlier and not _is_done(events, gate.name)


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
    if by_hand := next((name for name in gate.before if not _is_done(events, name)), None):
        raise RequestRefused(f"{by_hand} was passed without an answer; nothing new starts")
    words = _words(events, context, question, rule, counted)
    shown = digest_of(words.subject, words.body, question.options, _ids(words.assigned))
    old = _put_by(events, gate.name)
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
        assigned=_ids(words.assigned),
        needed=rule.needed if question.about == PLAN else 1,
    )
    before = said_before(old[-1].question if old else None, lost)
    context.record(asked, f"{question.subject} (question {short(question.digest)}){before}")
    return words


def hear(context: CampaignContext, gate: CampaignGateTask, response: Response) -> Enough | NextGate:
    """Writes the answer down, bound to the question that this gate put. Raises RequestRefused for a no, and
    for an answer that does not count when no gate is left to ask again."""
    events = context.journal.entries(context.campaign_id)
    put = _put_by(events, gate.name)
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
        objection = _objection(rule, response.person, chosen, context.requested_by)
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


def last_unanswered(events: Iterable[CampaignEntry]) -> str | None:
    """What is told of a question that nobody answered; None when every one was."""
    told = [entry.text for entry in events if isinstance(entry.event, NobodyAnswered)]
    return told[-1] if told else None


def campaign_approval(
    campaign_id: str, events: Sequence[CampaignEntry], cluster: str
) -> CampaignApproval | None:
    """What the yes to the plan in force says of one cluster; None when it was not asked for or not given."""
    found = plan_of(events)
    planned = found[0].cluster(cluster) if found else None
    if found is None or planned is None or not planned.image_sha256:
        return None
    digest = plan_digest(found[0], rule_in(events))
    put = set(_asked(events))
    given: dict[str, GivenAnswer] = {}
    for answer in _answers(events):
        about = answer.question
        if about in put and (about.purpose, about.digest) == (PLAN, digest):
            given[answer.person.id.strip().casefold()] = answer
    if not given or any(answer.choice != APPROVE for answer in given.values()):
        return None
    return CampaignApproval(
        campaign_id=campaign_id,
        digest=digest,
        cluster=cluster,
        image_sha256=planned.image_sha256,
        by=tuple(answer.person for answer in given.values()),
        given_at=min(answer.at for answer in given.values()),
    )


def _valid_choice(context: CampaignContext, question: CampaignQuestion) -> str | None:
    """What was answered to this very question before; None when nothing that counts."""
    try:
        who, chosen = choice(context, question.about, question.digest)
    except RequestRefused:
        return None
    return f"{who}: {chosen}"


def _words(
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
    body = [question.body, *lost_lines(_lost(events, question.about))]
    if changed := _changed(events, question):
        body.append("**Changed since the last question:**\n" + "\n".join(f"- {line}" for line in changed))
    have = f"Approvals: {len(counted)} of {needed}. " if question.options == (APPROVE, REJECT) else ""
    body.append(f"Question `{short(question.digest)}`. {have}May answer: {who}.")
    return AskPerson(
        subject=question.subject, body="\n\n".join(body), assigned=assigned, within_s=question.within_s
    )


def _changed(events: Sequence[CampaignEntry], question: CampaignQuestion) -> tuple[str, ...]:
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
    why = lost.in_words(old.question) if lost else "it would read differently now"
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


def _objection(rule: ApprovalRule, person: Person, chosen: str, requester: str) -> str | None:
    """Why this person's answer to a hold does not count; None = it does."""
    if chosen == Answer.ABORT.value:
        return None
    if rule.excludes(person, requester):
        return (
            f"{person.label} started the campaign and may only abort it ({rule.source('requester_counts')})"
        )
    if not rule.entitles(person):
        return (
            f"{person.label} may not answer ({rule.source('approvers')}, or the campaign's gates.approvers)"
        )
    return None


def _lost(events: Sequence[CampaignEntry], about: str) -> Iterator[str | None]:
    """For ``lost_lines``."""
    for entry in events:
        match entry.event:
            case AnswerGiven():
                yield None
            case QuestionGivenUp(question=question, lost=str(words)) if question.purpose == about:
                yield words
            case _:
                pass


def _put_by(events: Sequence[CampaignEntry], gate: str) -> tuple[QuestionAsked, ...]:
    """The questions that one gate put, in all its tries."""
    asked = (entry.event for entry in events if isinstance(entry.event, QuestionAsked))
    return tuple(one for one in asked if one.question.gate == gate)


def _is_done(events: Sequence[CampaignEntry], gate: str) -> bool:
    """Whether a gate's newest question was answered or given up; else somebody marked it by hand."""
    told = [entry.event for entry in events if _gate_of(entry) == gate]
    return bool(told) and not isinstance(told[-1], QuestionAsked)


def _gate_of(entry: CampaignEntry) -> str | None:
    match entry.event:
        case QuestionAsked(question=question) | QuestionGivenUp(question=question):
            return question.gate
        case AnswerGiven(question=question):
            return question.gate
        case NobodyAnswered(gate=gate):
            return gate
        case _:
            return None


def _asked(events: Sequence[CampaignEntry]) -> tuple[AskedQuestion, ...]:
    return tuple(entry.event.question for entry in events if isinstance(entry.event, QuestionAsked))


def _answers(events: Sequence[CampaignEntry]) -> tuple[GivenAnswer, ...]:
    return tuple(
        GivenAnswer(
            question=entry.event.question,
            person=Person(id=entry.event.by, name=entry.event.name),
            choice=entry.event.choice,
            at=entry.known_at,
        )
        for entry in events
        if isinstance(entry.event, AnswerGiven)
    )


def _ids(people: tuple[Person, ...] | None) -> tuple[str, ...] | None:
    return None if people is None else tuple(person.id for person in people)
