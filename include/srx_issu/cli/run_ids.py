"""Names of runs: what they are for, of which cluster, and when they were asked for."""

from __future__ import annotations

import re
from datetime import UTC, datetime

RECOVERY = "recover-"  # how the ids of recoveries begin, so that 'approve' and 'follow' know their DAG


def new_run_id(cluster: str, now: datetime | None = None) -> str:
    """Says cluster and time; only what Airflow allows in a run id."""
    moment = (now or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return f"{re.sub(r'[^A-Za-z0-9_.~:+-]', '-', cluster)}__{moment}"


def new_recovery_id(cluster: str, now: datetime | None = None) -> str:
    """The same for a recovery."""
    return f"{RECOVERY}{new_run_id(cluster, now)}"
