"""Runs that the command line is told by id alone: of which DAG they are."""

from __future__ import annotations

from srx_issu.cli.airflow_api import AirflowApi
from srx_issu.cli.airflow_replies import ApiFailed, Run
from srx_issu.cli.dag_runs import DagRuns
from srx_issu.cli.run_ids import RECOVERY
from srx_issu.ports.dag_names import OWNING_DAGS, RECOVERY_DAG, UPGRADE_DAG


def dag_of(api: AirflowApi, run_id: str) -> DagRuns:
    """The runs of the DAG that a run belongs to; of ``issu_cluster`` where Airflow does not know the run.
    Raises ApiFailed where several DAGs have a run of that id."""
    if run_id.startswith(RECOVERY):
        return api.of(RECOVERY_DAG)
    found = [run.dag_id for run in api.runs_called(run_id) if run.dag_id in OWNING_DAGS]
    if len(found) > 1:
        raise ApiFailed(f"{' and '.join(found)} each have a run {run_id}: look at it in the UI")
    return api.of(found[0] if found else UPGRADE_DAG)


def newest_runs(api: AirflowApi) -> tuple[Run, ...]:
    """The newest hundred of each DAG that upgrades or recovers."""
    return tuple(run for dag_id in OWNING_DAGS for run in api.of(dag_id).newest())
