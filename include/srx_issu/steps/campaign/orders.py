"""A run that claims to be a campaign's, held against the campaign's journal. For ``claim``.

A run claims a campaign by its id or by its configuration. Only the one that the campaign has ordered, with
the order's nonce and configuration, is the campaign's; its requester is the campaign's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from srx_issu.campaign.entry import CampaignEntry
from srx_issu.campaign.events import RunProved
from srx_issu.campaign.order import ORDER_KEY, UpgradeOrder, check_order
from srx_issu.campaign.state import CampaignState, read_state
from srx_issu.domain.approvals.rule import CampaignApproval
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.upgrade.intent import OrderedBy
from srx_issu.ports.campaign import CampaignJournal, CampaignRecord
from srx_issu.ports.journal import Json
from srx_issu.steps.campaign.answers import campaign_approval


@dataclass(frozen=True, kw_only=True)
class Ordered:
    """An order that was proven, with the campaign's record of who asked and who approved."""

    order: UpgradeOrder
    requested_by: str
    approval: CampaignApproval | None  # None: nobody was asked, or the answers are not about this plan

    @property
    def by(self) -> OrderedBy:
        return OrderedBy(campaign_id=self.order.campaign_id, nonce=self.order.nonce)


def claimed_campaign(run_id: str, campaigns: CampaignJournal) -> CampaignRecord | None:
    """The campaign whose upgrades have names like this run's; None when there is none."""
    parts = run_id.split("__")
    beginnings = ("__".join(parts[:length]) for length in range(len(parts) - 1, 0, -1))
    return next(filter(None, map(campaigns.campaign, beginnings)), None)


def check_no_campaign(run_id: str, conf: Mapping[str, Json], campaigns: CampaignJournal) -> None:
    """For runs that no campaign ever orders. Raises RequestRefused when the run claims one."""
    record = claimed_campaign(run_id, campaigns)
    if record is not None or ORDER_KEY in conf:
        which = record.campaign_id if record else "a campaign"
        raise RequestRefused(
            f"run {run_id} claims to be of {which}, which orders no such run; it is not started: give it "
            "another run id"
        )


def find_order(run_id: str, conf: Mapping[str, Json], campaigns: CampaignJournal) -> Ordered | None:
    """None when the run claims no campaign. Raises RequestRefused when it claims one that has not ordered it,
    or not like this, or not any more."""
    record = claimed_campaign(run_id, campaigns)
    if record is None:
        if ORDER_KEY in conf:
            raise RequestRefused(
                f"run {run_id} shows a campaign's order ({ORDER_KEY}), but no campaign of the journal orders "
                "runs of that name; it is not started"
            )
        return None
    events = campaigns.entries(record.campaign_id, about=_possible_clusters(run_id, record.campaign_id))
    state = read_state(events)
    order = _current(state, run_id)
    if order is not None and order.cluster in state.results:
        raise RequestRefused(
            f"run {run_id} is over for campaign {record.campaign_id} ({state.results[order.cluster]}); it is "
            "not started"
        )
    if order is None or record.closed_at is not None:
        ended = f" and has ended ({record.outcome})" if record.closed_at else ""
        raise RequestRefused(
            f"run {run_id} has a name of campaign {record.campaign_id}, which has not ordered it{ended}; it "
            "is not started: give it another run id"
        )
    check_order(order, conf)
    return Ordered(
        order=order,
        requested_by=record.requested_by,
        approval=campaign_approval(record.campaign_id, events, order.cluster),
    )


def note_proved(ordered: Ordered, campaigns: CampaignJournal, at: datetime) -> None:
    """The run is the campaign's: it has shown the order."""
    order = ordered.order
    _record(order, campaigns, at, f"run {order.run_id} has shown its order", f"proved:{order.run_id}")


def note_refused(ordered: Ordered, campaigns: CampaignJournal, at: datetime, reason: str) -> None:
    """The campaign's run could not claim its cluster; for the campaign's journal."""
    _record(ordered.order, campaigns, at, reason, f"refused:{ordered.order.run_id}", refused=True)


def _record(
    order: UpgradeOrder,
    campaigns: CampaignJournal,
    at: datetime,
    text: str,
    key: str,
    *,
    refused: bool = False,
) -> None:
    proved = RunProved(run_id=order.run_id, refused=refused)
    entry = CampaignEntry(at=at, text=text, event=proved, cluster=order.cluster, key=key)
    campaigns.record(order.campaign_id, entry)


def _possible_clusters(run_id: str, campaign_id: str) -> tuple[str, ...]:
    """Whose name the run can have: with the number of an attempt at its end, or without."""
    name = run_id.removeprefix(f"{campaign_id}__")
    return name, name.rpartition("__")[0]


def _current(state: CampaignState, run_id: str) -> UpgradeOrder | None:
    """The newest order of that name: one whose name was taken, or that a later attempt follows, is void."""
    return next((order for order in state.orders_given.values() if order.run_id == run_id), None)
