"""What the yes to a campaign's plan is a yes to, and by whom it is given."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

from srx_issu.campaign.model import Gates
from srx_issu.campaign.plan import CampaignPlan, PlannedCluster
from srx_issu.domain.approvals.digest import Parts
from srx_issu.domain.approvals.rule import (
    ApprovalRule,
    Person,
    shortage,
)
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.upgrade.route import Route
from srx_issu.ports import codec

PLAN = "plan"


def rule_for_plan(policy: ApprovalRule, gates: Gates) -> ApprovalRule:
    """Policy and the campaign's own file together: the stricter of both."""
    named = gates.approvers
    approvers = policy.approvers
    if named and approvers is None:
        approvers = tuple(Person(id=name, name=name) for name in named)
    elif named and approvers is not None:
        approvers = tuple(person for person in approvers if any(person.is_called(name) for name in named))
    required = policy.required or gates.plan
    return replace(policy, required=required, approvers=approvers)


def require_approvers(rule: ApprovalRule, requester: str) -> None:
    """Raises RequestRefused when too few people could ever approve the plan."""
    if rule.required and (short_of := shortage(rule, requester)):
        raise RequestRefused(
            f"nobody could approve this campaign: {short_of}; or see its own gates.approvers"
        )


def plan_digest(plan: CampaignPlan, rule: ApprovalRule) -> str:
    """Waves, clusters with addresses, policy and image, the campaign's file, and who must approve."""
    return digest_of(PLAN, plan.digest, codec.canonical(replace(rule, said_at={})))


def plan_parts(plan: CampaignPlan, rule: ApprovalRule) -> Parts:
    """What an approver is told when the plan has changed since the last question."""
    waves = "; ".join(
        f"{wave.number}: {', '.join(c.name for c in wave.clusters)}" for wave in plan.waves if wave.clusters
    )
    clusters = {f"cluster {c.name}": f"image {c.image}, facts {c.facts}{_route(c)}" for c in plan.clusters}
    return {
        "waves": waves,
        "the campaign's file": plan.settings,
        "approvals": f"{rule.needed} of "
        + ("anybody" if rule.approvers is None else ", ".join(p.label for p in rule.approvers)),
        **clusters,
    }


def _route(cluster: PlannedCluster) -> str:
    return "" if cluster.route is Route.ISSU else f", route {cluster.route}"


def digest_of(*content: object) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
