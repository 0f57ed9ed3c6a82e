"""Questions to people, and their answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from srx_issu.domain.approvals.judge import AskedQuestion
from srx_issu.domain.approvals.rule import ApprovalPurpose
from srx_issu.domain.history.kinds import EntryKind


@dataclass(frozen=True, kw_only=True)
class QuestionAsked:
    """``shown``: digest of the words as Airflow shows them; ``parts``: what the question's digest is made of.
    ``clearings``: how often the gate had been cleared."""

    kind: ClassVar[EntryKind] = EntryKind.QUESTION
    question: AskedQuestion
    shown: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)
    assigned: tuple[str, ...] | None = None
    needed: int = 1
    clearings: int | None = None


@dataclass(frozen=True, kw_only=True)
class QuestionGivenUp:
    """Ended unanswered; another gate asks. ``lost``: the answer that did not reach the journal, in words."""

    kind: ClassVar[EntryKind] = EntryKind.QUESTION
    question: AskedQuestion
    superseded_by: str
    lost: str | None = None


@dataclass(frozen=True, kw_only=True)
class AnswerGiven:
    """``by`` is the person's id; ``responded_at`` Airflow's time, kept for the record only."""

    kind: ClassVar[EntryKind] = EntryKind.ANSWER
    question: AskedQuestion
    by: str
    name: str
    choice: str
    responded_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ApprovalConfirmed:
    """The guard behind the gates let the run go on."""

    kind: ClassVar[EntryKind] = EntryKind.APPROVAL
    purpose: ApprovalPurpose
    by: str
    digest: str | None
