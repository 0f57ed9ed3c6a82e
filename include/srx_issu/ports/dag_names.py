"""What our DAGs and our Variable are called in Airflow, for whoever speaks of them: DAG files, CLI, console.

The DAGs of campaigns are called after them, see ``campaign/naming.py``.
"""

from __future__ import annotations

from collections.abc import Mapping

from srx_issu.domain.upgrade.intent import Purpose

UPGRADE_DAG = "issu_cluster"
RECOVERY_DAG = "issu_recover"
RELEASE_DAG = "issu_release"
AUDIT_DAG = "issu_audit"
PROBE_DAG = "issu_probe"
CAMPAIGN_ORDER_DAG = "issu_campaign_order"
STOP_VARIABLE = "srx_issu_stop"  # while it is set, no campaign starts anything

# Their run ids are the ids of upgrades in the journal.
DAG_OF: Mapping[Purpose, str] = {Purpose.UPGRADE: UPGRADE_DAG, Purpose.RECOVER: RECOVERY_DAG}
