"""From a run's parameters to a claimed cluster."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from srx_issu import catalog
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.intent import Intent
from srx_issu.hooks.clock import SystemClock
from srx_issu.hooks.inventory import load_catalog
from srx_issu.hooks.ordering import ordered_by
from srx_issu.hooks.stop import stopped
from srx_issu.hooks.stores import Stores, open_stores
from srx_issu.steps.claim import TakeOver, claim
from srx_issu.steps.release_cluster import MAX_REASON


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Who asked for the run, and how to tell of another upgrade whether its run is queued or running."""

    requested_by: str
    is_at_work: Callable[[str], bool]


def claim_cluster(upgrade_id: str, params: Mapping[str, Any], asked: Asked) -> Intent:
    """Raises OperatorFileError, RequestRefused or LeaseHeld; then nothing was sent anywhere."""
    request = catalog.UpgradeRequest(
        upgrade_id=upgrade_id,
        cluster=_named(params, "cluster"),
        image=_named(params, "image"),
        needs_approval=params["approval"],
        fail_back=params["fail_back"],
        plan_only=params["plan_only"],
        window_start=params["window_start"],
        window_end=params["window_end"],
        requested_by=asked.requested_by,
    )
    stores = open_stores()
    known = stores.journal.upgrade(upgrade_id)
    if known is not None:  # a cleared or retried claim keeps the intent that was fixed at first
        intent = stores.journal.intent(upgrade_id)
    else:
        if reason := stopped():
            raise RequestRefused(f"{reason}; nothing new starts")
        intent = _resolved(stores, request)
    claim(intent, stores.journal, stores.leases, SystemClock().now())
    return intent


def _resolved(stores: Stores, request: catalog.UpgradeRequest) -> Intent:
    """Of a campaign's upgrade: asked for by who started the campaign, approved by those who approved its
    plan."""
    ordered = ordered_by(stores.campaigns, request.upgrade_id, request.cluster)
    if ordered is None:
        return catalog.resolve(load_catalog(), request)
    intent = catalog.resolve(load_catalog(), replace(request, requested_by=ordered.requested_by))
    return replace(intent, approved_by_campaign=ordered.approval)


def claim_for_recovery(upgrade_id: str, params: Mapping[str, Any], asked: Asked) -> Intent:
    """The same for a recovery. The stop of the fleet does not keep help from a cluster."""
    request = catalog.RecoveryRequest(
        upgrade_id=upgrade_id,
        cluster=_named(params, "cluster"),
        image=params["image"] or None,
        requested_by=asked.requested_by,
        fail_back=params["fail_back"],
    )
    reason = _told(params["reason"])
    stores = open_stores()
    known = stores.journal.upgrade(upgrade_id)
    if known is not None:
        intent = stores.journal.intent(upgrade_id)
    else:
        intent = catalog.resolve_recovery(load_catalog(), request)
    word = TakeOver(who=asked.requested_by, reason=reason, is_at_work=asked.is_at_work)
    take_over = word if params["take_over"] else None
    claim(intent, stores.journal, stores.leases, SystemClock().now(), take_over)
    return intent


def _told(reason: str | None) -> str:
    words = (reason or "").strip()
    if not words or len(words) > MAX_REASON or not words.isprintable():
        raise RequestRefused(f"say in at most {MAX_REASON} characters why the cluster is to be recovered")
    return words


def _named(params: Mapping[str, Any], what: str) -> str:
    name = params[what]
    if not name:
        raise RequestRefused(f"no {what} was named: give the parameter {what!r}")
    return str(name)
