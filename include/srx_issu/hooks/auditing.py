"""An audit's bench with the real adapters, for workers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any

from srx_issu import catalog
from srx_issu.devices.credentials import Credentials
from srx_issu.domain.diff import Look
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.intent import Intent
from srx_issu.domain.state import TABLES
from srx_issu.hooks.clock import SystemClock
from srx_issu.hooks.srx import SrxHook
from srx_issu.hooks.stores import open_stores
from srx_issu.steps.audit_bench import AuditBench

WITHOUT_IMAGE = tuple(table for table in TABLES if table != "images")


def audit_id(run_id: str) -> str:
    """Run ids of different DAGs may be the same."""
    return f"audit__{run_id}"


def open_audit(run_id: str, log: Any = None, names: Iterable[str] = ()) -> AuditBench:
    """``names``: the clusters that will be looked at; their accounts are read here, because Airflow's
    connections cannot be asked for in threads. Raises OperatorFileError."""
    stores, known = open_stores(), catalog.load(catalog.files_folder())
    used = {known.clusters[name].connection_id for name in names if name in known.clusters}
    return AuditBench(
        audit_id=audit_id(run_id),
        catalog=known,
        audits=stores.audits,
        leases=stores.leases,
        look=_looker({connection_id: _account(connection_id) for connection_id in used}),
        clock=SystemClock(),
        log=log if log is not None else logging.getLogger(__name__),
    )


def _account(connection_id: str) -> Credentials | RequestRefused:
    try:
        return SrxHook(connection_id).credentials()
    except RequestRefused as refused:
        return refused
    except Exception as error:  # noqa: BLE001 - whatever Airflow says of a missing connection
        return RequestRefused(f"connection {connection_id} cannot be used: {error}")


def _looker(accounts: dict[str, Credentials | RequestRefused]) -> Callable[[Intent], Look]:
    from srx_issu.devices.collecting import collect_state  # noqa: PLC0415 - PyEZ takes a second to import
    from srx_issu.devices.pyez import PyezClusterReader  # noqa: PLC0415

    def look(intent: Intent) -> Look:
        account = accounts[intent.cluster.connection_id]
        if isinstance(account, RequestRefused):
            raise account
        with PyezClusterReader(intent.cluster, account, intent.policy.timers) as reader:
            snapshot = reader.observe()
            tables = TABLES if intent.image.file else WITHOUT_IMAGE
            state = collect_state(reader, snapshot, tables, intent=intent, clock=SystemClock())
        return Look(snapshot=snapshot, state=state)

    return look
