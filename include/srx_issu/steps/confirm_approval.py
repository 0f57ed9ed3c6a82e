"""The guard behind the approval gate: only an answer that a person gave lets the upgrade go on.

A gate can be marked "success" by hand in Airflow, and its XCom is then empty; so the answer itself is
read, checked, and written into the journal, where ``start_issu`` looks for it again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from srx_issu.domain.errors import RequestRefused
from srx_issu.ports.journal import Event, EventKind, Outcome
from srx_issu.steps.bench import Bench, Facts
from srx_issu.steps.decide_outcome import decide_outcome
from srx_issu.steps.recall import READY

APPROVE = "Approve"
REJECT = "Reject"
NOT_ASKED = "not asked"


@dataclass(frozen=True, kw_only=True)
class Question:
    """One thing that a person may be asked."""

    purpose: str  # what the answer allows: "start" or "recovery"; kept with it in the journal
    why: Callable[[Bench], str | None]  # why a person is asked; None = not at all
    refusal: Outcome  # how the upgrade ends when the answer is no


def confirm_approval(bench: Bench, answer: Mapping[str, Any] | None, question: Question) -> Facts:
    """``answer`` is what the gate handed on: chosen_options, responded_by_user. Raises RequestRefused."""
    if question.why(bench) is None:
        return _record(bench, question, "policy asks for no approval", NOT_ASKED)
    if objection := _objection(answer, question):
        decide_outcome(bench, question.refusal, objection)
        raise RequestRefused(objection)
    who = _person(answer or {})
    return _record(bench, question, f"{question.purpose} approved by {who}", who)


def _record(bench: Bench, question: Question, text: str, who: str) -> Facts:
    detail: Facts = {"approved": True, "by": who, "for": question.purpose}
    bench.tell(EventKind.APPROVAL, text, detail=detail)
    return {"approved_by": who}


def why_start_is_asked(bench: Bench) -> str | None:
    """Why a person must approve this start; None = policy asks for none."""
    ready = [e for e in bench.journal.events(bench.upgrade_id) if e.detail.get("assessment") == READY]
    ask = ready[-1].detail.get("ask") if ready else None
    if ask:
        return str(ask)
    if bench.intent.approval_reason:
        return bench.intent.approval_reason
    return "policy asks for an approval before every start" if bench.intent.needs_approval else None


START = Question(purpose="start", why=why_start_is_asked, refusal=Outcome.REFUSED)


def approval(events: tuple[Event, ...], question: Question) -> Event | None:
    """The recorded approval; None when there is none."""
    given = [
        e
        for e in events
        if e.kind is EventKind.APPROVAL
        and e.detail.get("approved") is True
        and e.detail.get("for") == question.purpose
    ]
    return given[-1] if given else None


def _objection(answer: Mapping[str, Any] | None, question: Question) -> str | None:
    if not answer or "chosen_options" not in answer:
        return "no approval was recorded: the gate was passed without an answer; nothing was sent"
    who = _person(answer)
    if not who:
        return "the approval names no person; nothing was sent"
    if list(answer["chosen_options"]) != [APPROVE]:
        return f"{who} refused the {question.purpose}; nothing was sent"
    return None


def _person(answer: Mapping[str, Any]) -> str:
    user = answer.get("responded_by_user") or {}
    return str(user.get("name") or user.get("id") or "") if isinstance(user, Mapping) else ""
