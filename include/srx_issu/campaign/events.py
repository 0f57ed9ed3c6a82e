"""What can happen to a campaign, as values in the past tense. What is decided is decided from these.

What people are asked and answer is told by the same events as in an upgrade
(``domain/history/approval_events.py``). Plans are kept as JSON text: they are large, and few readers want
them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from srx_issu.campaign.gate import WaveDecision
from srx_issu.campaign.model import Result
from srx_issu.campaign.order import UpgradeOrder
from srx_issu.domain.history.approval_events import AnswerGiven, QuestionAsked, QuestionGivenUp


class OrderWord(StrEnum):
    """What a person may order of a campaign at any time."""

    PAUSE = "pause"
    RESUME = "resume"
    ABORT = "abort"


@dataclass(frozen=True, kw_only=True)
class PlanMade:
    """``plan``, ``campaign`` and ``approvals`` are JSON text; ``plan`` is empty where it was not read."""

    digest: str
    campaign: str
    approvals: str | None = None
    plan: str = ""


@dataclass(frozen=True, kw_only=True)
class NobodyAnswered:
    """A question of that gate went by."""

    gate: str


@dataclass(frozen=True, kw_only=True)
class PlanApproved:
    """The plan with this digest may run."""

    digest: str
    by: str


@dataclass(frozen=True, kw_only=True)
class WaveOpened:
    """Its clusters, of the plan with this digest."""

    clusters: tuple[str, ...]
    digest: str | None
    by: str


@dataclass(frozen=True, kw_only=True)
class UpgradeOrdered:
    """Written before the run is asked for."""

    order: UpgradeOrder


@dataclass(frozen=True, kw_only=True)
class RunProved:
    """The run of an order is ours: made for us, or its claim showed the order; ``refused``: and said no."""

    run_id: str
    refused: bool = False


@dataclass(frozen=True, kw_only=True)
class RunTaken:
    """The run id of an order is somebody else's run."""

    run_id: str
    attempt: int


@dataclass(frozen=True, kw_only=True)
class UpgradeEnded:
    """How one attempt at a cluster ended."""

    attempt: int
    result: Result


@dataclass(frozen=True, kw_only=True)
class WaveJudged:
    """After a round of a wave."""

    decision: WaveDecision
    round_number: int


@dataclass(frozen=True, kw_only=True)
class HoldAnswered:
    """``again``: the clusters that run once more; ``accepted``: failures that count no more."""

    answer: str
    by: str
    round_number: int
    again: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class OrderGiven:
    """By a person, or by a refused wave; ``by`` None: see the sentence."""

    order: OrderWord
    by: str | None = None


@dataclass(frozen=True, kw_only=True)
class NoticeSent:
    """Somebody was told; the entry's key makes it unique."""


@dataclass(frozen=True, kw_only=True)
class ReportWritten:
    """``documents``: evidence by name."""

    documents: Mapping[str, str] = field(default_factory=dict)


CampaignEvent = (
    PlanMade
    | QuestionAsked
    | QuestionGivenUp
    | NobodyAnswered
    | AnswerGiven
    | PlanApproved
    | WaveOpened
    | UpgradeOrdered
    | RunProved
    | RunTaken
    | UpgradeEnded
    | WaveJudged
    | HoldAnswered
    | OrderGiven
    | NoticeSent
    | ReportWritten
)
