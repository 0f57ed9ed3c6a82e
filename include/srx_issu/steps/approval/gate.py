"""What one approval gate does: ask, let pass, leave it to the next gate, or refuse; and what it hears.

Airflow never changes a question that a task instance has put once: words, options and assignees stay those of
its first try. So a gate whose words would differ from what it showed before does not ask again; the next gate
puts the new question, and the old one is ended unanswered. Everything here is read from the journal, so that
a retried or cleared gate arrives where it was.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from srx_issu.domain.approvals.digest import changes, short
from srx_issu.domain.approvals.judge import APPROVE, REJECT, Approved, AskedQuestion, NotApproved
from srx_issu.domain.approvals.rule import ApprovalPurpose, ApprovalRule, Person, assignees, how_long
from srx_issu.domain.errors import RequestRefused
from srx_issu.ports.journal import Entry, EntryKind, Json
from srx_issu.steps.approval.confirm import refuse
from srx_issu.steps.approval.facts import InForce, in_force, is_put, question_detail, rule_of, standing
from srx_issu.steps.approval.lost_answer import LostAnswer, lost_lines, said_before
from srx_issu.steps.approval.request import ApprovalRequest
from srx_issu.steps.bench import Bench
from srx_issu.steps.holding import renew_all
from srx_issu.steps.recall import start

OPTIONS = [APPROVE, REJECT]


@dataclass(frozen=True, kw_only=True)
class Gate:
    """One gate task in its present try. ``spares``: the gates behind it, none for the last; ``before``: those
    in front of it. ``clearings`` grows when somebody clears the task, not when Airflow tries it again."""

    purpose: ApprovalPurpose
    task_id: str
    try_number: int
    spares: tuple[str, ...]
    before: tuple[str, ...] = ()
    clearings: int = 0


@dataclass(frozen=True, kw_only=True)
class Ask:
    """Put the question. ``assigned`` None = anybody who may answer in Airflow."""

    subject: str
    body: str
    assigned: tuple[Person, ...] | None
    within_s: float


@dataclass(frozen=True, kw_only=True)
class Enough:
    """Nobody else need be asked."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class NextGate:
    """This gate is done; the next one asks."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Response:
    """What Airflow hands on of an answer. ``at`` is Airflow's time, kept for the record only."""

    person: Person
    chosen: tuple[str, ...]
    at: datetime | None = None


def is_unanswered(bench: Bench, gate: Gate) -> bool:
    """Whether an earlier try of this gate put a question that has no answer in the journal: Airflow may hold
    one that was lost on the way."""
    put = put_by(events := bench.journal.entries(bench.upgrade_id), gate.task_id)
    return bool(put) and put[-1].detail.get("try") != gate.try_number and not _is_done(events, gate.task_id)


def approach(
    bench: Bench,
    gate: Gate,
    request: Callable[[Bench], ApprovalRequest],
    lost: LostAnswer | None = None,
) -> Ask | Enough | NextGate:
    """Before the question is put; writes it down. Raises RequestRefused when nobody can approve this any
    more. An answer that was ``lost`` is told by the next gate: this one's words cannot be changed."""
    _require_open(bench)
    events = bench.journal.entries(bench.upgrade_id)
    if gate.purpose is ApprovalPurpose.START and start(events) is not None:
        return Enough(reason="the ISSU was asked for already: nothing to approve any more")
    if was_cleared(events, gate):  # to ask again: what it was answered before does not count any more
        events = without_answers(events, gate.task_id)
    found = standing(events, bench.intent, gate.purpose, bench.journal.now())
    if isinstance(found, Approved):
        return Enough(reason=found.reason)
    question = in_force(events, bench.intent, gate.purpose)
    if found.is_refused or question is None:
        refuse(bench, gate.purpose, found.reason)
    if by_hand := next((name for name in gate.before if not _is_done(events, name)), None):
        refuse(bench, gate.purpose, f"{by_hand} was passed without an answer")
    rule = rule_of(bench.intent, gate.purpose)
    assigned = _still_to_ask(bench, gate, rule, found)
    words = _words(events, bench, gate, question, found, request(bench), assigned)
    shown = _digest_of(words)
    earlier = put_by(events, gate.task_id)
    if put := [e for e in earlier if e.detail.get("words") != shown]:
        return _leave_to_next(bench, gate, put[-1], question, lost)
    if lost is not None and earlier and len(gate.spares) >= max(1, found.missing):
        return _leave_to_next(bench, gate, earlier[-1], question, lost)
    if len(gate.spares) + 1 < found.missing:
        refuse(bench, gate.purpose, f"{found.reason}; no gate is left to ask for the rest: start a new run")
    timers = bench.intent.policy.timers
    renew_all(bench.intent, bench.leases, timers.approval_s + timers.lease_s)
    _write_question(
        bench, gate, question, words, shown, found, said_before(earlier[-1].detail if earlier else None, lost)
    )
    return words


def hear(bench: Bench, gate: Gate, response: Response) -> Enough | NextGate:
    """Writes the answer down, bound to the question that this gate put. Raises RequestRefused when it is a
    no, or when it does not count and no gate is left to ask again."""
    events = bench.journal.entries(bench.upgrade_id)
    put = put_by(events, gate.task_id)
    if not put:
        refuse(bench, gate.purpose, "an answer came to a question that the journal does not hold")
    if not response.person.id.strip():
        refuse(bench, gate.purpose, "the answer names no person")
    choice = response.chosen[0] if len(response.chosen) == 1 else ", ".join(response.chosen)
    bench.tell(
        EntryKind.ANSWER, f"{response.person.label}: {choice}", detail=_answer(put[-1], response, choice)
    )
    now = bench.journal.now()
    found = standing(bench.journal.entries(bench.upgrade_id), bench.intent, gate.purpose, now)
    if isinstance(found, Approved):
        return Enough(reason=found.reason)
    if choice != APPROVE:
        refuse(bench, gate.purpose, f"{response.person.label} refused the {gate.purpose.value}")
    if len(gate.spares) < max(1, found.missing):
        refuse(bench, gate.purpose, f"{found.reason}; no gate is left to ask again: start a new run")
    return NextGate(reason=found.reason)


def give_up(bench: Bench, gate: Gate) -> NoReturn:
    """Nobody answered in time: that is a no. Writes the outcome down and raises RequestRefused."""
    within = how_long(bench.intent.policy.timers.approval_s)
    reason = f"nobody answered the question about the {gate.purpose.value} within {within}"
    refuse(bench, gate.purpose, reason)


def _require_open(bench: Bench) -> None:
    """Nobody is asked in vain: a closed upgrade never sends again."""
    record = bench.journal.upgrade(bench.upgrade_id)
    if record is not None and record.closed_at is not None:
        raise RequestRefused(
            f"{bench.upgrade_id} is closed as {record.outcome}: nothing is sent for it any more; "
            "start a new run"
        )


def was_cleared(events: Sequence[Entry], gate: Gate) -> bool:
    """Whether somebody has cleared this gate since it put its newest question."""
    put = put_by(events, gate.task_id)
    before = put[-1].detail.get("clearings") if put else None
    return isinstance(before, int) and gate.clearings > before


def without_answers(events: Sequence[Entry], task_id: str) -> tuple[Entry, ...]:
    """What the journal holds but for the answers to one gate."""
    return tuple(e for e in events if e.kind is not EntryKind.ANSWER or e.detail.get("task") != task_id)


def put_by(events: Sequence[Entry], task_id: str) -> tuple[Entry, ...]:
    """The questions that one gate put, in all its tries."""
    return tuple(
        e for e in events if e.kind is EntryKind.QUESTION and is_put(e) and e.detail.get("task") == task_id
    )


def _is_done(events: Sequence[Entry], task_id: str) -> bool:
    """Whether a gate's newest question was answered or given up; else somebody marked it by hand."""
    about = [e for e in events if e.detail.get("task") == task_id]
    told = [e for e in about if e.kind in (EntryKind.QUESTION, EntryKind.ANSWER)]
    return bool(told) and not (told[-1].kind is EntryKind.QUESTION and is_put(told[-1]))


def changed_since(events: Sequence[Entry], purpose: str, question: InForce) -> tuple[str, ...]:
    """What is different from the last question with another digest, in words; empty when there was none."""
    earlier = [
        e
        for e in events
        if e.kind is EntryKind.QUESTION
        and is_put(e)
        and e.detail.get("for") == purpose
        and e.detail.get("digest") != question.digest
    ]
    parts = earlier[-1].detail.get("parts") if earlier else None
    if not isinstance(parts, dict):
        return ()
    return changes({name: str(value) for name, value in parts.items()}, question.parts)


def _still_to_ask(
    bench: Bench, gate: Gate, rule: ApprovalRule, found: NotApproved
) -> tuple[Person, ...] | None:
    """Entitled, not the requester, and not counted yet. An empty list would mean anybody to Airflow."""
    entitled = assignees(rule, bench.intent.requested_by)
    if entitled is None:
        return None
    counted = {person.id.casefold() for person in found.counted}
    left = tuple(person for person in entitled if person.id.casefold() not in counted)
    if len(left) < max(1, found.missing):
        names = ", ".join(person.label for person in left) or "nobody"
        refuse(
            bench,
            gate.purpose,
            f"{found.reason}; {found.missing} more must approve and only {names} still may: see "
            f"{rule.source('approvers')}",
        )
    return left


def _words(
    events: Sequence[Entry],
    bench: Bench,
    gate: Gate,
    question: InForce,
    found: NotApproved,
    request: ApprovalRequest,
    assigned: tuple[Person, ...] | None,
) -> Ask:
    rule = rule_of(bench.intent, gate.purpose)
    have = ", ".join(person.label for person in found.counted) or "nobody yet"
    others = "" if rule.requester_counts else f", but not {bench.intent.requested_by}, who asks"
    who = f"anybody{others}" if assigned is None else ", ".join(person.label for person in assigned)
    lines = [request.body, *lost_lines(_told_of(events), gate.purpose)]
    if changed := changed_since(events, gate.purpose, question):
        lines.append("**Changed since the last question:**\n" + "\n".join(f"- {line}" for line in changed))
    lines.append(
        f"Question `{short(question.digest)}`. Approvals: {len(found.counted)} of {rule.needed} ({have}). "
        f"May approve: {who}. A yes counts for {how_long(rule.holds_s)}."
    )
    return Ask(
        subject=request.subject,
        body="\n\n".join(lines),
        assigned=assigned,
        within_s=bench.intent.policy.timers.approval_s,
    )


def _told_of(events: Sequence[Entry]) -> list[Mapping[str, Json] | None]:
    return [None if event.kind is EntryKind.ANSWER else event.detail for event in events]


def _digest_of(words: Ask) -> str:
    assigned = None if words.assigned is None else [person.id for person in words.assigned]
    text = json.dumps([words.subject, words.body, OPTIONS, assigned])
    return hashlib.sha256(text.encode()).hexdigest()


def _write_question(
    bench: Bench, gate: Gate, question: InForce, words: Ask, shown: str, found: NotApproved, before: str
) -> None:
    asked = AskedQuestion(
        purpose=gate.purpose, digest=question.digest, task_id=gate.task_id, try_number=gate.try_number
    )
    assigned: Json = None if words.assigned is None else [person.id for person in words.assigned]
    needed = rule_of(bench.intent, gate.purpose).needed
    bench.tell(
        EntryKind.QUESTION,
        f"{words.subject} (question {short(question.digest)}; {len(found.counted)} of {needed} approvals)"
        f"{before}",
        detail={
            **question_detail(asked),
            "words": shown,
            "assigned": assigned,
            "parts": dict(question.parts),
            "needed": needed,
            "clearings": gate.clearings,
        },
    )


def _leave_to_next(
    bench: Bench, gate: Gate, old: Entry, question: InForce, lost: LostAnswer | None = None
) -> NextGate:
    """Ends the old question unanswered."""
    if not gate.spares:
        refuse(
            bench,
            gate.purpose,
            "the question has changed again and no gate is left to put it: start a new run",
        )
    why = lost.in_words(old.detail) if lost else "it would read differently now"
    reason = (
        f"question {short(str(old.detail.get('digest')))} is given up: {why}; {gate.spares[0]} asks instead"
    )
    detail: dict[str, Json] = {
        name: old.detail[name] for name in ("for", "digest", "task", "try") if name in old.detail
    }
    if lost is not None:
        detail["lost"] = why
    bench.tell(EntryKind.QUESTION, reason, detail={**detail, "superseded_by": question.digest})
    return NextGate(reason=reason)


def _answer(put: Entry, response: Response, choice: str) -> dict[str, Json]:
    bound: dict[str, Json] = {name: put.detail[name] for name in ("for", "digest", "task", "try")}
    return {
        **bound,
        "by": response.person.id,
        "name": response.person.label,
        "choice": choice,
        "responded_at": response.at.isoformat() if response.at else None,
    }
