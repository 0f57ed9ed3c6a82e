"""A line of a campaign's journal: what happened, when, in which wave, to which cluster, and a sentence."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from srx_issu.campaign import events as e
from srx_issu.campaign.model import Result
from srx_issu.domain.history.approval_events import AnswerGiven, QuestionAsked, QuestionGivenUp


class CampaignEntryKind(StrEnum):
    """What an entry is about, coarsely: for queries and reports. Nothing is decided from it."""

    PLANNED = "planned"
    ASKED = "asked"  # a gate put a question, gave one up, or nobody answered it
    REPLIED = "replied"  # what a person answered to one question
    APPROVED = "approved"  # the plan
    OPENED = "opened"  # a wave
    STARTED = "started"  # a cluster's upgrade is ordered
    PROVED = "proved"  # the run of an order is ours
    TAKEN = "taken"  # the run id of an order is somebody else's run
    ENDED = "ended"  # one attempt at a cluster
    JUDGED = "judged"  # a wave
    ANSWERED = "answered"  # a hold
    ORDERED = "ordered"  # pause, resume, abort
    NOTICE = "notice"  # somebody was told
    REPORTED = "reported"


_KINDS: Mapping[type, CampaignEntryKind] = {
    e.PlanMade: CampaignEntryKind.PLANNED,
    QuestionAsked: CampaignEntryKind.ASKED,
    QuestionGivenUp: CampaignEntryKind.ASKED,
    e.NobodyAnswered: CampaignEntryKind.ASKED,
    AnswerGiven: CampaignEntryKind.REPLIED,
    e.PlanApproved: CampaignEntryKind.APPROVED,
    e.WaveOpened: CampaignEntryKind.OPENED,
    e.UpgradeOrdered: CampaignEntryKind.STARTED,
    e.RunProved: CampaignEntryKind.PROVED,
    e.RunTaken: CampaignEntryKind.TAKEN,
    e.UpgradeEnded: CampaignEntryKind.ENDED,
    e.WaveJudged: CampaignEntryKind.JUDGED,
    e.HoldAnswered: CampaignEntryKind.ANSWERED,
    e.OrderGiven: CampaignEntryKind.ORDERED,
    e.NoticeSent: CampaignEntryKind.NOTICE,
    e.ReportWritten: CampaignEntryKind.REPORTED,
}


@dataclass(frozen=True, kw_only=True)
class CampaignEntry:
    """``wave`` 0 = the campaign as a whole. ``recorded_at``: the database's time, when it is read back."""

    at: datetime
    text: str
    event: e.CampaignEvent
    wave: int = 0
    cluster: str | None = None
    key: str | None = None  # unique in its campaign: a second entry with it is not written
    recorded_at: datetime | None = None

    @property
    def kind(self) -> CampaignEntryKind:
        return _KINDS[type(self.event)]

    @property
    def known_at(self) -> datetime:
        return self.recorded_at or self.at


# Of other clusters nobody needs to know that they went well.
UNTOLD = frozenset({Result.UPGRADED, Result.ALREADY_CURRENT, Result.PLANNED})


def is_about(entry: CampaignEntry, clusters: Collection[str]) -> bool:
    """Whether ``entry`` can decide anything about one of ``clusters``: it is theirs or the campaign's, it
    counts against the budget, or it says which attempt of another cluster counts."""
    match entry.event:
        case e.RunTaken():
            return True
        case e.UpgradeEnded(result=result) if result not in UNTOLD:
            return True
        case _:
            return entry.cluster is None or entry.cluster in clusters
