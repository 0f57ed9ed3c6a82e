"""What our DAGs and our Variable are called in Airflow, for whoever speaks of them: DAG files, CLI, console.

The DAGs of campaigns are called after them, see ``campaign/naming.py``.
"""

from __future__ import annotations

from collections.abc import Mapping

from srx_issu.domain.upgrade.intent import Intent, Purpose
from srx_issu.domain.upgrade.route import Route

UPGRADE_DAG = "issu_cluster"
ICU_DAG = "icu_cluster"
REBOOT_DAG = "reboot_cluster"
MINIMAL_DOWNTIME_DAG = "minimal_downtime_cluster"
RECOVERY_DAG = "issu_recover"
RELEASE_DAG = "issu_release"
AUDIT_DAG = "issu_audit"
PROBE_DAG = "issu_probe"
CAMPAIGN_ORDER_DAG = "issu_campaign_order"
STOP_VARIABLE = "srx_issu_stop"  # while it is set, no campaign starts anything

UPGRADE_DAGS: Mapping[Route, str] = {
    Route.ISSU: UPGRADE_DAG,
    Route.ICU: ICU_DAG,
    Route.MINIMAL_DOWNTIME: MINIMAL_DOWNTIME_DAG,
    Route.DUAL_REBOOT: REBOOT_DAG,
}
ROUTE_OF: Mapping[str, Route] = {dag_id: route for route, dag_id in UPGRADE_DAGS.items()}
# Their run ids are the ids of upgrades in the journal.
OWNING_DAGS = (*UPGRADE_DAGS.values(), RECOVERY_DAG)


def dag_of(intent: Intent) -> str:
    """The DAG that an upgrade belongs to: that of its route, or the one that recovers."""
    return RECOVERY_DAG if intent.purpose is Purpose.RECOVER else UPGRADE_DAGS[intent.route]
