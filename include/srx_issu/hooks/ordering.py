"""Whether a campaign ordered this upgrade, and who approved it there: told by the campaign's own account.

A run id alone proves nothing; what counts is that the campaign wrote down that it was going to ask for this
very run, and that its approved plan has this cluster with this image.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from srx_issu.domain.approvals.rule import CampaignApproval
from srx_issu.ports.campaign import CampaignEventKind, CampaignJournal
from srx_issu.steps.campaign_questions import campaign_approval


@dataclass(frozen=True, kw_only=True)
class Ordered:
    """``approval`` None: the plan was carried out without asking, or the answers are not about it."""

    campaign_id: str
    requested_by: str
    approval: CampaignApproval | None


def ordered_by(campaigns: CampaignJournal, upgrade_id: str, cluster: str) -> Ordered | None:
    """None when no campaign asked for this run."""
    found = re.fullmatch(rf"(.+)__{re.escape(cluster)}(?:__[0-9]+)?", upgrade_id)
    record = campaigns.campaign(found[1]) if found else None
    if record is None:
        return None
    events = campaigns.events(record.campaign_id)
    asked = any(
        e.kind is CampaignEventKind.STARTED and e.cluster == cluster and e.detail.get("run_id") == upgrade_id
        for e in events
    )
    if not asked:
        return None
    return Ordered(
        campaign_id=record.campaign_id,
        requested_by=record.requested_by,
        approval=campaign_approval(record.campaign_id, events, cluster),
    )
