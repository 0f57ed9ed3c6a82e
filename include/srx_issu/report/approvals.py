"""What was asked, what people answered, and what followed from it, a line each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from srx_issu.domain.history.approval_events import (
    AnswerGiven,
    ApprovalConfirmed,
    QuestionAsked,
    QuestionGivenUp,
)
from srx_issu.domain.history.entry import Entry
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.history.recovery_events import ClusterHandedOver, ClusterReleased, ClusterTakenOver

_ABOUT_APPROVALS = (EntryKind.QUESTION, EntryKind.ANSWER, EntryKind.APPROVAL)


@dataclass(frozen=True, kw_only=True)
class ApprovalLine:
    """``who`` empty = nobody said it; ``digest`` empty = about no question."""

    at: datetime
    who: str
    digest: str
    text: str


def approval_lines(entries: Iterable[Entry]) -> Iterator[ApprovalLine]:
    """In the order of the journal."""
    for entry in entries:
        if entry.kind in _ABOUT_APPROVALS:
            yield ApprovalLine(at=entry.at, who=_who(entry), digest=_digest(entry), text=entry.text)


def approver(entry: Entry) -> str | None:
    """Who decided what an APPROVAL entry tells; None where it does not say."""
    match entry.event:
        case ApprovalConfirmed(by=by) | ClusterReleased(by=by) | ClusterHandedOver(by=by):
            return by
        case ClusterTakenOver(by=by):
            return by
        case _:
            return None


def _who(entry: Entry) -> str:
    if isinstance(entry.event, AnswerGiven):
        return entry.event.name or entry.event.by
    return approver(entry) or ""


def _digest(entry: Entry) -> str:
    match entry.event:
        case QuestionAsked(question=question) | QuestionGivenUp(question=question):
            return question.digest
        case AnswerGiven(question=question):
            return question.digest
        case ApprovalConfirmed(digest=digest):
            return digest or ""
        case _:
            return ""
