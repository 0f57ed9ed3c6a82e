"""Images on both nodes of each cluster of a campaign, days ahead of its window. Only files are touched.

Either node may start the ISSU when the day comes, so both get the image. Where the upgrade would find too
little space, nothing is copied: a full disk helps nobody. Asked again, what is there is left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass

from srx_issu.campaign.model import Campaign, Staging
from srx_issu.campaign.plan import CampaignPlan
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import RequestRefused
from srx_issu.ports.staging import Staged, StagingJournal
from srx_issu.steps.staging.cluster import stage_cluster
from srx_issu.steps.staging.context import StagingContext
from srx_issu.steps.staging.throttle import Throttle

STOP_HEARD_S = 10.0


@dataclass(frozen=True, kw_only=True)
class SiteWork:
    """The clusters of one site, in the order of their waves."""

    site: str
    clusters: tuple[str, ...]


@dataclass
class _Order:
    """Airflow is asked for the fleet-wide stop in the task's own thread, for all of them."""

    halted: str | None


def plan_staging(context: StagingContext) -> tuple[SiteWork, ...]:
    """Raises RequestRefused when the plan takes nobody."""
    plan = context.plan_now().plan
    if plan.objections:
        raise RequestRefused("; ".join(plan.objections))
    sites: dict[str, list[str]] = {}
    for cluster in plan.clusters:
        sites.setdefault(cluster.site, []).append(cluster.name)
    return tuple(SiteWork(site=site, clusters=tuple(names)) for site, names in sites.items())


def stage_site(context: StagingContext, work: SiteWork) -> tuple[Staged, ...]:
    """Some clusters at a time, on one line that they share. Failures are written down."""
    planning = context.plan_now()
    limits = _staging(planning.campaign).of(work.site)
    throttle, order = Throttle(limits.mbit_s, context.clock), _Order(halted=context.stopped())

    def stage(name: str) -> tuple[Staged, ...]:
        planned = planning.plan.cluster(name)
        if planned is None:  # the files were changed since the sites were listed
            return ()
        cluster, image = context.clusters[name], context.images[planned.image]
        return stage_cluster(context, cluster, image, throttle, lambda: order.halted)

    with ThreadPoolExecutor(max_workers=limits.at_once, thread_name_prefix=f"stage-{work.site}") as pool:
        under_way = [pool.submit(stage, name) for name in work.clusters]
        left = set(under_way)
        while left:
            order.halted = context.stopped()
            left = wait(left, timeout=STOP_HEARD_S).not_done
    return tuple(staged for future in under_way for staged in future.result())


def summarise(context: StagingContext) -> tuple[int, dict[str, str]]:
    """How many clusters have their image on both nodes, and what the others lack it for."""
    plan = context.plan_now().plan
    missing = not_staged(plan, context.staged)
    return len(plan.clusters) - len(missing), missing


def not_staged(plan: CampaignPlan, staged: StagingJournal) -> dict[str, str]:
    """Cluster of the plan -> why the image that was planned for it is not on both its nodes."""
    names = [cluster.name for cluster in plan.clusters]
    return gaps(names, staged.newest_staged(names), {c.name: c.image_sha256 for c in plan.clusters})


def gaps(clusters: Iterable[str], staged: Sequence[Staged], checksums: Mapping[str, str]) -> dict[str, str]:
    """Cluster -> why its image is not on both nodes. ``checksums``: by cluster, of its image."""
    found: dict[str, str] = {}
    there: dict[str, dict[NodeName, Staged]] = {}
    for each in staged:
        if each.sha256 == checksums.get(each.cluster):
            there.setdefault(each.cluster, {})[each.node] = each
    for name in clusters:
        of_image = there.get(name, {})
        reasons = [
            f"{node}: {of_image[node].failed if node in of_image else 'not tried yet'}"
            for node in NodeName
            if node not in of_image or of_image[node].failed is not None
        ]
        if reasons:
            found[name] = "; ".join(dict.fromkeys(reasons))
    return found


def _staging(campaign: Campaign) -> Staging:
    if campaign.staging is None:
        raise RequestRefused(f"campaign {campaign.name} has no section staging")
    return campaign.staging
