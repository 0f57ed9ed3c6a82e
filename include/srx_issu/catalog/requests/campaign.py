"""A campaign planned from its file: which image each cluster would take, and what speaks against it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import assert_never

from srx_issu.campaign.model import Campaign, FleetCluster
from srx_issu.campaign.plan import plan_waves
from srx_issu.campaign.planning import Planning
from srx_issu.catalog.campaigns.files import campaign_file, check_campaign
from srx_issu.catalog.images import of_release
from srx_issu.catalog.loading import Catalog
from srx_issu.catalog.requests.on_site import person_on_site
from srx_issu.catalog.requests.upgrade import find_image
from srx_issu.domain.approvals.rule import ApprovalRule, strictest
from srx_issu.domain.cluster.model import Cluster, Image
from srx_issu.domain.errors import OperatorFileError, RequestRefused
from srx_issu.domain.routes.choose import choose_route
from srx_issu.domain.routes.conditions import RouteConditions
from srx_issu.domain.upgrade.intent import Policy
from srx_issu.domain.upgrade.model_routes import routes_of, usual_route, why_never
from srx_issu.domain.upgrade.route import Allowance, Direction, Route
from srx_issu.domain.upgrade.support import judge
from srx_issu.ports import codec


def plan_campaign(catalog: Catalog, name: str, releases: Callable[[], Mapping[str, str]]) -> Planning:
    """The one way from a campaign's file to its plan: the file is read once, and judged by ``catalog``, read
    before. ``releases``, what runs where as last seen, is asked once the file is sound. Raises
    OperatorFileError with every fault that stands in this campaign's way, or RequestRefused."""
    path = campaign_file(catalog.files, name)
    if path is None:
        raise RequestRefused(f"no file campaigns/{name}.yaml in {catalog.files}")
    document = check_campaign(path, catalog.clusters, catalog.images)
    if document.faults or document.campaign is None:
        raise OperatorFileError(document.faults)
    plan = plan_waves(members(catalog, document.campaign, releases()), document.campaign, document.settings)
    rule = plan_rule(catalog, {cluster.name: cluster.image for cluster in plan.clusters})
    return Planning(campaign=document.campaign, plan=plan, approvals=rule)


def members(catalog: Catalog, campaign: Campaign, releases: Mapping[str, str]) -> tuple[FleetCluster, ...]:
    """All clusters of the inventory. ``releases``: what runs where, as last seen; others are unknown."""
    fleet = _Fleet(catalog, campaign)
    return tuple(fleet.member(c, releases.get(c.name)) for c in catalog.clusters.values())


@dataclass(frozen=True, kw_only=True)
class _Verdict:
    """Why a cluster cannot take its route, or else why a person is asked; as far as that is known."""

    objection: str | None = None
    asks: str = ""


class _Fleet:
    """Members of one campaign. What many clusters share (an image, a policy) is worked out once."""

    def __init__(self, catalog: Catalog, campaign: Campaign) -> None:
        self._catalog, self._campaign = catalog, campaign
        self._image = cache(self._image_of)
        self._verdict = cache(self._verdict_of)
        self._policies: dict[tuple[int, ...], tuple[Policy, str]] = {}
        self._image_texts: dict[str, str] = {}

    def member(self, cluster: Cluster, release: str | None) -> FleetCluster:
        image, objection = self._image(cluster.model)
        rules = self._catalog.support_rules
        policy, policy_text = self._policy(cluster, image) if image else (None, "")
        route = self._campaign.routes.get(cluster.model) or usual_route(cluster.model, rules)
        verdict = _Verdict(objection=objection)
        if image and objection is None:
            verdict = self._verdict(cluster.model, route, release, image.release, cluster.has_path_beside)
        on_site, missing = self._on_site(cluster, route) if image else ("", None)
        cost = rules.routes.cost(route, cluster.model) if rules.routes and route else None
        return FleetCluster(
            name=cluster.name,
            model=cluster.model,
            site=cluster.site,
            region=cluster.region,
            groups=cluster.groups,
            conflict_groups=cluster.conflict_groups,
            labels=cluster.labels,
            release=release,
            image=image.name if image else None,
            objection=f"on hold: {cluster.hold}" if cluster.hold else verdict.objection or missing,
            worst_case_s=policy.timers.by_route(route or Route.ISSU).worst_case_s if policy else 0.0,
            facts=_digest(codec.canonical(cluster), self._image_text(image), policy_text) if image else "",
            image_sha256=image.sha256 if image else "",
            shared=self._catalog.concurrency.of(cluster),
            route=route or Route.ISSU,
            outage_s=cost.outage_s if cost else None,
            sessions=cost.sessions if cost else "",
            on_site=on_site,
            asks=verdict.asks,
        )

    def _on_site(self, cluster: Cluster, route: Route | None) -> tuple[str, str | None]:
        """Who is at the cables, and what is missing where nobody is named."""
        try:
            named = self._campaign.on_site.get(cluster.name)
            return (person_on_site(named, route, cluster.name) if route else None) or "", None
        except RequestRefused as refusal:
            return "", f"{refusal}; in a campaign's file below 'on_site', by the cluster's name"

    def _image_of(self, model: str) -> tuple[Image | None, str | None]:
        wanted = self._campaign.target.get(model)
        if wanted is None:
            return None, None
        try:
            return find_image(self._catalog, wanted, model), None
        except RequestRefused as refusal:
            return None, str(refusal)

    def _verdict_of(
        self,
        model: str,
        route: Route | None,
        release: str | None,
        target: str,
        has_path_beside: bool | None,
    ) -> _Verdict:
        """``release`` None: nobody has seen what it runs."""
        rules = self._catalog.support_rules
        if route is None:
            others = ", ".join(routes_of(model, rules))
            return _Verdict(objection=f"{model} has no route in service: name one of {others} under 'routes'")
        if why := why_never(route, model, rules):
            return _Verdict(objection=f"{model} cannot take the route {route}: {why}")
        if release is None:
            return _Verdict()
        if route is Route.ISSU:
            support = judge(model, release, target, rules)
            allowance, reason, how = support.allowance, support.reason, ""
        else:
            conditions = self._conditions(model, release, has_path_beside)
            choice = choose_route(model, release, target, rules, conditions)
            judged = choice.of(route)
            allowance, reason, how = judged.allowance, judged.reason, f" by {route}"
            if choice.direction is Direction.DOWNGRADE:
                reason = f"a downgrade, approved there for itself; {reason}"
        match allowance:
            case Allowance.ALLOWED:
                return _Verdict()
            case Allowance.ASK:
                return _Verdict(asks=reason)
            case Allowance.REFUSED:
                return _Verdict(objection=f"{release} to {target}{how}: {reason}")
            case never:
                assert_never(never)

    def _conditions(self, model: str, release: str, has_path_beside: bool | None) -> RouteConditions:
        """What the files tell; the rest shows in the cluster's own run."""
        old = of_release((image for image in self._catalog.images.values() if model in image.models), release)
        return RouteConditions(
            has_path_beside_cluster=has_path_beside,
            is_old_image_staged=bool(old),
            missing_image=f"no image of {release} for {model} is in images/*.yaml: add the old image",
        )

    def _policy(self, cluster: Cluster, image: Image) -> tuple[Policy, str]:
        """With its text; by the levels that it is made of."""
        key = tuple(map(id, self._catalog.levels_of(cluster, image)))
        if key not in self._policies:
            policy = self._catalog.policy_for(cluster, image)
            self._policies[key] = (policy, codec.canonical(policy))
        return self._policies[key]

    def _image_text(self, image: Image) -> str:
        if image.name not in self._image_texts:
            self._image_texts[image.name] = codec.canonical(image)
        return self._image_texts[image.name]


def plan_rule(catalog: Catalog, images: Mapping[str, str]) -> ApprovalRule:
    """The strictest rule for the start of these clusters; ``images``: cluster -> image's file name."""
    rules = []
    for name, image_name in images.items():
        cluster, image = catalog.clusters.get(name), catalog.images.get(image_name)
        if cluster is not None and image is not None:
            rules.append(catalog.approvals.of(cluster, image).start)
    return strictest(tuple(rules))


def facts(catalog: Catalog, cluster: Cluster, image: Image) -> str:
    """Digest of everything in the files that would be fixed in this cluster's Intent."""
    policy = catalog.policy_for(cluster, image)
    return _digest(*(codec.canonical(each) for each in (cluster, image, policy)))


def _digest(*texts: str) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]
