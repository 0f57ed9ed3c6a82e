"""An audit's context with the real adapters, for workers."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from srx_issu.adapters.clock import SystemClock
from srx_issu.airflow.composition.inventory import load_catalog
from srx_issu.airflow.composition.looking import Accounts, looker
from srx_issu.airflow.composition.stores import open_stores
from srx_issu.domain.cluster.state import TABLES
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.steps.audit.context import AuditContext

WITHOUT_IMAGE = tuple(table for table in TABLES if table != "images")


def audit_id(run_id: str) -> str:
    """Run ids of different DAGs may be the same."""
    return f"audit__{run_id}"


def open_audit(run_id: str, log: Any = None, names: Iterable[str] = ()) -> AuditContext:
    """``names``: the clusters that will be looked at; their accounts are read here, because Airflow's
    connections cannot be asked for in threads. Raises OperatorFileError."""
    stores, known = open_stores(), load_catalog()
    accounts = Accounts.of(known.clusters[name] for name in names if name in known.clusters)
    return AuditContext(
        audit_id=audit_id(run_id),
        catalog=known,
        audits=stores.audits,
        leases=stores.leases,
        look=looker(accounts, _tables),
        clock=SystemClock(),
        log=log if log is not None else logging.getLogger(__name__),
    )


def _tables(intent: Intent) -> Iterable[str]:
    return TABLES if intent.image.file else WITHOUT_IMAGE
