"""What people are asked about a campaign, and what they said: bound to the question's digest, read from the
campaign's account alone.

A campaign's plan is approved by the strictest rule of its clusters and its own file; its waves and holds are
answered by one person of the same circle. The one who started the campaign may always abort it, and nothing
else where policy wants four eyes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from srx_issu.campaign.model import Gates
from srx_issu.campaign.plan import Plan
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
from srx_issu.ports import codec
from srx_issu.ports.campaign import CampaignEntry, CampaignEntryKind, plan_in_force
from srx_issu.ports.journal import Json
from srx_issu.steps.approval.gate import Ask, Enough, NextGate, Response
from srx_issu.steps.approval.lost_answer import LostAnswer, lost_lines, said_before
from srx_issu.steps.campaign.bench import CampaignBench
from srx_issu.steps.campaign.state import plan_of

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
    """One gate task of a campaign in its present try. ``spares``: the gates behind it; ``before``: those in
    front of it."""

    task_id: str
    try_number: int
    spares: tuple[str, ...]
    before: tuple[str, ...] = ()


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


def rule_in(events: Sequence[CampaignEntry]) -> ApprovalRule:
    """The rule that was planned with; plans of earlier versions have the shipped one."""
    planned = plan_in_force((e.kind, e.detail) for e in events)
    kept = planned.get("approvals") if planned else None
    return codec.loads(ApprovalRule, str(kept)) if kept else ApprovalRule()


def plan_digest(plan: Plan, rule: ApprovalRule) -> str:
    """Waves, clusters with addresses, policy and image, the campaign's file, and who must approve."""
    return digest_of(PLAN, plan.digest, codec.canonical(replace(rule, said_at={})))


def plan_parts(plan: Plan, rule: ApprovalRule) -> Parts:
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


def decision(bench: CampaignBench, about: str, digest: str) -> Judgement:
    """Whether enough people said yes to this very question. A wave needs one, a plan as many as the rule."""
    events = bench.journal.entries(bench.campaign_id)
    rule = rule_in(events)
    return judge(
        rule if about == PLAN else replace(rule, needed=1),
        requester=bench.requested_by,
        purpose=about,
        digest=digest,
        asked=tuple(_question(e) for e in events if _is_put(e)),
        answers=tuple(answer for answer in _answers(events)),
        now=bench.upgrades.now(),
    )


def choice(bench: CampaignBench, about: str, digest: str) -> tuple[str, str]:
    """(who, what) was answered to a hold. Raises RequestRefused when nobody who may has answered this very
    question."""
    events = bench.journal.entries(bench.campaign_id)
    given = [a for a in _answers(events) if a.question.purpose == about]
    if not given:
        raise RequestRefused("the journal holds no answer of a person; nothing new starts")
    last = given[-1]
    if last.question.digest != digest:
        raise RequestRefused(
            f"{last.person.label} answered question {short(last.question.digest)}, and it is "
            f"{short(digest)} now; nothing new starts"
        )
    if objection := _objection(rule_in(events), last.person, last.choice, bench.requested_by):
        raise RequestRefused(f"{objection}; nothing new starts")
    return last.person.label, last.choice


def is_unanswered(bench: CampaignBench, gate: CampaignGateTask) -> bool:
    """As ``approval_gate.is_unanswered``."""
    events = bench.journal.entries(bench.campaign_id, plans=False)
    put = [e for e in events if _is_put(e) and e.detail.get("task") == gate.task_id]
    return bool(put) and put[-1].detail.get("try") != gate.try_number and not _is_done(events, gate.task_id)


def approach(
    bench: CampaignBench,
    gate: CampaignGateTask,
    question: CampaignQuestion | None,
    lost: LostAnswer | None = None,
) -> Ask | Enough | NextGate:
    """Before a question is put; writes it down. Raises RequestRefused when it cannot be answered any more.
    ``lost``: as ``approval_gate.approach``."""
    if question is None:
        return Enough(reason="nobody is asked")
    events = bench.journal.entries(bench.campaign_id)
    rule = rule_in(events)
    counted: tuple[str, ...] = ()
    if question.options == (APPROVE, REJECT):
        found = decision(bench, question.about, question.digest)
        if isinstance(found, Approved):
            return Enough(reason=found.reason)
        if found.is_refused:
            raise RequestRefused(f"{found.reason}; nothing new starts")
        counted = tuple(person.id.casefold() for person in found.counted)
    elif heard := _valid_choice(bench, question):
        return Enough(reason=heard)
    if by_hand := next((name for name in gate.before if not _is_done(events, name)), None):
        raise RequestRefused(f"{by_hand} was passed without an answer; nothing new starts")
    words = _words(events, bench, question, rule, counted)
    shown = digest_of(words.subject, words.body, question.options, _ids(words.assigned))
    old = [e for e in events if _is_put(e) and e.detail.get("task") == gate.task_id]
    if changed := [e for e in old if e.detail.get("words") != shown]:
        return _leave_to_next(bench, gate, changed[-1], question, lost)
    missing = (rule.needed if question.about == PLAN else 1) - len(counted)
    if lost is not None and old and len(gate.spares) >= max(1, missing):
        return _leave_to_next(bench, gate, old[-1], question, lost)
    bench.tell(
        CampaignEntryKind.ASKED,
        f"{question.subject} (question {short(question.digest)})"
        f"{said_before(old[-1].detail if old else None, lost)}",
        detail={
            **_bound(question.about, question.digest, gate.task_id, gate.try_number),
            "words": shown,
            "assigned": _ids(words.assigned),
            "parts": dict(question.parts),
        },
    )
    return words


def hear(bench: CampaignBench, gate: CampaignGateTask, response: Response) -> Enough | NextGate:
    """Writes the answer down, bound to the question that this gate put. Raises RequestRefused for a no, and
    for an answer that does not count when no gate is left to ask again."""
    events = bench.journal.entries(bench.campaign_id)
    put = [e for e in events if _is_put(e) and e.detail.get("task") == gate.task_id]
    if not put:
        raise RequestRefused(
            "an answer came to a question that the journal does not hold; nothing new starts"
        )
    if not response.person.id.strip():
        raise RequestRefused("the answer names no person; nothing new starts")
    asked = _question(put[-1])
    chosen = response.chosen[0] if len(response.chosen) == 1 else ", ".join(response.chosen)
    bench.tell(
        CampaignEntryKind.REPLIED,
        f"{response.person.label}: {chosen}",
        detail={
            **_bound(asked.purpose, asked.digest, asked.task_id, asked.try_number),
            "by": response.person.id,
            "name": response.person.label,
            "choice": chosen,
        },
    )
    if asked.purpose.startswith("hold "):
        rule = rule_in(events)
        objection = _objection(rule, response.person, chosen, bench.requested_by)
        return _count_or_ask_again(gate, objection, f"{response.person.label}: {chosen}")
    found = decision(bench, asked.purpose, asked.digest)
    if isinstance(found, Approved):
        return Enough(reason=found.reason)
    if found.is_refused:
        return Enough(reason=found.reason)  # the guard behind says what follows from it
    return _count_or_ask_again(gate, found.reason, "")


def unanswered(bench: CampaignBench, gate: CampaignGateTask, question: CampaignQuestion | None) -> str:
    """Writes down that nobody answered in time; returns the sentence."""
    within = f" within {how_long(question.within_s)}" if question else " in time"
    about = f" about the {question.about}" if question else ""
    reason = f"nobody answered the question{about}{within}; nothing new starts"
    bench.tell(CampaignEntryKind.ASKED, reason, detail={"task": gate.task_id, "unanswered": True})
    return reason


def last_unanswered(events: Iterable[CampaignEntry]) -> str | None:
    """What is told of a question that nobody answered; None when every one was."""
    told = [e.text for e in events if e.kind is CampaignEntryKind.ASKED and e.detail.get("unanswered")]
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
    put = {_question(e) for e in events if _is_put(e)}
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


def _valid_choice(bench: CampaignBench, question: CampaignQuestion) -> str | None:
    """What was answered to this very question before; None when nothing that counts."""
    try:
        who, chosen = choice(bench, question.about, question.digest)
    except RequestRefused:
        return None
    return f"{who}: {chosen}"


def _words(
    events: Sequence[CampaignEntry],
    bench: CampaignBench,
    question: CampaignQuestion,
    rule: ApprovalRule,
    counted: Sequence[str],
) -> Ask:
    needed = rule.needed if question.about == PLAN else 1
    entitled = assignees(rule, bench.requested_by)
    assigned = None if entitled is None else tuple(p for p in entitled if p.id.casefold() not in counted)
    if assigned is not None and len(assigned) + len(counted) < needed:
        raise RequestRefused(
            f"{needed} must answer and too few may: see {rule.source('approvers')} and the campaign's own "
            "gates.approvers"
        )
    others = "" if rule.requester_counts else f", but not {bench.requested_by}, who started it"
    who = f"anybody{others}" if assigned is None else ", ".join(person.label for person in assigned)
    told_of = (None if e.kind is CampaignEntryKind.REPLIED else e.detail for e in events)
    body = [question.body, *lost_lines(told_of, question.about)]
    if changed := _changed(events, question):
        body.append("**Changed since the last question:**\n" + "\n".join(f"- {line}" for line in changed))
    have = f"Approvals: {len(counted)} of {needed}. " if question.options == (APPROVE, REJECT) else ""
    body.append(f"Question `{short(question.digest)}`. {have}May answer: {who}.")
    return Ask(
        subject=question.subject, body="\n\n".join(body), assigned=assigned, within_s=question.within_s
    )


def _changed(events: Sequence[CampaignEntry], question: CampaignQuestion) -> tuple[str, ...]:
    earlier = [
        e
        for e in events
        if _is_put(e) and e.detail.get("for") == question.about and e.detail.get("digest") != question.digest
    ]
    parts = earlier[-1].detail.get("parts") if earlier else None
    if not isinstance(parts, dict) or not parts:
        return ()
    return changes({name: str(value) for name, value in parts.items()}, question.parts)


def _leave_to_next(
    bench: CampaignBench,
    gate: CampaignGateTask,
    old: CampaignEntry,
    question: CampaignQuestion,
    lost: LostAnswer | None = None,
) -> NextGate:
    if not gate.spares:
        raise RequestRefused(
            "the question has changed again and no gate is left to put it; nothing new starts: "
            "start a new run"
        )
    told = str(old.detail.get("digest") or "")
    why = lost.in_words(old.detail) if lost else "it would read differently now"
    reason = f"question {short(told)} is given up: {why}; {gate.spares[0]} asks"
    detail = _bound(question.about, told, gate.task_id, gate.try_number)
    if lost is not None:
        detail["lost"] = why
    bench.tell(CampaignEntryKind.ASKED, reason, detail={**detail, "superseded_by": question.digest})
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


def _is_done(events: Sequence[CampaignEntry], task_id: str) -> bool:
    """Whether a gate's newest question was answered or given up; else somebody marked it by hand."""
    kinds = (CampaignEntryKind.ASKED, CampaignEntryKind.REPLIED)
    told = [e for e in events if e.kind in kinds and e.detail.get("task") == task_id]
    return bool(told) and not _is_put(told[-1])


def _is_put(event: CampaignEntry) -> bool:
    return (
        event.kind is CampaignEntryKind.ASKED
        and not event.detail.get("superseded_by")
        and not event.detail.get("unanswered")
    )


def _answers(events: Sequence[CampaignEntry]) -> tuple[GivenAnswer, ...]:
    return tuple(
        GivenAnswer(
            question=_question(e),
            person=Person(id=str(e.detail.get("by") or ""), name=str(e.detail.get("name") or "")),
            choice=str(e.detail.get("choice") or ""),
            at=_written(e),
        )
        for e in events
        if e.kind is CampaignEntryKind.REPLIED
    )


def _written(event: CampaignEntry) -> datetime:
    """The database's time, where it is kept."""
    return getattr(event, "recorded_at", None) or event.at


def _question(event: CampaignEntry) -> AskedQuestion:
    number = event.detail.get("try")
    return AskedQuestion(
        purpose=str(event.detail.get("for") or ""),
        digest=str(event.detail.get("digest") or ""),
        task_id=str(event.detail.get("task") or ""),
        try_number=number if isinstance(number, int) else 0,
    )


def _bound(about: str, digest: str, task_id: str, try_number: int) -> dict[str, Json]:
    return {"for": about, "digest": digest, "task": task_id, "try": try_number}


def _ids(people: tuple[Person, ...] | None) -> list[Json] | None:
    return None if people is None else [person.id for person in people]
