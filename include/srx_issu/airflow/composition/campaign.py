"""Everything a step of a campaign needs, put together; for workers and, in threads, for triggers."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from srx_issu import catalog
from srx_issu.adapters.clock import SystemClock
from srx_issu.airflow.composition.campaign_notices import send_notice
from srx_issu.airflow.composition.inventory import load_catalog
from srx_issu.airflow.composition.stop import stopped
from srx_issu.airflow.composition.stores import Stores, open_stores
from srx_issu.campaign.model import Campaign
from srx_issu.campaign.naming import DAG_PREFIX, campaign_id
from srx_issu.campaign.plan import CampaignPlan
from srx_issu.campaign.planning import Planning
from srx_issu.domain.errors import RequestRefused
from srx_issu.steps.audit.releases import last_seen_releases
from srx_issu.steps.campaign.cluster_task import ClusterTask
from srx_issu.steps.campaign.context import CampaignContext
from srx_issu.steps.campaign.plan import known_plan
from srx_issu.steps.staging.fleet import not_staged


def open_campaign(
    name: str,
    run_id: str,
    *,
    requested_by: str = "",
    plan_only: bool = False,
    log: Any = None,
    stopped: Callable[[], str | None] = stopped,
    stores: Stores | None = None,
) -> CampaignContext:
    """Cheap; files are read and connections made when they are used."""
    stores = stores or open_stores()
    return CampaignContext(
        campaign_id=campaign_id(name, run_id),
        requested_by=requested_by or "airflow",
        plan_only=plan_only,
        plan_now=partial(plan_now, name, stores),
        journal=stores.campaigns,
        upgrades=stores.journal,
        leases=stores.leases,
        clock=SystemClock(),
        log=log if log is not None else logging.getLogger(__name__),
        stopped=stopped,
        notify=partial(send_notice, name, (f"{DAG_PREFIX}{name}", run_id)),
        not_staged=lambda plan: not_staged(plan, stores.staging),
    )


def plan_now(name: str, stores: Stores) -> Planning:
    """By the files as they are at this moment. A step asks for it once at most: the task ``plan``, to put it
    to people, and the guard behind their answers, to see whether the files have changed since. Raises
    OperatorFileError with every fault that stands in this campaign's way, or RequestRefused."""
    seen = partial(last_seen_releases, stores.campaigns, stores.audits)
    return catalog.plan_campaign(load_catalog(), name, seen)


def task_of(campaign_context: CampaignContext, cluster: str, wave: int) -> ClusterTask:
    """From the approved plan alone. Raises RequestRefused when it does not hold the cluster."""
    return task_in(known_plan(campaign_context), cluster, wave)


def task_in(known: tuple[CampaignPlan, Campaign], cluster: str, wave: int) -> ClusterTask:
    """The same from a plan that was read already."""
    plan, campaign = known
    planned = plan.cluster(cluster)
    if planned is None:
        raise RequestRefused(f"{cluster} is not in plan {plan.digest}")
    return ClusterTask(plan=plan, campaign=campaign, cluster=planned, wave=wave)
