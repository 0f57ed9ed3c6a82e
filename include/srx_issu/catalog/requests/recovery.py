"""A recovery that somebody asks for, made into an Intent, or refused with one sentence.

The target may be an image of the catalogue, any release, or nobody's word: then observing finds it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from srx_issu.catalog.loading import Catalog
from srx_issu.catalog.requests.upgrade import (
    check_approvers,
    check_id_and_requester,
    find_cluster,
    find_image,
)
from srx_issu.domain.cluster.model import Cluster, Image
from srx_issu.domain.errors import RequestRefused, UnparsableVersion
from srx_issu.domain.junos.version import parse
from srx_issu.domain.recovery.found import NOT_KNOWN
from srx_issu.domain.upgrade.intent import Intent, Purpose
from srx_issu.domain.upgrade.model_routes import usual_route
from srx_issu.domain.upgrade.route import Route

# What a run of issu_recover may be asked for: the form's fields.
RECOVERY_KEYS = ("cluster", "reason", "image", "take_over", "fail_back")


@dataclass(frozen=True, kw_only=True)
class RecoveryRequest:
    """One recovery as it was asked for. ``image`` None: the journal or the nodes tell the target."""

    upgrade_id: str
    cluster: str
    requested_by: str
    image: str | None = None
    fail_back: bool = True


def resolve_recovery(catalog: Catalog, request: RecoveryRequest) -> Intent:
    """The Intent of a recovery. Raises RequestRefused; nothing was touched then.

    A cluster that is on hold may be recovered, and it needs no place at its site: both keep upgrades off, not
    help.
    """
    check_id_and_requester(request.upgrade_id, request.requested_by)
    cluster = find_cluster(catalog, request.cluster)
    image = _target(catalog, cluster, request.image)
    like = image if request.image else replace(image, release=_newest_release(catalog, cluster))
    approvals = catalog.approvals.of(cluster, like)
    check_approvers(approvals, request.requested_by.strip(), cluster.name, start=False)
    return Intent(
        upgrade_id=request.upgrade_id,
        cluster=cluster,
        image=image,
        software=catalog.support_rules.software(cluster.model, cluster.routing_engine),
        policy=catalog.policy_for(cluster, like),
        requested_by=request.requested_by.strip(),
        approvals=approvals,
        fail_back=request.fail_back,
        purpose=Purpose.RECOVER,
        route=_route(catalog, cluster.model),
        support=catalog.support_rules.about(cluster.model),
    )


def _route(catalog: Catalog, model: str) -> Route:
    """Whose way back is taken: that of an ICU where the model has no ISSU."""
    return Route.ICU if usual_route(model, catalog.support_rules) is Route.ICU else Route.ISSU


def _target(catalog: Catalog, cluster: Cluster, wanted: str | None) -> Image:
    """Only its release counts: a recovery copies no image."""
    if not wanted:
        return _release_only(cluster, NOT_KNOWN)
    try:
        return find_image(catalog, wanted, cluster.model)
    except RequestRefused as refusal:
        try:
            return _release_only(cluster, str(parse(wanted)))
        except UnparsableVersion:
            raise refusal from None


def _release_only(cluster: Cluster, release: str) -> Image:
    return Image(
        file="", name="", release=release, models=frozenset({cluster.model}), sha256="", size_bytes=0
    )


def _newest_release(catalog: Catalog, cluster: Cluster) -> str:
    """For timers that differ by release, while the target is not known."""
    fitting = [i.release for i in catalog.images.values() if cluster.model in i.models]
    if not fitting:
        raise RequestRefused(
            f"no image of the catalogue is for {cluster.model}: name the release that was to be installed"
        )
    return fitting[-1]
