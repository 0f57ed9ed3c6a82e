"""What happened in campaigns: an append-only journal beside that of the single upgrades."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from srx_issu.campaign.entry import CampaignEntry
from srx_issu.campaign.events import PlanMade
from srx_issu.domain.outcome import Outcome


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


@dataclass(frozen=True, kw_only=True)
class OrderedUpgrade:
    """An upgrade that has claimed its cluster."""

    outcome: Outcome | None  # None while it is open
    nonce: str  # of the order that its claim has shown; empty: none


@dataclass(frozen=True, kw_only=True)
class CampaignLook:
    """What all campaigns wait for, as of one moment."""

    at: datetime  # of the database
    entries: Mapping[str, tuple[CampaignEntry, ...]]  # by campaign, what is new since the last look
    read_to: Mapping[str, int]  # by campaign, where the next look begins
    unreadable: Mapping[str, str]  # by campaign, why its journal cannot be read; it is in neither of those
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
        """Of each name (or of one) the newest run, when it is open and its plan in force is approved. One
        whose journal cannot be read is left out."""
        ...

    def record(self, campaign_id: str, entry: CampaignEntry) -> bool:
        """False when an entry with its key is there already."""
        ...

    def entries(
        self, campaign_id: str, *, plans: bool = True, about: Collection[str] | None = None
    ) -> tuple[CampaignEntry, ...]:
        """In the order they were written. ``plans`` False leaves out the (large) plans.

        ``about``: what decides about these clusters alone, see ``campaign.entry.is_about``; a campaign of
        thousands has tens of thousands of entries, and few of them are.
        """
        ...

    def plan(self, campaign_id: str) -> PlanMade | None:
        """The one in force (``campaign.state.plan_in_force``); None when nothing was planned yet."""
        ...

    def look(self, read_to: Mapping[str, int], upgrades: Collection[str]) -> CampaignLook:
        """For many at once; a journal that cannot be read raises nothing. ``read_to``: the campaigns, each
        with where the last look ended (0: read it all); plans are left out. ``upgrades``: whose outcome is
        waited for."""
        ...

    def close_campaign(self, campaign_id: str, outcome: CampaignOutcome, reason: str, at: datetime) -> None:
        """Writes the outcome of an open campaign; later calls change nothing."""
        ...

    def releases(self, since: datetime | None = None) -> dict[str, str]:
        """Cluster -> release it runs, as the last upgrade that ended well left it. ``since``: only those that
        ended later."""
        ...
