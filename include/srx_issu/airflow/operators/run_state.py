"""What became of the other tasks of a run, and of other runs."""

from __future__ import annotations

from typing import Any

from airflow.sdk import BaseOperator, Context, DagRunState, TaskInstanceState

from srx_issu.airflow.composition.identity import check_owns
from srx_issu.ports.dag_names import OWNING_DAGS

REFUSED_KEY = "refused"  # XCom: why a request was refused


def own_dag(context: Context) -> str:
    """The DAG of the task's run: the upgrade of its run id must belong to it."""
    run: Any = context["dag_run"]
    return check_owns(run.dag_id)


def failed_tasks(operator: BaseOperator, context: Context) -> list[str]:
    """Task ids that failed, in the order of the DAG."""
    run: Any = context["dag_run"]
    ti: Any = context["ti"]
    states = ti.get_task_states(dag_id=run.dag_id, run_ids=[run.run_id]).get(run.run_id, {})
    order = list(operator.dag.task_dict)
    return [task for task in order if states.get(task) == TaskInstanceState.FAILED]


def is_at_work(context: Context, upgrade_id: str) -> bool:
    """Whether Airflow has a run of that id that is queued or running; False when it has none at all."""
    ti: Any = context["ti"]
    alive = [DagRunState.QUEUED, DagRunState.RUNNING]
    return any(ti.get_dr_count(dag_id=dag, run_ids=[upgrade_id], states=alive) for dag in OWNING_DAGS)
