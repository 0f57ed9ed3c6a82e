"""What people answered about a campaign, read from its entries alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from srx_issu.campaign.entry import CampaignEntry
from srx_issu.campaign.events import NobodyAnswered
from srx_issu.campaign.rounds import Answer
from srx_issu.domain.approvals.digest import short
from srx_issu.domain.approvals.judge import (
    APPROVE,
    AskedQuestion,
    GivenAnswer,
    Judgement,
    judge,
)
from srx_issu.domain.approvals.rule import (
    ApprovalRule,
    CampaignApproval,
    Person,
)
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.history.approval_events import AnswerGiven, QuestionAsked, QuestionGivenUp
from srx_issu.steps.campaign.context import CampaignContext
from srx_issu.steps.campaign.plan_question import PLAN, plan_digest
from srx_issu.steps.campaign.planned import plan_of, rule_in


def decision(context: CampaignContext, about: str, digest: str) -> Judgement:
    """Whether enough people said yes to this very question. A wave needs one, a plan as many as the rule."""
    events = context.journal.entries(context.campaign_id)
    rule = rule_in(events)
    return judge(
        rule if about == PLAN else replace(rule, needed=1),
        requester=context.requested_by,
        purpose=about,
        digest=digest,
        asked=questions_asked(events),
        answers=answers_given(events),
        now=context.upgrades.now(),
    )


def choice(context: CampaignContext, about: str, digest: str) -> tuple[str, str]:
    """(who, what) was answered to a hold. Raises RequestRefused when nobody who may has answered this very
    question."""
    events = context.journal.entries(context.campaign_id)
    given = [a for a in answers_given(events) if a.question.purpose == about]
    if not given:
        raise RequestRefused("the journal holds no answer of a person; nothing new starts")
    last = given[-1]
    if last.question.digest != digest:
        raise RequestRefused(
            f"{last.person.label} answered question {short(last.question.digest)}, and it is "
            f"{short(digest)} now; nothing new starts"
        )
    if objection := objection_to(rule_in(events), last.person, last.choice, context.requested_by):
        raise RequestRefused(f"{objection}; nothing new starts")
    return last.person.label, last.choice


def last_unanswered(events: Iterable[CampaignEntry]) -> str | None:
    """What is told of a question that nobody answered; None when every one was."""
    found = [entry.text for entry in events if isinstance(entry.event, NobodyAnswered)]
    return found[-1] if found else None


def campaign_approval(
    campaign_id: str, events: Sequence[CampaignEntry], cluster: str
) -> CampaignApproval | None:
    """What the yes to the plan in force says of one cluster; None when it was not asked for or not given."""
    found = plan_of(events)
    planned = found[0].cluster(cluster) if found else None
    if found is None or planned is None or not planned.image_sha256:
        return None
    digest = plan_digest(found[0], rule_in(events))
    put = set(questions_asked(events))
    given: dict[str, GivenAnswer] = {}
    for answer in answers_given(events):
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


def objection_to(rule: ApprovalRule, person: Person, chosen: str, requester: str) -> str | None:
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


def lost_reasons(events: Sequence[CampaignEntry], about: str) -> Iterator[str | None]:
    """For ``lost_lines``."""
    for entry in events:
        match entry.event:
            case AnswerGiven():
                yield None
            case QuestionGivenUp(question=question, lost=str(reason)) if question.purpose == about:
                yield reason
            case _:
                pass


def put_by(events: Sequence[CampaignEntry], gate: str) -> tuple[QuestionAsked, ...]:
    """The questions that one gate put, in all its tries."""
    asked = (entry.event for entry in events if isinstance(entry.event, QuestionAsked))
    return tuple(one for one in asked if one.question.gate == gate)


def is_done(events: Sequence[CampaignEntry], gate: str) -> bool:
    """Whether a gate's newest question was answered or given up; else somebody marked it by hand."""
    found = [entry.event for entry in events if _gate_of(entry) == gate]
    return bool(found) and not isinstance(found[-1], QuestionAsked)


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


def questions_asked(events: Sequence[CampaignEntry]) -> tuple[AskedQuestion, ...]:
    return tuple(entry.event.question for entry in events if isinstance(entry.event, QuestionAsked))


def answers_given(events: Sequence[CampaignEntry]) -> tuple[GivenAnswer, ...]:
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
