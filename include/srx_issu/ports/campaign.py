"""What happened in campaigns: an append-only account beside that of the single upgrades."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from srx_issu.ports.journal import Json, Outcome


class CampaignOutcome(StrEnum):
    """How a campaign ended. Only the first three colour its run green."""

    COMPLETED = "COMPLETED"  # every planned cluster runs the target
    COMPLETED_WITH_FAILURES = (
        "COMPLETED_WITH_FAILURES"  # to its end, and the budget or a person bore the rest
    )
    PLANNED = "PLANNED"  # plan only: nothing was touched
    REFUSED = "REFUSED"  # plan or approval said no: nothing was touched
    ABORTED = "ABORTED"  # by a person or its budget: the rest was not started

    @property
    def is_success(self) -> bool:
        return self not in (CampaignOutcome.REFUSED, CampaignOutcome.ABORTED)


class CampaignEntryKind(StrEnum):
    """What an event of a campaign tells."""

    PLANNED = "planned"  # detail: plan, campaign (JSON text)
    ASKED = "asked"  # a gate put a question, gave one up, or nobody answered it
    REPLIED = "replied"  # what a person answered to one question; detail: for, digest, by, choice
    APPROVED = "approved"  # the plan; detail: digest, by
    OPENED = "opened"  # a wave; detail: clusters, digest of their plan, by
    STARTED = "started"  # a cluster's upgrade is ordered; detail: see steps.order.Order
    PROVED = "proved"  # the run of an order is ours: made for us, or its claim showed it; detail: run_id
    TAKEN = "taken"  # the run id of an order is somebody else's run; detail: attempt, run_id
    ENDED = "ended"  # detail: attempt, result
    JUDGED = "judged"  # a wave; detail: way, round
    ANSWERED = "answered"  # a hold; detail: answer, clusters (to run again), forgiven, by
    ORDERED = "ordered"  # detail: order (pause, resume, abort), by
    NOTICE = "notice"  # somebody was told; key makes it unique
    REPORTED = "reported"  # detail: html, json, csv


@dataclass(frozen=True, kw_only=True)
class CampaignEntry:
    """One line of a campaign's account. ``wave`` 0 = the campaign as a whole."""

    at: datetime
    kind: CampaignEntryKind
    text: str
    wave: int = 0
    cluster: str | None = None
    key: str | None = None  # unique in its campaign: a second event with it is not written
    detail: Mapping[str, Json] = field(default_factory=dict)


# Of other clusters nobody needs to know that they went well.
UNTOLD = frozenset({Outcome.UPGRADED.value, Outcome.ALREADY_CURRENT.value, Outcome.PLANNED.value})


def is_about(event: CampaignEntry, clusters: Collection[str]) -> bool:
    """Whether ``event`` can decide anything about one of ``clusters``: it is theirs or the campaign's, it
    counts against the budget, or it says which attempt of another cluster counts."""
    return (
        event.cluster is None
        or event.cluster in clusters
        or event.kind is CampaignEntryKind.TAKEN
        or (event.kind is CampaignEntryKind.ENDED and event.detail.get("result") not in UNTOLD)
    )


@dataclass(frozen=True, kw_only=True)
class CampaignRecord:
    """One run of a campaign."""

    campaign_id: str
    name: str
    requested_by: str
    opened_at: datetime
    closed_at: datetime | None = None
    outcome: CampaignOutcome | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class ApprovedCampaign:
    """A campaign whose plan was approved and which is not closed. ``campaign``: as planned, JSON text."""

    campaign_id: str
    name: str
    campaign: str


def plan_in_force(told: Iterable[tuple[str, Mapping[str, Json]]]) -> Mapping[str, Json] | None:
    """The detail of the PLANNED event that counts, from kind and detail of events in their order: the newest,
    or the one whose wave was opened first. A plan that is made at the very moment in which a wave is opened,
    or behind it, is nobody's. None when nothing was planned."""
    planned: list[Mapping[str, Json]] = []
    for kind, detail in told:
        if kind == CampaignEntryKind.PLANNED:
            planned.append(detail)
        elif kind == CampaignEntryKind.OPENED:
            digest = detail.get("digest")  # an older version did not keep it
            named = [each for each in planned if digest in (None, each.get("digest"))]
            return named[-1] if named else None
    return planned[-1] if planned else None


def approved_campaign(
    campaign_id: str, name: str, told: Sequence[tuple[str, Mapping[str, Json]]]
) -> ApprovedCampaign | None:
    """From kind and detail of its events, in their order; None when the plan in force was not approved."""
    planned = plan_in_force(told)
    approved = next((detail for kind, detail in reversed(told) if kind == CampaignEntryKind.APPROVED), None)
    if planned is None or approved is None or planned.get("digest") != approved.get("digest"):
        return None
    return ApprovedCampaign(campaign_id=campaign_id, name=name, campaign=str(planned["campaign"]))


@dataclass(frozen=True, kw_only=True)
class OrderedUpgrade:
    """An upgrade that has claimed its cluster."""

    outcome: Outcome | None  # None while it is open
    nonce: str  # of the order that its claim has shown; empty: none


@dataclass(frozen=True, kw_only=True)
class CampaignLook:
    """What all campaigns wait for, as of one moment."""

    at: datetime  # of the database
    events: Mapping[str, tuple[CampaignEntry, ...]]  # by campaign, what is new since the last look
    read_to: Mapping[str, int]  # by campaign, where the next look begins
    held: Mapping[str, str]  # resource -> who has it; what could be taken over is left out
    upgrades: Mapping[str, OrderedUpgrade]


class CampaignJournal(Protocol):
    """All methods raise JournalError when the database does not answer."""

    def open_campaign(self, campaign_id: str, name: str, requested_by: str, at: datetime) -> None:
        """Of a campaign that was REFUSED before it ordered an upgrade, opens it again; else a second call
        changes nothing."""
        ...

    def campaign(self, campaign_id: str) -> CampaignRecord | None: ...

    def campaigns(self, *, limit: int = 100) -> tuple[CampaignRecord, ...]:
        """Newest first."""
        ...

    def approved(self, name: str | None = None) -> tuple[ApprovedCampaign, ...]:
        """Of each name (or of one) the newest run, when it is open and its plan in force is approved."""
        ...

    def record(self, campaign_id: str, event: CampaignEntry) -> bool:
        """False when an event with its key is there already."""
        ...

    def entries(
        self, campaign_id: str, *, plans: bool = True, about: Collection[str] | None = None
    ) -> tuple[CampaignEntry, ...]:
        """In the order they were written. ``plans`` False leaves out the (large) PLANNED ones.

        ``about``: what decides about these clusters alone, see ``is_about``; a campaign of thousands has
        tens of thousands of events, and few of them are.
        """
        ...

    def plan(self, campaign_id: str) -> Mapping[str, Json] | None:
        """The detail of the PLANNED event in force (``plan_in_force``); None when nothing was planned yet."""
        ...

    def look(self, read_to: Mapping[str, int], upgrades: Collection[str]) -> CampaignLook:
        """For many at once. ``read_to``: the campaigns, each with where the last look ended (0: read it all);
        PLANNED events are left out. ``upgrades``: whose outcome is waited for."""
        ...

    def close_campaign(self, campaign_id: str, outcome: CampaignOutcome, reason: str, at: datetime) -> None:
        """Writes the outcome of an open campaign; later calls change nothing."""
        ...

    def releases(self) -> dict[str, str]:
        """Cluster -> release it runs, as the last upgrade that ended well left it."""
        ...
