"""What a plan's question says of routes: who goes by which, what it costs the traffic, who asks again.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from srx_issu.campaign.model import Campaign
from srx_issu.campaign.plan import CampaignPlan, PlannedCluster
from srx_issu.domain.plural import many
from srx_issu.domain.upgrade.route import Route

_MOST_NAMES = 20
_FEW = 5  # names of what is true of many


def at_once(plan: CampaignPlan, campaign: Campaign) -> str:
    """How many are upgraded together, and how many of them while their traffic stops."""
    limits = campaign.in_flight
    if not any(cluster.is_outage for cluster in plan.clusters):
        return str(limits.campaign)
    outages = "any number" if limits.outages is None else str(min(limits.outages, limits.campaign))
    return f"{limits.campaign}, of them by a route that stops all traffic: {outages}"


def wave_names(plan: CampaignPlan, number: int) -> list[str]:
    """Its clusters with route and cost; names alone where every cluster of the plan goes by ISSU."""
    clusters = plan.wave(number).clusters
    if all(cluster.route is Route.ISSU for cluster in plan.clusters):
        return [cluster.name for cluster in clusters]
    return [f"{cluster.name} ({_route_and_cost(cluster)})" for cluster in clusters]


def _route_and_cost(cluster: PlannedCluster) -> str:
    return cluster.route.short if cluster.outage_s is None else f"{cluster.route.short}: {cluster.outage}"


def route_lines(plan: CampaignPlan) -> Iterator[str]:
    """One line for each route and what it costs; nothing where every cluster goes by ISSU."""
    alike: dict[tuple[Route, int | None, str, float], list[PlannedCluster]] = {}
    for cluster in plan.clusters:
        key = (cluster.route, cluster.outage_s, cluster.sessions, cluster.worst_case_s)
        alike.setdefault(key, []).append(cluster)
    if all(route is Route.ISSU for route, *_ in alike):
        return
    gentleness = list(Route)
    for (route, _, sessions, worst_case_s), members in sorted(
        alike.items(), key=lambda each: (gentleness.index(each[0][0]), each[0][3])
    ):
        models = ", ".join(sorted({cluster.model for cluster in members}))
        yield (
            f"**{route.label}**, {many(len(members), 'cluster')} ({models}): traffic of each stops: "
            f"{members[0].outage}; sessions: {sessions or 'nothing is known'}. Takes up to "
            f"{worst_case_s / 60:.0f} minutes; nothing starts with less left in its window."
            f"{'' if route.is_in_service else ' Each asks again in its own run, with every command.'}"
        )


def asking_lines(plan: CampaignPlan) -> Iterator[str]:
    """Clusters whose own run asks once more, and those of which that is not known yet."""
    asking = [cluster for cluster in plan.clusters if cluster.asks]
    for cluster in asking[:_MOST_NAMES]:
        yield (
            f"A person decides in its own run: {cluster.name} ({cluster.route.short} from "
            f"{cluster.running}): {cluster.asks}"
        )
    if len(asking) > _MOST_NAMES:
        yield f"So of {len(asking) - _MOST_NAMES} more."
    for cluster in plan.clusters:
        if cluster.on_site:
            yield f"At the cables of {cluster.name}: {cluster.on_site}."
    unseen = [cluster.name for cluster in plan.clusters if cluster.running is None]
    if unseen:
        yield (
            f"Not judged yet: {_few(unseen)}. Nobody has seen which release runs there, so whether the route "
            "is allowed shows when its turn comes, before anything is sent; an audit tells it before."
        )


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    return ", ".join(names[:_FEW]) + more
