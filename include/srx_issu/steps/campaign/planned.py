"""The plan on record, read from its JSON."""

from __future__ import annotations

from collections.abc import Iterable

from srx_issu.campaign.entry import CampaignEntry
from srx_issu.campaign.events import PlanMade
from srx_issu.campaign.model import Campaign
from srx_issu.campaign.plan import CampaignPlan
from srx_issu.campaign.state import plan_in_force
from srx_issu.domain.approvals.rule import ApprovalRule
from srx_issu.ports import codec


def plan_of(entries: Iterable[CampaignEntry]) -> tuple[CampaignPlan, Campaign] | None:
    """The plan in force with the campaign it was made for; None when nothing was planned yet."""
    made = plan_in_force(entry.event for entry in entries)
    return None if made is None else plan_in(made)


def plan_in(made: PlanMade) -> tuple[CampaignPlan, Campaign]:
    return codec.loads(CampaignPlan, made.plan), codec.loads(Campaign, made.campaign)


def rule_in(entries: Iterable[CampaignEntry]) -> ApprovalRule:
    """The rule that was planned with; plans of earlier versions have the shipped one."""
    made = plan_in_force(entry.event for entry in entries)
    return codec.loads(ApprovalRule, made.approvals) if made and made.approvals else ApprovalRule()
