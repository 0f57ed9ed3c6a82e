"""``srx-issu release``: gives back a cluster that was kept for an operator (DAG ``issu_release``)."""

from __future__ import annotations

import time
from collections.abc import Callable

from srx_issu.cli.airflow_api import AirflowApi
from srx_issu.cli.airflow_replies import ApiFailed
from srx_issu.cli.follow import await_end
from srx_issu.ports.dag_names import RELEASE_DAG

TASK_ID = "release_cluster"
PATIENCE_S = 120.0
PAUSE_S = 1.0


def release(
    api: AirflowApi, cluster: str, reason: str, run_id: str, pause: Callable[[float], None] = time.sleep
) -> str:
    """Returns the upgrade that held it. Raises ApiFailed with the run's reason when it was not released."""
    releases = api.of(RELEASE_DAG)
    releases.trigger(run_id, {"cluster": cluster, "reason": reason})
    run = await_end(releases, run_id, looks=int(PATIENCE_S / PAUSE_S), every_s=PAUSE_S, pause=pause)
    if run is None:
        raise ApiFailed(
            f"run {run_id} of {RELEASE_DAG} is not over after {PATIENCE_S:.0f} s; look at it in the UI"
        )
    if run.state != "success":
        (task,) = releases.tasks(run_id)
        raise ApiFailed(
            releases.xcom(run_id, TASK_ID, "refused") or f"not released; see the log of {task.task_id}"
        )
    return str(releases.xcom(run_id, TASK_ID)["was_held_by"])
