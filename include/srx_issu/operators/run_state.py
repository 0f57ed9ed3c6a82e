"""What became of the other tasks of a run."""

from __future__ import annotations

from typing import Any

from airflow.sdk import BaseOperator, Context, TaskInstanceState


def failed_tasks(operator: BaseOperator, context: Context) -> list[str]:
    """Task ids that failed, in the order of the DAG."""
    run: Any = context["dag_run"]
    ti: Any = context["ti"]
    states = ti.get_task_states(dag_id=run.dag_id, run_ids=[run.run_id]).get(run.run_id, {})
    order = list(operator.dag.task_dict)
    return [task for task in order if states.get(task) == TaskInstanceState.FAILED]
