"""The guard behind the approval gate: only an answer that a person gave lets the upgrade go on.

A gate can be marked "success" by hand in Airflow, and its XCom is then empty; so the answer itself is
read, checked, and written into the journal, where ``start_issu`` looks for it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from srx_issu.domain.errors import RequestRefused
from srx_issu.ports.journal import Event, EventKind, Outcome
from srx_issu.steps.bench import Bench, Facts
from srx_issu.steps.decide_outcome import decide_outcome
from srx_issu.steps.judge_readiness import READY

APPROVE = "Approve"
REJECT = "Reject"
NOT_ASKED = "not asked"


def confirm_approval(bench: Bench, answer: Mapping[str, Any] | None) -> Facts:
    """``answer`` is what the gate handed on: chosen_options, responded_by_user. Raises RequestRefused."""
    if why_asked(bench) is None:
        bench.tell(
            EventKind.APPROVAL, "policy asks for no approval", detail={"approved": True, "by": NOT_ASKED}
        )
        return {"approved_by": NOT_ASKED}
    objection = _objection(answer)
    if objection:
        decide_outcome(bench, Outcome.REFUSED, objection)
        raise RequestRefused(objection)
    who = _person(answer or {})
    bench.tell(EventKind.APPROVAL, f"approved by {who}", detail={"approved": True, "by": who})
    return {"approved_by": who}


def why_asked(bench: Bench) -> str | None:
    """Why a person must approve this start; None = policy asks for none."""
    ready = [e for e in bench.journal.events(bench.upgrade_id) if e.detail.get("assessment") == READY]
    ask = ready[-1].detail.get("ask") if ready else None
    if ask:
        return str(ask)
    if bench.intent.approval_reason:
        return bench.intent.approval_reason
    return "policy asks for an approval before every start" if bench.intent.needs_approval else None


def approval(events: tuple[Event, ...]) -> Event | None:
    """The recorded approval; None when there is none."""
    given = [e for e in events if e.kind is EventKind.APPROVAL and e.detail.get("approved") is True]
    return given[-1] if given else None


def _objection(answer: Mapping[str, Any] | None) -> str | None:
    if not answer or "chosen_options" not in answer:
        return "no approval was recorded: the gate was passed without an answer; nothing was sent"
    who = _person(answer)
    if not who:
        return "the approval names no person; nothing was sent"
    if list(answer["chosen_options"]) != [APPROVE]:
        return f"{who} refused the start; nothing was sent"
    return None


def _person(answer: Mapping[str, Any]) -> str:
    user = answer.get("responded_by_user") or {}
    return str(user.get("name") or user.get("id") or "") if isinstance(user, Mapping) else ""
