"""What a scheduler and its workers do for one run, here and now: Airflow decides, this module carries out.

Which task is next, skipped, tried again or not, and when the run is over, say ``DagRun.update_state`` and
``DagRun.schedule_tis``, on the serialized DAG as for a scheduler. A task runs through the task SDK's own
runner and talks to Airflow's execution API, all in this process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from airflow.models.dagbag import DBDagBag
from airflow.models.dagrun import DagRun
from airflow.models.taskinstance import TaskInstance
from airflow.sdk import DAG
from airflow.sdk.api.client import Client
from airflow.sdk.api.datamodels._generated import TaskInstance as TaskToRun
from airflow.sdk.execution_time.supervisor import run_task_in_process
from airflow.ti_deps.dep_context import DepContext
from airflow.utils.session import create_session
from airflow.utils.state import DagRunState, State, TaskInstanceState
from sqlalchemy import select
from sqlalchemy.orm import Session

from srx_issu.adapters.clock import SystemClock


class Stuck(AssertionError):
    """A run that is not over, in which nothing can go on."""


@dataclass(frozen=True, kw_only=True)
class Scheduler:
    """``dags``: as parsed from their files, by id. ``client``: of the execution API in this process."""

    dags: Mapping[str, DAG]
    client: Client
    wait: Callable[[list[int]], None]  # until one of these triggers has fired, and Airflow was told
    _serialized: DBDagBag = field(default_factory=DBDagBag)

    def carry_out(self, dag_id: str, run_id: str, answer: Callable[[], bool]) -> None:
        """Until the run is over. ``answer`` answers whatever is asked; False: nobody does."""
        while (left := self._decide(dag_id, run_id)) is not None:
            if ready := left.get(TaskInstanceState.SCHEDULED):
                for task in ready:
                    self._run(task)
            elif TaskInstanceState.AWAITING_INPUT in left:
                if not answer():
                    raise Stuck(f"{run_id}: a question that nobody answers")
            elif waiting := left.get(TaskInstanceState.DEFERRED):
                if not answer():  # a task may ask while it looks
                    self.wait([task.trigger_id for task in waiting if task.trigger_id is not None])
            elif not self._try_again(dag_id, run_id):
                raise Stuck(f"{run_id}: nothing goes on, and there is left {left}")

    def _decide(self, dag_id: str, run_id: str) -> dict[Any, list[TaskInstance]] | None:
        """Airflow looks at the run until that changes nothing: what is left, by state. None = it is over."""
        with create_session() as session:
            run = self._run_of(session, dag_id, run_id)
            if run.state == DagRunState.QUEUED:
                run.state, run.start_date = DagRunState.RUNNING, SystemClock().now()
            before = _states(run.get_task_instances(session=session))
            while True:
                ready, _ = run.update_state(session=session, execute_callbacks=False)
                run.schedule_tis(ready, session=session)
                session.commit()
                if run.state != DagRunState.RUNNING:
                    return None
                session.expire_all()
                tasks = run.get_task_instances(session=session)
                left, now = _by_state(tasks), _states(tasks)
                changed = {now[task_id] for task_id in now if now[task_id] != before[task_id]}
                # Nothing stands behind a task that waits, so another look finds nothing new.
                if TaskInstanceState.SCHEDULED in left or changed <= {TaskInstanceState.DEFERRED}:
                    return left
                before = now

    def _try_again(self, dag_id: str, run_id: str) -> bool:
        """Whether there was a task that only waited for its next try: its pause is taken for passed."""
        with create_session() as session:
            run = self._run_of(session, dag_id, run_id)
            failed = run.get_task_instances(state=[TaskInstanceState.UP_FOR_RETRY], session=session)
            for task in failed:
                task.task = run.get_dag().get_task(task.task_id)
            rules = DepContext(flag_upstream_failed=True, ignore_in_retry_period=True)
            due = [each for each in failed if each.are_dependencies_met(rules, session=session)]
            return run.schedule_tis(due, session=session) > 0

    def _run_of(self, session: Session, dag_id: str, run_id: str) -> DagRun:
        run = session.scalars(select(DagRun).where(DagRun.dag_id == dag_id, DagRun.run_id == run_id)).one()
        run.dag = self._serialized.get_dag_for_run(dag_run=run, session=session)
        return run

    def _run(self, task: TaskInstance) -> None:
        """A worker's part. A failure is in the database; what is raised here is a fault of the runner.

        A worker parses the DAG anew for each task; here it is copied, because Airflow writes the values of a
        run into the DAG's own parameters, and the next run would have them.
        """
        with create_session() as session:
            queued = session.get_one(TaskInstance, task.id)
            queued.state, queued.queued_dttm = TaskInstanceState.QUEUED, SystemClock().now()
        to_run = TaskToRun(
            id=UUID(str(task.id)),
            task_id=task.task_id,
            dag_id=task.dag_id,
            run_id=task.run_id,
            try_number=task.try_number,
            map_index=task.map_index,
            dag_version_id=UUID(str(task.dag_version_id)),
        )
        run_task_in_process(to_run, deepcopy(self.dags[task.dag_id]).get_task(task.task_id), self.client)


def _states(tasks: Iterable[TaskInstance]) -> dict[str, Any]:
    return {task.task_id: task.state for task in tasks}


def _by_state(tasks: Iterable[TaskInstance]) -> dict[Any, list[TaskInstance]]:
    """Those that have a state and are not over, the weightiest first."""
    found: dict[Any, list[TaskInstance]] = {}
    for task in sorted(tasks, key=lambda each: (-(each.priority_weight or 0), each.task_id)):
        if task.state is not None and task.state in State.unfinished:
            found.setdefault(TaskInstanceState(task.state), []).append(task)
    return found
