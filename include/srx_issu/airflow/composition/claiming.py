"""From a run's parameters to a claimed cluster."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from srx_issu import catalog
from srx_issu.adapters.clock import SystemClock
from srx_issu.airflow.composition.identity import check_belongs
from srx_issu.airflow.composition.inventory import load_catalog
from srx_issu.airflow.composition.stop import stopped
from srx_issu.airflow.composition.stores import Stores, open_stores
from srx_issu.campaign.order import ORDER_KEY, ROUTE_KEY, check_unchanged
from srx_issu.domain.errors import OperatorFileError, RequestRefused
from srx_issu.domain.history.sending_rules import BY_PLAN
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.domain.upgrade.model_routes import command_for
from srx_issu.domain.upgrade.route import Route
from srx_issu.ports.dag_names import ROUTE_OF, UPGRADE_DAGS
from srx_issu.ports.journal import Journal
from srx_issu.steps.campaign.orders import Ordered, check_no_campaign, find_order, note_proved, note_refused
from srx_issu.steps.upgrade.claim import TakeOver, claim, permits_left_s
from srx_issu.steps.upgrade.observe import left_half_way
from srx_issu.steps.upgrade.release_cluster import MAX_REASON


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Who asked for the run, of which DAG, with which configuration, and how to tell of another upgrade
    whether its run is queued or running."""

    requested_by: str
    dag_id: str
    is_at_work: Callable[[str], bool]
    conf: Mapping[str, Any] = field(default_factory=dict)


def claim_cluster(upgrade_id: str, params: Mapping[str, Any], asked: Asked) -> Intent:
    """Raises OperatorFileError, RequestRefused or LeaseHeld; then nothing was sent anywhere."""
    route = ROUTE_OF[asked.dag_id]
    catalog.check_keys(asked.conf, (*catalog.upgrade_keys(route), ROUTE_KEY, ORDER_KEY))
    _check_route(asked, params, route)
    stores = open_stores()
    if stores.journal.upgrade(upgrade_id) is not None:  # cleared or retried: the first intent stays
        intent = stores.journal.intent(upgrade_id)
        check_belongs(intent, asked.dag_id)
    else:
        intent = _new_intent(upgrade_id, params, asked, stores)
    claim(intent, stores.journal, stores.leases, SystemClock().now())
    return intent


def _new_intent(upgrade_id: str, params: Mapping[str, Any], asked: Asked, stores: Stores) -> Intent:
    route = ROUTE_OF[asked.dag_id]
    ordered = find_order(upgrade_id, asked.conf, stores.campaigns)
    request = catalog.UpgradeRequest(
        upgrade_id=upgrade_id,
        cluster=_named(params, "cluster"),
        image=_named(params, "image"),
        needs_approval=params["approval"],
        fail_back=params["fail_back"],
        no_validate=params.get("no_validate", False),
        fail_back_rg0=params["fail_back_rg0"],
        on_site=params.get("on_site"),
        plan_only=params["plan_only"],
        window_start=params["window_start"],
        window_end=params["window_end"],
        route=route,
        requested_by=ordered.requested_by if ordered else asked.requested_by,
    )
    if ordered is None:
        return _resolved(request, None)
    note_proved(ordered, stores.campaigns, SystemClock().now())
    try:
        return _resolved(request, ordered)
    except (OperatorFileError, RequestRefused) as refusal:
        note_refused(ordered, stores.campaigns, SystemClock().now(), str(refusal))
        raise


def _check_route(asked: Asked, params: Mapping[str, Any], route: Route) -> None:
    """A campaign's order names every route but ISSU, so it is held to its DAG here, too."""
    wanted = asked.conf.get(ROUTE_KEY) or (Route.ISSU if ORDER_KEY in asked.conf else route)
    if wanted == route:
        return
    if wanted not in list(Route):
        raise RequestRefused(f"route {wanted!r} is not one of {', '.join(UPGRADE_DAGS)}; nothing was started")
    command = command_for(_named(params, "cluster"), _named(params, "image"), Route(wanted))
    raise RequestRefused(
        f"route {wanted} is taken by runs of {UPGRADE_DAGS[Route(wanted)]}; this run is of {asked.dag_id}, "
        f"which takes {route}; nothing was started: {command}"
    )


def _resolved(request: catalog.UpgradeRequest, ordered: Ordered | None) -> Intent:
    """From the files as they are now; for a campaign what its plan was approved for, and nothing else."""
    if reason := stopped():
        raise RequestRefused(f"{reason}; nothing new starts")
    known = load_catalog()
    intent = catalog.resolve(known, request)
    if ordered is None:
        return intent
    found = catalog.facts(known, intent.cluster, intent.image)
    check_unchanged(ordered.order, intent.image.sha256, found)
    return replace(intent, ordered_by=ordered.by, approved_by_campaign=ordered.approval)


def claim_for_recovery(upgrade_id: str, params: Mapping[str, Any], asked: Asked) -> Intent:
    """The same for a recovery. The stop of the fleet does not keep help from a cluster."""
    catalog.check_keys(asked.conf, catalog.RECOVERY_KEYS)
    stores = open_stores()
    reason = _reason(params["reason"])
    if stores.journal.upgrade(upgrade_id) is not None:
        intent = stores.journal.intent(upgrade_id)
        check_belongs(intent, asked.dag_id)
    else:
        check_no_campaign(upgrade_id, asked.conf, stores.campaigns)
        request = catalog.RecoveryRequest(
            upgrade_id=upgrade_id,
            cluster=_named(params, "cluster"),
            image=params["image"] or None,
            requested_by=asked.requested_by,
            fail_back=params["fail_back"],
        )
        intent = _on_the_route_of(catalog.resolve_recovery(load_catalog(), request), stores.journal)
    word = TakeOver(who=asked.requested_by, reason=reason, is_at_work=asked.is_at_work)
    take_over = word if params["take_over"] else None
    held = stores.leases.holder(f"cluster:{intent.cluster.name}")
    if take_over is not None and held is not None and held.owner != upgrade_id:
        _refuse_of_another_route(stores.journal, held.owner, intent)
        SystemClock().sleep(permits_left_s(held.owner, stores.journal))
    claim(intent, stores.journal, stores.leases, SystemClock().now(), take_over)
    return intent


def _on_the_route_of(intent: Intent, journal: Journal) -> Intent:
    """Where an upgrade was left half way that went by a plan, by that plan it is put back: each route has its
    own way."""
    left = left_half_way(journal, intent.cluster.name, intent.upgrade_id)
    return replace(intent, route=left.route.route) if left is not None and left.route else intent


def _refuse_of_another_route(journal: Journal, owner: str, intent: Intent) -> None:
    """Nodes that a route by a plan has left half way would be rolled back one by one by the way of another,
    and two releases could hear each other. So it goes where its journal tells no plan that was begun."""
    if journal.upgrade(owner) is None:
        return
    route = journal.intent(owner).route
    if route in BY_PLAN and route is not intent.route:
        raise RequestRefused(
            f"{owner} has this cluster for another route, {route.label}, and its journal tells nothing "
            "that was begun: clear the run's failed task to have it judged again, or do what its report "
            "says and then run 'srx-issu release'"
        )


def _reason(reason: str | None) -> str:
    text = (reason or "").strip()
    if not text or len(text) > MAX_REASON or not text.isprintable():
        raise RequestRefused(
            f"reason required: why is the cluster to be recovered? (1–{MAX_REASON} characters)"
        )
    return text


def _named(params: Mapping[str, Any], what: str) -> str:
    name = params[what]
    if not name:
        raise RequestRefused(f"no {what} was named: give the parameter {what!r}")
    return str(name)
