"""A look at the whole fleet before a campaign, as the daily audit does: nothing is changed."""

from __future__ import annotations

import time
from collections.abc import Callable

from srx_demo.lab import LabFailed
from srx_issu.cli.airflow_api import AirflowApi
from srx_issu.cli.run_ids import new_run_id
from srx_issu.ports.dag_names import AUDIT_DAG

_PAUSE_S, _LIMIT_S = 2.0, 600.0


def look_at_all(api: AirflowApi, check: Callable[[], None]) -> None:
    """Until the audit is over. Raises LabFailed when it does not end, or ends red."""
    audits = api.of(AUDIT_DAG)
    run = audits.trigger(new_run_id("audit"), {})
    deadline = time.monotonic() + _LIMIT_S
    while not (found := audits.run(run.run_id)).is_over:
        check()
        if time.monotonic() > deadline:
            raise LabFailed(f"the audit {run.run_id} has not ended within {_LIMIT_S:.0f} s")
        time.sleep(_PAUSE_S)
    if found.state != "success":
        raise LabFailed(f"the audit {run.run_id} has failed: see its log in Airflow")
