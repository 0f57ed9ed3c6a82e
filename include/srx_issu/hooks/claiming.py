"""From a run's parameters to a claimed cluster."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from srx_issu import catalog
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.intent import Intent
from srx_issu.hooks.clock import SystemClock
from srx_issu.hooks.inventory import load_catalog
from srx_issu.hooks.stop import stopped
from srx_issu.hooks.stores import open_stores
from srx_issu.steps.claim import claim


def claim_cluster(upgrade_id: str, params: Mapping[str, Any], requested_by: str) -> Intent:
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
        requested_by=requested_by,
    )
    stores = open_stores()
    known = stores.journal.upgrade(upgrade_id)
    if known is not None:  # a cleared or retried claim keeps the intent that was fixed at first
        intent = stores.journal.intent(upgrade_id)
    else:
        if reason := stopped():
            raise RequestRefused(f"{reason}; nothing new starts")
        intent = catalog.resolve(load_catalog(), request)
    claim(intent, stores.journal, stores.leases, SystemClock().now())
    return intent


def _named(params: Mapping[str, Any], what: str) -> str:
    name = params[what]
    if not name:
        raise RequestRefused(f"no {what} was named: give the parameter {what!r}")
    return str(name)
