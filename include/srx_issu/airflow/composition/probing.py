"""A probe with the real adapters, for a worker: the cluster, its account, and where it is kept."""

from __future__ import annotations

from collections.abc import Callable

from srx_issu.adapters.clock import SystemClock
from srx_issu.airflow.composition.inventory import load_catalog
from srx_issu.airflow.composition.looking import Accounts
from srx_issu.airflow.composition.stores import open_stores
from srx_issu.catalog.requests.upgrade import find_cluster


def probe_id(run_id: str) -> str:
    """Run ids of different DAGs may be the same."""
    return f"probe__{run_id}"


def probe_cluster(name: str, run_id: str, progress: Callable[[str], None]) -> tuple[bool, dict[str, object]]:
    """Whether it is ready, and what XCom shall have. Raises RequestRefused or OperatorFileError."""
    from srx_issu.probe.kept import probe_and_keep  # noqa: PLC0415 - PyEZ takes a second to import
    from srx_issu.probe.probing import request_for  # noqa: PLC0415
    from srx_issu.probe.version import made_by  # noqa: PLC0415

    known, stores = load_catalog(), open_stores()
    cluster = find_cluster(known, name)
    account = Accounts.of((cluster,)).account(cluster)
    kept = probe_and_keep(
        request_for(known, cluster, account),
        probe_id(run_id),
        leases=stores.leases,
        audits=stores.audits,
        clock=SystemClock(),
        made_by=made_by(),
        progress=progress,
    )
    summary = kept.summary
    shown: dict[str, object] = {"verdict": summary.verdict, "findings": list(summary.findings)}
    return summary.is_ready, {**shown, "bundle": kept.bundle_id}
