"""One cluster of a wave as a task, and what is to be done for it now."""

from __future__ import annotations

from dataclasses import dataclass

from srx_issu.campaign.admit import MustWait
from srx_issu.campaign.entry import UNTOLD
from srx_issu.campaign.model import Campaign, Result
from srx_issu.campaign.order import ConfValue, UpgradeOrder
from srx_issu.campaign.plan import CampaignPlan, PlannedCluster
from srx_issu.campaign.state import CampaignState, read_state
from srx_issu.domain.upgrade.route import Route
from srx_issu.steps.campaign.context import CampaignContext


@dataclass(frozen=True, kw_only=True)
class ClusterTask:
    """One cluster of one wave, with the plan it belongs to."""

    plan: CampaignPlan
    campaign: Campaign
    cluster: PlannedCluster
    wave: int


@dataclass(frozen=True, kw_only=True)
class StartRun:
    """Start it: everything it needs is taken. The order must be written down before the run is asked for."""

    order: UpgradeOrder

    @property
    def run_id(self) -> str:
        return self.order.run_id


@dataclass(frozen=True, kw_only=True)
class AttachToRun:
    """It was ordered before; wait for its end. ``conf`` None = its run has claimed the cluster already;
    else it may not have been made yet, and is asked for by the same id."""

    run_id: str
    conf: dict[str, ConfValue | dict[str, str]] | None
    route: Route = Route.ISSU


@dataclass(frozen=True, kw_only=True)
class ClusterEnded:
    """It has a result already, or will not start in this wave."""

    result: Result
    reason: str


@dataclass(frozen=True, kw_only=True)
class TakenByAnother(ClusterEnded):
    """The run of the ordered name is not ours. Not the end: the next attempt's name is ordered."""


Step = StartRun | AttachToRun | ClusterEnded | MustWait


def is_ours(context: CampaignContext, order: UpgradeOrder) -> bool:
    """Whether the upgrade of that name was opened by the run that was ordered."""
    ordered_by = context.upgrades.intent(order.run_id).ordered_by
    return (ordered_by.nonce if ordered_by else "") == order.nonce


def state_of(context: CampaignContext, task: ClusterTask) -> CampaignState:
    """As far as this cluster is concerned: others that went well are not in it, unless they count."""
    about = None if task.campaign.budget.counts & UNTOLD else (task.cluster.name,)
    return read_state(context.journal.entries(context.campaign_id, plans=False, about=about))
