"""Whose upgrade it is: run ids of different DAGs may be the same, so a run id alone proves nothing.

Journal, leases and evidence of an upgrade belong to the DAG that claimed it. Whoever opens them says which
DAG it works for.
"""

from __future__ import annotations

from collections.abc import Mapping

from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.upgrade.intent import Intent, Purpose
from srx_issu.ports.dag_names import DAG_OF

PURPOSES: Mapping[str, Purpose] = {dag_id: purpose for purpose, dag_id in DAG_OF.items()}


def purpose_of(dag_id: str) -> Purpose:
    """Raises RequestRefused for a DAG whose runs are no upgrades."""
    try:
        return PURPOSES[dag_id]
    except KeyError:
        known = " and ".join(PURPOSES)
        raise RequestRefused(f"runs of {dag_id} are not upgrades; only those of {known} are") from None


def check_purpose(intent: Intent, purpose: Purpose) -> None:
    """Raises RequestRefused when the upgrade belongs to the other DAG."""
    if intent.purpose is not purpose:
        raise RequestRefused(
            f"{intent.upgrade_id} belongs to a run of {DAG_OF[intent.purpose]} (cluster "
            f"{intent.cluster.name}); this run of {DAG_OF[purpose]} has the same run id and may not touch "
            "it: start it again under another run id"
        )
