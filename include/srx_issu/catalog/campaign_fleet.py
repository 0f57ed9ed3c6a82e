"""The fleet as one campaign sees it: which image each cluster would take, and what speaks against it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from srx_issu.campaign.model import Campaign, Member
from srx_issu.catalog.loading import Catalog
from srx_issu.catalog.request import find_image
from srx_issu.domain.approvals.rule import ApprovalRule, strictest
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.model import Cluster, Image
from srx_issu.domain.support import InService, judge
from srx_issu.ports import codec


def members(catalog: Catalog, campaign: Campaign, releases: Mapping[str, str]) -> tuple[Member, ...]:
    """All clusters of the inventory. ``releases``: what runs where, as last seen; others are unknown."""
    return tuple(_member(catalog, campaign, c, releases.get(c.name)) for c in catalog.clusters.values())


def _member(catalog: Catalog, campaign: Campaign, cluster: Cluster, release: str | None) -> Member:
    image, objection = _image(catalog, campaign, cluster)
    timers = catalog.policy_for(cluster, image).timers if image else None
    if image and objection is None and release:
        support = judge(cluster.model, release, image.release, catalog.support_rules)
        if support.verdict is InService.REFUSED:
            objection = f"{release} to {image.release}: {support.reason}"
    return Member(
        name=cluster.name,
        model=cluster.model,
        site=cluster.site,
        region=cluster.region,
        groups=cluster.groups,
        conflict_groups=cluster.conflict_groups,
        labels=cluster.labels,
        release=release,
        image=image.name if image else None,
        objection=f"on hold: {cluster.hold}" if cluster.hold else objection,
        worst_case_s=timers.worst_case_s if timers else 0.0,
        facts=facts(catalog, cluster, image) if image else "",
        image_sha256=image.sha256 if image else "",
        shared=catalog.concurrency.of(cluster),
    )


def plan_rule(catalog: Catalog, images: Mapping[str, str]) -> ApprovalRule:
    """The strictest rule for the start of these clusters; ``images``: cluster -> image's file name."""
    rules = []
    for name, image_name in images.items():
        cluster, image = catalog.clusters.get(name), catalog.images.get(image_name)
        if cluster is not None and image is not None:
            rules.append(catalog.approvals.of(cluster, image).start)
    return strictest(tuple(rules))


def _image(catalog: Catalog, campaign: Campaign, cluster: Cluster) -> tuple[Image | None, str | None]:
    wanted = campaign.target.get(cluster.model)
    if wanted is None:
        return None, None
    try:
        return find_image(catalog, wanted, cluster.model), None
    except RequestRefused as refusal:
        return None, str(refusal)


def facts(catalog: Catalog, cluster: Cluster, image: Image) -> str:
    """Digest of everything in the files that would be fixed in this cluster's Intent."""
    policy = catalog.policy_for(cluster, image)
    text = "\n".join(codec.canonical(each) for each in (cluster, image, policy))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
