"""How DAGs, campaigns and their upgrades are called. The same run of a campaign always has the same names."""

from __future__ import annotations

DAG_PREFIX = "campaign__"  # before the campaign's name
STAGING_PREFIX = "staging__"


def campaign_id(name: str, run_id: str) -> str:
    """One run of one campaign; the beginning of the run ids of its upgrades."""
    return run_id if run_id.startswith(f"{name}__") else f"{name}__{run_id}"


def upgrade_id(campaign: str, cluster: str, attempt: int) -> str:
    """The run of issu_cluster, and so the id of the upgrade."""
    return f"{campaign}__{cluster}" + (f"__{attempt}" if attempt > 1 else "")
