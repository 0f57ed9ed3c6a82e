"""A campaign as the operator's files have it at one moment, with the plan that follows from it."""

from __future__ import annotations

from dataclasses import dataclass, field

from srx_issu.campaign.model import Campaign
from srx_issu.campaign.plan import CampaignPlan
from srx_issu.domain.approvals.rule import ApprovalRule


@dataclass(frozen=True, kw_only=True)
class Planning:
    """What the operator's files say now."""

    campaign: Campaign
    plan: CampaignPlan
    approvals: ApprovalRule = field(default_factory=ApprovalRule)  # policy's strictest for these clusters
