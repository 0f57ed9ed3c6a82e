"""What a cluster of a wave holds before its run exists: the cluster, its conflict groups, its places."""

from __future__ import annotations

from srx_issu.campaign.model import InFlight
from srx_issu.campaign.plan import PlannedCluster
from srx_issu.domain.upgrade.intent import SharedLimit
from srx_issu.steps.campaign.cluster_task import (
    ClusterTask,
)
from srx_issu.steps.campaign.context import CampaignContext
from srx_issu.steps.leases import Needs, needs


def needs_in(campaign_id: str, task: ClusterTask) -> Needs:
    """What the run's own claim takes, and a place in the campaign."""
    limits, cluster = task.campaign.in_flight, task.cluster
    return needs(
        cluster.name, cluster.conflict_groups, (*cluster.shared, *_places(campaign_id, limits, cluster))
    )


def _places(campaign_id: str, limits: InFlight, cluster: PlannedCluster) -> tuple[SharedLimit, ...]:
    own = f"campaign:{campaign_id}"
    found = [(own, limits.campaign), (f"{own}:site:{cluster.site}", limits.per_site)]
    if cluster.region:
        found.append((f"{own}:region:{cluster.region}", limits.per_region))
    if cluster.is_outage:
        found.append((f"{own}:outage", limits.outages))
    return tuple(SharedLimit(resource=name, places=places) for name, places in found if places)


def give_back(context: CampaignContext, upgrade: str) -> None:
    """Its turn had come, and before it was started somebody paused or stopped: others may go first."""
    for lease in context.leases.held_by(upgrade):
        context.leases.release(lease.resource, upgrade)
