"""Whose upgrade it is: run ids of different DAGs may be the same, so a run id alone proves nothing.

Journal, leases and evidence of an upgrade belong to the DAG that claimed it. Whoever opens them says which
DAG it works for.
"""

from __future__ import annotations

from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.ports.dag_names import OWNING_DAGS, dag_of


def check_owns(dag_id: str) -> str:
    """The same id. Raises RequestRefused for a DAG whose runs are no upgrades."""
    if dag_id not in OWNING_DAGS:
        known = f"{', '.join(OWNING_DAGS[:-1])} and {OWNING_DAGS[-1]}"
        raise RequestRefused(f"runs of {dag_id} are not upgrades; only those of {known} are")
    return dag_id


def check_belongs(intent: Intent, dag_id: str) -> None:
    """Raises RequestRefused when the upgrade belongs to another DAG."""
    if dag_of(intent) != dag_id:
        raise RequestRefused(
            f"{intent.upgrade_id} belongs to a run of {dag_of(intent)} (cluster "
            f"{intent.cluster.name}); this run of {dag_id} has the same run id and may not touch "
            "it: start it again under another run id"
        )
