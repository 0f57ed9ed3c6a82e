"""The runs of one DAG, of whatever kind: started, looked at, answered. Replies become small frozen values."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import quote

import httpx

from srx_issu.cli.airflow_replies import (
    ApiFailed,
    PendingApproval,
    Run,
    Task,
    is_asked,
    pending_approval,
    pushed,
    run_of,
    task_of,
)
from srx_issu.cli.airflow_session import AirflowSession

OUR_LOGGERS = "srx_issu"  # as in airflow.task.operators.srx_issu.airflow.operators.step
ANY_DAG = "~"  # Airflow's word for all of them, where runs are told apart by their ids
PAGE = 100  # Airflow's [api] maximum_page_limit
_BUSY = ("queued", "running", "deferred", "awaiting_input", "up_for_retry")


class DagRuns:
    """One DAG of one Airflow, with one user's rights."""

    def __init__(self, session: AirflowSession, dag_id: str) -> None:
        self._session = session
        self.dag_id = dag_id
        self._dag = f"/dags/{dag_id}"

    def path(self, run_id: str) -> str:
        """Of a run, below /api/v2."""
        return f"{self._dag}/dagRuns/{quote(run_id, safe='')}"

    def is_paused(self) -> bool:
        """Raises ApiFailed when Airflow does not have the DAG."""
        answer = self._session.ask("GET", self._dag)
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise ApiFailed(
                f"this Airflow has no DAG {self.dag_id}, or has not read it yet; nothing was asked for"
            )
        return bool(self._session.accept(answer)["is_paused"])

    def parse_s(self) -> float:
        """Seconds the DAG processor took for the DAG's file, the last time."""
        return float(self._session.get(self._dag)["last_parse_duration"])

    def task_edges(self) -> dict[str, tuple[str, ...]]:
        """Task -> the tasks behind it."""
        found = self._session.get(f"{self._dag}/tasks")["tasks"]
        return {str(t["task_id"]): tuple(t.get("downstream_task_ids") or ()) for t in found}

    def trigger(self, run_id: str, conf: Mapping[str, Any]) -> Run:
        """Starts a run. Raises ApiFailed with Airflow's words when it refuses a parameter."""
        body = {"dag_run_id": run_id, "logical_date": None, "conf": dict(conf)}
        return run_of(self._session.request("POST", f"{self._dag}/dagRuns", json=body))

    def run(self, run_id: str) -> Run:
        return run_of(self._session.get(self.path(run_id)))

    def has_run(self, run_id: str) -> bool:
        """False also when Airflow has no such DAG."""
        answer = self._session.ask("GET", self.path(run_id))
        if answer.status_code == httpx.codes.NOT_FOUND:
            return False
        self._session.accept(answer)
        return True

    def newest(self) -> tuple[Run, ...]:
        """The newest hundred runs, newest first; none where Airflow does not have the DAG."""
        query = {"order_by": "-run_after", "limit": PAGE}
        answer = self._session.ask("GET", f"{self._dag}/dagRuns", params=query)
        if answer.status_code == httpx.codes.NOT_FOUND:
            return ()
        return tuple(run_of(each) for each in self._session.accept(answer)["dag_runs"])

    def tasks(self, run_id: str) -> tuple[Task, ...]:
        """All of them, page by page; a mapped task has one for each cluster."""
        tasks: list[Task] = []
        while True:
            found = self._session.get(f"{self.path(run_id)}/taskInstances", limit=PAGE, offset=len(tasks))
            tasks += [task_of(each) for each in found["task_instances"]]
            if len(tasks) >= int(found["total_entries"]) or not found["task_instances"]:
                return tuple(tasks)

    def busy_tasks(self, run_prefix: str) -> dict[str, str]:
        """Run -> the task it is at, of every run whose id begins so; one request for them all."""
        found = self._session.get(
            f"{self._dag}/dagRuns/~/taskInstances",
            run_id_prefix_pattern=run_prefix,
            state=list(_BUSY),
            order_by="start_date",
            limit=PAGE,
        )
        return {str(each["dag_run_id"]): str(each["task_id"]) for each in found["task_instances"]}

    def count_tasks(self, state: str, operators: Collection[str]) -> int:
        """Over all runs of the DAG."""
        path = f"{self._dag}/dagRuns/~/taskInstances"
        found = self._session.get(path, state=state, operator=list(operators), limit=1)
        return int(found["total_entries"])

    def last_log_line(self, run_id: str, task: Task) -> str | None:
        """The newest line our own code logged in that task; None while there is none."""
        path = f"{self.path(run_id)}/taskInstances/{task.task_id}/logs/{max(task.tries, 1)}"
        content = self._session.get(path).get("content") or []
        ours = [line for line in content if isinstance(line, dict) and OUR_LOGGERS in str(line.get("logger"))]
        return str(ours[-1]["event"]) if ours else None

    def xcom(self, run_id: str, task_id: str, key: str = "return_value", map_index: int = -1) -> Any:
        """None when the task left nothing under that key."""
        path = f"{self.path(run_id)}/taskInstances/{task_id}/xcomEntries/{key}"
        answer = self._session.ask("GET", path, params={"map_index": map_index})
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        return pushed(self._session.accept(answer)["value"])

    def asking(self) -> frozenset[str]:
        """The runs that wait for an answer."""
        path = f"{self._dag}/dagRuns/~/hitlDetails"
        found = self._session.get(path, response_received=False, limit=PAGE)
        return frozenset(str(each["task_instance"]["dag_run_id"]) for each in found["hitl_details"])

    def questions(self, run_id: str) -> tuple[PendingApproval, ...]:
        """What waits for an answer in this run."""
        found = self._session.get(f"{self.path(run_id)}/hitlDetails", response_received=False)
        return tuple(pending_approval(each) for each in found["hitl_details"] if is_asked(each))

    def answer(self, run_id: str, task_id: str, option: str) -> None:
        """Raises ApiFailed when somebody else was faster, or the user may not answer."""
        path = f"{self.path(run_id)}/taskInstances/{task_id}/-1/hitlDetails"
        self._session.request("PATCH", path, json={"chosen_options": [option], "params_input": {}})
