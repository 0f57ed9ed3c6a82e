"""Airflow's REST API as far as campaigns need it: runs of any DAG, mapped tasks, the stop Variable."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

import httpx

from srx_issu.campaign.naming import DAG_PREFIX
from srx_issu.cli.airflow_api import PAGE, AirflowApi
from srx_issu.cli.airflow_replies import PendingApproval, Run, is_asked

_BUSY = ("queued", "running", "deferred", "awaiting_input", "up_for_retry")


@dataclass(frozen=True, kw_only=True)
class MappedTask:
    """One task, or one cluster of a mapped one (``label`` is its name then)."""

    task_id: str
    map_index: int  # -1 = not mapped
    label: str | None
    state: str | None
    started: datetime | None
    ended: datetime | None
    tries: int = 0


class CampaignApi(AirflowApi):
    """One Airflow, one user."""

    @property
    def user(self) -> str:
        return self._login.user

    def campaign_names(self) -> tuple[str, ...]:
        found = self._get("/dags", dag_id_pattern=f"{DAG_PREFIX}%", limit=PAGE)["dags"]
        ids = (str(dag["dag_id"]) for dag in found)  # the pattern also finds it in the middle of an id
        return tuple(i.removeprefix(DAG_PREFIX) for i in ids if i.startswith(DAG_PREFIX))

    def is_dag_paused(self, dag_id: str) -> bool:
        """Raises ApiFailed when Airflow does not know the DAG."""
        return bool(self._get(f"/dags/{dag_id}")["is_paused"])

    def trigger_dag(self, dag_id: str, run_id: str, conf: Mapping[str, Any]) -> Run:
        body = {"dag_run_id": run_id, "logical_date": None, "conf": dict(conf)}
        return _run(self._request("POST", f"/dags/{dag_id}/dagRuns", json=body))

    def dag_run(self, dag_id: str, run_id: str) -> Run:
        return _run(self._get(_path(dag_id, run_id)))

    def has_run(self, dag_id: str, run_id: str) -> bool:
        """False also when Airflow has no such DAG."""
        answer = self._try("GET", _path(dag_id, run_id))
        if answer.status_code == httpx.codes.NOT_FOUND:
            return False
        self._accept(answer)
        return True

    def dag_runs(self, dag_id: str) -> tuple[Run, ...]:
        """The newest hundred, newest first."""
        found = self._get(f"/dags/{dag_id}/dagRuns", order_by="-run_after", limit=PAGE)
        return tuple(_run(each) for each in found["dag_runs"])

    def mapped_tasks(self, dag_id: str, run_id: str) -> tuple[MappedTask, ...]:
        """All of them, page by page."""
        tasks: list[MappedTask] = []
        while True:
            path = f"{_path(dag_id, run_id)}/taskInstances"
            found = self._get(path, limit=PAGE, offset=len(tasks))
            tasks += [_task(each) for each in found["task_instances"]]
            if len(tasks) >= int(found["total_entries"]) or not found["task_instances"]:
                return tuple(tasks)

    def busy_tasks(self, dag_id: str, run_prefix: str) -> dict[str, str]:
        """Run -> the task it is at, of every run whose id begins so; one request for them all."""
        found = self._get(
            f"/dags/{dag_id}/dagRuns/~/taskInstances",
            run_id_prefix_pattern=run_prefix,
            state=list(_BUSY),
            order_by="start_date",
            limit=PAGE,
        )
        return {str(each["dag_run_id"]): str(each["task_id"]) for each in found["task_instances"]}

    def count_tasks(self, dag_id: str, state: str, operators: Collection[str]) -> int:
        """Over all runs of the DAG."""
        path = f"/dags/{dag_id}/dagRuns/~/taskInstances"
        return int(self._get(path, state=state, operator=list(operators), limit=1)["total_entries"])

    def dag_questions(self, dag_id: str, run_id: str) -> tuple[PendingApproval, ...]:
        found = self._get(f"{_path(dag_id, run_id)}/hitlDetails", response_received=False)["hitl_details"]
        return tuple(
            PendingApproval(
                task_id=str(each["task_instance"]["task_id"]),
                subject=str(each["subject"]),
                body=str(each.get("body") or ""),
                options=tuple(each["options"]),
            )
            for each in found
            if is_asked(each)
        )

    def answer_dag(self, dag_id: str, run_id: str, task_id: str, option: str) -> None:
        path = f"{_path(dag_id, run_id)}/taskInstances/{task_id}/-1/hitlDetails"
        self._request("PATCH", path, json={"chosen_options": [option], "params_input": {}})

    def dag_xcom(self, dag_id: str, run_id: str, task_id: str, map_index: int = -1) -> Any:
        """None when the task left nothing."""
        return self.of(dag_id).xcom(run_id, task_id, map_index=map_index)

    def variable(self, key: str) -> str | None:
        answer = self._try("GET", f"/variables/{key}")
        return None if answer.status_code == httpx.codes.NOT_FOUND else str(self._accept(answer)["value"])

    def set_variable(self, key: str, value: str, description: str) -> None:
        body = {"key": key, "value": value, "description": description}
        if self.variable(key) is None:
            self._request("POST", "/variables", json=body)
        else:
            self._request("PATCH", f"/variables/{key}", json=body)

    def delete_variable(self, key: str) -> bool:
        """False when there was none."""
        answer = self._try("DELETE", f"/variables/{key}")
        if answer.status_code == httpx.codes.NOT_FOUND:
            return False
        if not answer.is_success:
            self._accept(answer)
        return True


def _path(dag_id: str, run_id: str) -> str:
    return f"/dags/{dag_id}/dagRuns/{quote(run_id, safe='')}"


def _run(found: Mapping[str, Any]) -> Run:
    return Run(
        run_id=str(found["dag_run_id"]),
        state=str(found["state"]),
        conf=found.get("conf") or {},
        started=_moment(found.get("start_date")),
        ended=_moment(found.get("end_date")),
    )


def _task(found: Mapping[str, Any]) -> MappedTask:
    map_index = int(found.get("map_index", -1))
    return MappedTask(
        task_id=str(found["task_id"]),
        map_index=map_index,
        label=found.get("rendered_map_index") if map_index >= 0 else None,
        state=found.get("state"),
        started=_moment(found.get("start_date")),
        ended=_moment(found.get("end_date")),
        tries=int(found.get("try_number") or 0),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
