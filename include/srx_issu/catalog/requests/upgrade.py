"""What somebody asks for, made into an Intent, or refused with one sentence.

Everything that can be known without looking at a device is judged here. Whether the *running* release may
go to the image's is ``eligibility``'s answer, once it has been seen; whether the window has come is the
sensor's.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from srx_issu.catalog.faults import nearest
from srx_issu.catalog.images import of_release, old_images
from srx_issu.catalog.loading import Catalog
from srx_issu.catalog.requests.on_site import person_on_site
from srx_issu.domain.approvals.rule import Approvals, shortage
from srx_issu.domain.cluster.model import Cluster, Image
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.junos.version import image_facts
from srx_issu.domain.upgrade.commands import SoftwareFamily
from srx_issu.domain.upgrade.intent import Intent, Policy
from srx_issu.domain.upgrade.model_routes import command_for, routes_of, why_never
from srx_issu.domain.upgrade.route import Route
from srx_issu.domain.upgrade.support import Support, SupportMatrix, judge

# What a run that upgrades may be asked for: the form's fields, but for those that its route does not have.
UPGRADE_KEYS = (
    "cluster", "image", "approval", "fail_back", "fail_back_rg0", "no_validate", "on_site",
    "plan_only",
    "window_start", "window_end",
)  # fmt: skip
_ONLY_BY: Mapping[str, frozenset[Route]] = {
    "no_validate": frozenset({Route.ISSU, Route.ICU}),
    "on_site": frozenset({Route.MINIMAL_DOWNTIME}),
}
_OTHERS = (
    "audit__",
    "inventory__",
    "probe__",
    "staging__",
    "campaigns",
)  # their files lie beside those of upgrades
_UPGRADE_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:+~-]{0,249}")  # as Airflow's run ids; never a path


@dataclass(frozen=True, kw_only=True)
class UpgradeRequest:
    """One upgrade as it was asked for, by form, REST, campaign or command line. Nothing is checked yet."""

    upgrade_id: str  # the run id
    cluster: str
    image: str  # file name, or release where one image of the catalogue fits
    requested_by: str
    needs_approval: bool | None = None  # True asks for more than the policy; None = as the policy says
    fail_back: bool = True
    no_validate: bool = False  # the start leaves the node's own validation out; always approved by a person
    fail_back_rg0: bool | None = None  # None = as the policy says
    on_site: str | None = None  # who is at the cables; a route that needs somebody there is refused without
    plan_only: bool = False
    window_start: str | None = None  # ISO 8601 with offset; None or "" = at once
    window_end: str | None = None
    route: Route = Route.ISSU  # that of the DAG that runs


def upgrade_keys(route: Route) -> tuple[str, ...]:
    """The fields of the form of that route's DAG."""
    return tuple(key for key in UPGRADE_KEYS if route in _ONLY_BY.get(key, (route,)))


def resolve(catalog: Catalog, request: UpgradeRequest) -> Intent:
    """The Intent of a request. Raises RequestRefused; nothing was touched then."""
    check_id_and_requester(request.upgrade_id, request.requested_by)
    cluster = find_cluster(catalog, request.cluster)
    if cluster.hold is not None:
        raise RequestRefused(f"cluster {cluster.name} is on hold: {cluster.hold}; the inventory says so")
    image = find_image(catalog, request.image, cluster.model)
    check_route(request.route, cluster, image.name, catalog.support_rules)
    software = _software(catalog.support_rules, cluster, image)
    if request.no_validate and software is SoftwareFamily.VMHOST:
        raise RequestRefused(
            f"no_validate: {cluster.name} takes 'request vmhost software in-service-upgrade', which has no "
            "such option; leave it out"
        )
    on_site = person_on_site(request.on_site, request.route, request.cluster)
    policy = _policy(catalog, cluster, image, request.route)
    if request.fail_back_rg0 is not None:
        policy = replace(policy, fail_back_rg0=request.fail_back_rg0)
    start, end = _window(request, policy.timers.worst_case_s)
    approvals = approvals_for(catalog, request, cluster, image)
    support = catalog.support_rules.about(cluster.model)
    return Intent(
        upgrade_id=request.upgrade_id,
        cluster=cluster,
        image=image,
        software=software,
        policy=policy,
        requested_by=request.requested_by.strip(),
        approvals=approvals,
        fail_back=request.fail_back,
        no_validate=request.no_validate,
        plan_only=request.plan_only,
        window_start=start,
        window_end=end,
        route=request.route,
        on_site=on_site,
        shared_limits=catalog.concurrency.of(cluster),
        support=support,
        old_images=old_images(catalog.images.values(), cluster.model, image, support),
    )


def eligibility(intent: Intent, running_release: str, rules: SupportMatrix) -> Support:
    """May the cluster go from what it runs to the intent's image? ASK is for a person. Never raises."""
    support = judge(intent.cluster.model, running_release, intent.image.release, rules)
    return replace(support, software=intent.software)


def check_route(route: Route, cluster: Cluster, image: str, rules: SupportMatrix) -> None:
    """Raises RequestRefused where the cluster's model can never take the route."""
    if why := why_never(route, cluster.model, rules):
        fitting = routes_of(cluster.model, rules)
        raise RequestRefused(
            f"{cluster.name} ({cluster.model}) cannot take the route {route}: {why}; it can have "
            f"{', '.join(fitting)}: {command_for(cluster.name, image, fitting[0])}"
        )


def approvals_for(catalog: Catalog, request: UpgradeRequest, cluster: Cluster, image: Image) -> Approvals:
    """The policy's rules with what the run asks for on top. Raises RequestRefused when the run asks for less,
    or when too few people could ever approve."""
    approvals = catalog.approvals.of(cluster, image)
    start = approvals.start
    if request.needs_approval is False and start.required:
        raise RequestRefused(
            f"approval: false, but {start.source('required')} wants an approval before every start of "
            f"{cluster.name}; leave 'approval' empty, or have the policy changed"
        )
    if request.needs_approval is False and request.no_validate:
        raise RequestRefused("approval: false, but a start with no_validate is always approved by a person")
    asked_for = "no_validate" if request.no_validate else "approval"
    if (request.needs_approval or request.no_validate) and not start.required:
        said_at = {**start.said_at, "required": f"the run's own parameter '{asked_for}'"}
        start = replace(start, required=True, said_at=said_at)
    approvals = replace(approvals, start=start)
    check_approvers(approvals, request.requested_by.strip(), cluster.name, start=start.required)
    return approvals


def check_approvers(approvals: Approvals, requester: str, cluster: str, *, start: bool) -> None:
    """Raises RequestRefused when too few people could ever approve what may have to be asked."""
    rules = {"start": approvals.start if start else None, "recovery": approvals.recovery}
    for purpose, rule in rules.items():
        if rule is not None and (short := shortage(rule, requester)):
            raise RequestRefused(f"nobody could approve the {purpose} of {cluster}: {short}")


def find_image(catalog: Catalog, wanted: str, model: str) -> Image:
    """By file name, or by release where exactly one image for the model has it. Raises RequestRefused."""
    named = catalog.images.get(wanted)
    if named is not None:
        if model not in named.models:
            fitting = ", ".join(sorted(named.models))
            raise RequestRefused(f"image {named.name} is for {fitting}; the cluster's model is {model}")
        return named
    found = of_release((image for image in catalog.images.values() if model in image.models), wanted)
    match found:
        case [image]:
            return image
        case []:
            raise RequestRefused(_no_image(catalog, wanted, model))
        case _:
            names = ", ".join(sorted(image.name for image in found))
            raise RequestRefused(f"release {wanted} is in the catalogue more than once: name one of {names}")


def _no_image(catalog: Catalog, wanted: str, model: str) -> str:
    if of_others := of_release(catalog.images.values(), wanted):
        models = ", ".join(sorted({m for image in of_others for m in image.models}))
        return f"release {wanted} is in the catalogue for {models} only; the cluster's model is {model}"
    fitting = [i.name for i in catalog.images.values() if model in i.models]
    return f"image {_shown(wanted)} is not in the catalogue; for {model}: {nearest(wanted, fitting)}"


def check_id_and_requester(upgrade_id: str, requested_by: str) -> None:
    """Raises RequestRefused when the id cannot name files, or nobody asks."""
    if not _UPGRADE_ID.fullmatch(upgrade_id):
        remedy = "expected 1 to 250 letters, digits and _ . : + ~ -"
        raise RequestRefused(f"upgrade id {_shown(upgrade_id)} cannot name files: {remedy}")
    if upgrade_id.startswith(_OTHERS):
        raise RequestRefused(f"run id {_shown(upgrade_id)} begins like those of audits; give it another one")
    who = requested_by.strip()
    if not who or len(who) > 200 or not who.isprintable():
        raise RequestRefused(f"requested by {_shown(who)}: say who asks, in at most 200 printable characters")


def check_keys(conf: Mapping[str, object], known: Collection[str]) -> None:
    """Raises RequestRefused for keys of a run's configuration that mean nothing: a misspelt one asks for
    something that would not be done."""
    unknown = [key for key in conf if key not in known]
    if unknown:
        listed = "; ".join(f"{_shown(str(key))} ({nearest(str(key), known)})" for key in unknown[:5])
        raise RequestRefused(f"unknown in the run's configuration: {listed}; nothing was started")


def find_cluster(catalog: Catalog, name: str) -> Cluster:
    """Raises RequestRefused when the inventory does not have it."""
    cluster = catalog.clusters.get(name)
    if cluster is None:
        known = nearest(name, catalog.clusters, else_say="no name is like it; 'srx-issu names' lists them")
        raise RequestRefused(f"cluster {_shown(name)} is not in the inventory: {known}")
    return cluster


def _software(rules: SupportMatrix, cluster: Cluster, image: Image) -> SoftwareFamily:
    """What the image's name says, else the platform's; refused when the routing engine needs the other."""
    facts = image_facts(image.name)
    needed = rules.software(cluster.model, cluster.routing_engine)
    software = SoftwareFamily.VMHOST if facts.is_vmhost else needed
    if cluster.model in rules.models_of(facts.family) and not facts.is_vmhost:
        software = SoftwareFamily.SYSTEM
    if cluster.routing_engine is not None and software is not needed:
        engine = f"{cluster.name} has routing engine {cluster.routing_engine}"
        raise RequestRefused(
            f"image {image.name} is {software} software; {engine}, which takes {needed} software"
        )
    return software


def _policy(catalog: Catalog, cluster: Cluster, image: Image, route: Route) -> Policy:
    """The policy, with the worst case of the route, and ``unlink_image`` only where the command has it: by
    platform, or that of an ICU."""
    policy = catalog.policy_for(cluster, image)
    platform = catalog.support_rules.platforms.get(cluster.model)
    can_unlink = route is Route.ICU or (platform is not None and platform.unlink_supported)
    timers = policy.timers.by_route(route)
    return replace(policy, timers=timers, unlink_image=policy.unlink_image and can_unlink)


def _window(request: UpgradeRequest, worst_case_s: float) -> tuple[str | None, str | None]:
    start, end = _moment(request.window_start, "start"), _moment(request.window_end, "end")
    if start is not None and end is not None:
        if end <= start:
            raise RequestRefused(f"window ends at {end.isoformat()}, before it starts at {start.isoformat()}")
        if end - start < timedelta(seconds=worst_case_s):
            length, needed = _minutes((end - start).total_seconds()), _minutes(worst_case_s)
            key = "worst_case_s" if request.route is Route.ISSU else f"{request.route}_worst_case_s"
            remedy = f"worst case of this upgrade is {needed} (timers.{key}); make the window longer"
            raise RequestRefused(f"window is {length} long; {remedy}")
    return (start.isoformat() if start else None), (end.isoformat() if end else None)


def _moment(text: str | None, which: str) -> datetime | None:
    if text is None or not text.strip():
        return None
    remedy = "write it like 2027-03-14T01:00:00+01:00"
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as reason:
        raise RequestRefused(f"window {which} {_shown(text)} is not a valid time: {remedy}") from reason
    if moment.tzinfo is None:
        raise RequestRefused(f"window {which} {_shown(text)} has no time zone: {remedy}")
    if not 2000 <= moment.year < 2200:  # also keeps sums of times inside what datetime can hold
        raise RequestRefused(f"window {which} {_shown(text)} is not a time between 2000 and 2199: {remedy}")
    return moment


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} min"


def _shown(text: str) -> str:
    return repr(text if len(text) <= 80 else f"{text[:77]}...")
