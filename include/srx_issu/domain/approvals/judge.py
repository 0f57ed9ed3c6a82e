"""Whether a question has been answered with enough valid approvals. Pure: time comes in as an argument."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from srx_issu.domain.approvals.digest import short
from srx_issu.domain.approvals.rule import ApprovalRule, CampaignApproval, Person, how_long

APPROVE = "Approve"
REJECT = "Reject"


@dataclass(frozen=True, kw_only=True)
class AskedQuestion:
    """One question as one gate put it, in one of its tries."""

    purpose: str
    digest: str
    gate: str  # the gate that put it
    try_number: int


@dataclass(frozen=True, kw_only=True)
class GivenAnswer:
    """What one person answered to one question. ``at`` is the database's time."""

    question: AskedQuestion
    person: Person
    choice: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Approved:
    """Go on. ``by`` empty = nobody had to be asked."""

    reason: str
    by: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class NotApproved:
    """Do not. ``is_refused``: a person said no, so nobody else is asked. ``missing``: how many are still to
    say yes, ``counted``: who has."""

    reason: str
    is_refused: bool = False
    missing: int = 0
    counted: tuple[Person, ...] = ()


Judgement = Approved | NotApproved


def judge(  # noqa: PLR0913 - each is one fact of the judgement
    rule: ApprovalRule,
    *,
    requester: str,
    purpose: str,
    digest: str,
    asked: Sequence[AskedQuestion],
    answers: Sequence[GivenAnswer],
    now: datetime,
    expires: bool = True,
) -> Judgement:
    """``asked`` and ``answers`` in the order they were written. ``digest`` is that of the question in force;
    what was answered to another one does not count, nor does an answer to a question that nobody put."""
    put = set(asked)
    newest_try = {question.gate: question.try_number for question in asked}
    on_this = [
        one
        for one in answers
        if one.question in put
        and one.question.purpose == purpose
        and one.question.digest == digest
        and one.question.try_number == newest_try[one.question.gate]  # asked again: void
    ]
    newest: dict[str, GivenAnswer] = {}
    for answer in on_this:
        newest[answer.person.id.strip().casefold()] = answer
    for answer in newest.values():
        if answer.choice != APPROVE:
            return NotApproved(reason=f"{answer.person.label} refused the {purpose}", is_refused=True)
    counted: list[Person] = []
    objections: list[str] = []
    for answer in newest.values():
        objection = _objection(rule, answer, requester, now, expires=expires)
        if objection is None:
            counted.append(answer.person)
        else:
            objections.append(objection)
    names = tuple(person.label for person in counted)
    if len(counted) >= rule.needed:
        return Approved(reason=f"{purpose} approved by {', '.join(names)} ({_of(names, rule)})", by=names)
    if not counted and not objections:
        objections.append(_never_answered(purpose, digest, answers))
    have = f"{_of(names, rule)} approvals" + (f" ({', '.join(names)})" if names else "")
    return NotApproved(
        reason="; ".join((f"{purpose} has {have}", *objections)),
        missing=rule.needed - len(counted),
        counted=tuple(counted),
    )


def judge_campaign(
    rule: ApprovalRule,
    given: CampaignApproval,
    *,
    requester: str,
    cluster: str,
    image_sha256: str,
    now: datetime,
    expires: bool = True,
) -> Judgement:
    """Whether the yes to a campaign's plan is enough for one of its clusters, by the cluster's own rule.

    ``expires`` False: of what was begun by it, however long ago it was given.
    """
    if given.cluster != cluster or given.image_sha256 != image_sha256:
        return NotApproved(
            reason=f"plan {short(given.digest)} of campaign {given.campaign_id} was approved for "
            f"{given.cluster} with image {short(given.image_sha256)}, not for {cluster} with "
            f"{short(image_sha256)}",
            missing=rule.needed,
        )
    if expires and now - given.given_at > timedelta(seconds=rule.campaign_holds_s):
        return NotApproved(
            reason=f"the approval of plan {short(given.digest)} of campaign {given.campaign_id} is of "
            f"{given.given_at:%Y-%m-%d %H:%M} and holds {how_long(rule.campaign_holds_s)}",
            missing=rule.needed,
        )
    people = {p.id.strip().casefold(): p for p in given.by}.values()
    counted = tuple(p for p in people if rule.entitles(p) and not rule.excludes(p, requester))
    names = tuple(person.label for person in counted)
    if len(names) >= rule.needed:
        plan = f"with plan {short(given.digest)} of campaign {given.campaign_id}"
        return Approved(reason=f"start approved by {', '.join(names)} {plan} ({_of(names, rule)})", by=names)
    return NotApproved(
        reason=f"of the approvers of plan {short(given.digest)}, {_of(names, rule)} may approve {cluster}",
        missing=rule.needed - len(names),
        counted=counted,
    )


def _objection(
    rule: ApprovalRule, answer: GivenAnswer, requester: str, now: datetime, *, expires: bool
) -> str | None:
    """Why this yes does not count; None = it does."""
    person = answer.person
    if not person.id.strip():
        return "an answer names no person"
    if rule.excludes(person, requester):
        return f"{person.label} asked for it and may not approve it ({rule.source('requester_counts')})"
    if not rule.entitles(person):
        return f"{person.label} is not entitled to approve ({rule.source('approvers')})"
    if expires and now - answer.at > timedelta(seconds=rule.holds_s):
        of = f"{answer.at:%Y-%m-%d %H:%M}"
        return f"the yes of {person.label} of {of} has expired (holds {how_long(rule.holds_s)})"
    return None


def _never_answered(purpose: str, digest: str, answers: Sequence[GivenAnswer]) -> str:
    others = [one for one in answers if one.question.purpose == purpose and one.question.digest != digest]
    if not others:
        return "the journal holds no answer of a person"
    last = others[-1]
    return (
        f"{last.person.label} answered question {short(last.question.digest)}; what would be sent now is "
        f"{short(digest)}, and nobody has answered that"
    )


def _of(counted: Sequence[str], rule: ApprovalRule) -> str:
    return f"{len(counted)} of {rule.needed}"
