"""Airflow's own scheduler code at the moment that burns a try: what becomes of a task that was resumed before
its deferring process had ended, by executor. A program of its own, because Airflow reads its settings once:
``python -m tests.stack.airflow.late_end FOLDER EXECUTOR ...`` prints each one's name and the task's state.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

DAG = """
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("waits"):
    EmptyOperator(task_id="wait")
"""


JOB = 1  # the scheduler that queued the task, and now hears of its processes


def main(folder: Path, executors: Iterable[str]) -> None:
    (folder / "dags").mkdir()
    (folder / "dags" / "waits.py").write_text(DAG)
    os.environ |= {
        "AIRFLOW_HOME": str(folder),
        "AIRFLOW__CORE__DAGS_FOLDER": str(folder / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(folder / "plugins"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{folder}/airflow.db",
    }
    from airflow.utils.db import initdb  # noqa: PLC0415

    initdb()
    _write_dag()
    for name in executors:
        print(f"{name}={_after_the_late_end(name)}")


def _write_dag() -> None:
    from airflow.dag_processing.bundles.manager import DagBundlesManager  # noqa: PLC0415
    from airflow.dag_processing.dagbag import BundleDagBag, sync_bag_to_db  # noqa: PLC0415

    manager = DagBundlesManager()
    manager.sync_bundles_to_db()
    (bundle,) = manager.get_all_dag_bundles()
    bundle.initialize()
    bag = BundleDagBag(dag_folder=bundle.path, bundle_path=bundle.path, bundle_name=bundle.name)
    sync_bag_to_db(bag, bundle.name, bundle_version=None)


def _after_the_late_end(name: str) -> str:
    from airflow.executors.workloads import ExecuteTask  # noqa: PLC0415
    from airflow.jobs.scheduler_job_runner import SchedulerJobRunner  # noqa: PLC0415
    from airflow.models.dagbag import DBDagBag  # noqa: PLC0415
    from airflow.models.taskinstance import TaskInstance  # noqa: PLC0415
    from airflow.utils.session import create_session  # noqa: PLC0415
    from airflow.utils.state import TaskInstanceState  # noqa: PLC0415

    executor: Any = resolve_name(name)(parallelism=1)
    with create_session() as session:
        task = _resumed_task(session, run_id=name)
        key, task_id = task.key, task.id
        workload = ExecuteTask.make(task, generator=None)
    for _ in ("the process that deferred", "the one that resumed"):
        executor.queue_workload(workload, None)
        executor.queued_tasks.pop(key)  # handed to a worker process
    executor.change_state(key, TaskInstanceState.SUCCESS)  # the first one's end, late
    with create_session() as session:
        SchedulerJobRunner.process_executor_events(executor, JOB, DBDagBag(), session)
    with create_session() as session:
        return str(session.get_one(TaskInstance, task_id).state)


def _resumed_task(session: Any, run_id: str) -> Any:
    """In the state ``running``, by the same scheduler, in its first try."""
    from datetime import UTC, datetime  # noqa: PLC0415

    from airflow.models.dagbag import DBDagBag  # noqa: PLC0415
    from airflow.utils.state import DagRunState, TaskInstanceState  # noqa: PLC0415
    from airflow.utils.types import DagRunTriggeredByType, DagRunType  # noqa: PLC0415

    dag = DBDagBag().get_latest_version_of_dag("waits", session=session)
    assert dag is not None
    run = dag.create_dagrun(
        run_id=run_id,
        run_after=datetime.now(UTC),
        run_type=DagRunType.MANUAL,
        triggered_by=DagRunTriggeredByType.TEST,
        state=DagRunState.RUNNING,
        session=session,
    )
    (task,) = run.get_task_instances(session=session)
    task.state, task.try_number, task.queued_by_job_id = TaskInstanceState.RUNNING, 1, JOB
    session.flush()
    session.refresh(task, ["dag_model"])
    return task


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
