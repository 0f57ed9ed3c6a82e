"""Airflow's REST API as far as the command line needs it. Replies become small frozen values here."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import datetime
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx

from srx_issu.cli.airflow_replies import (
    ApiFailed,
    ApiUnreachable,
    PendingApproval,
    Run,
    Task,
    UnattendedCluster,
    is_asked,
    pushed,
    refusal,
    run_of,
    task_of,
)
from srx_issu.cli.login import ApiLogin
from srx_issu.ports.dag_names import UPGRADE_DAG

TIMEOUT_S = 20.0
OUR_LOGGERS = "srx_issu"  # as in airflow.task.operators.srx_issu.airflow.operators.step
PAGE = 100  # Airflow's [api] maximum_page_limit


class AirflowApi:
    """One Airflow, one user. Logs in when it has to; a token that has expired is renewed once."""

    def __init__(
        self, login: ApiLogin, *, dag_id: str = UPGRADE_DAG, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._login = login
        self._dag = f"/dags/{dag_id}"
        self._client = httpx.Client(
            base_url=login.url.rstrip("/"),
            timeout=TIMEOUT_S,
            transport=transport,
            trust_env=not login.is_loopback,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def of(self, dag_id: str) -> AirflowApi:
        """The same session speaking of another DAG."""
        other = copy.copy(self)
        other._dag = f"/dags/{dag_id}"
        return other

    def _path(self, run_id: str) -> str:
        return f"{self._dag}/dagRuns/{quote(run_id, safe='')}"

    def log_in(self) -> None:
        """Raises ApiFailed when the user or the password is wrong."""
        credentials = {"username": self._login.user, "password": self._login.password()}
        answer = self._send("POST", "/auth/token", json=credentials)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            raise ApiFailed(f"{self._login.url} refused user {self._login.user!r} or the password")
        self._client.headers["Authorization"] = f"Bearer {self._accept(answer)['access_token']}"

    def is_paused(self) -> bool:
        """Raises ApiFailed when Airflow does not know the DAG."""
        return bool(self._get(self._dag)["is_paused"])

    def parse_s(self) -> float:
        """Seconds the DAG processor took for the DAG's file, the last time."""
        return float(self._get(self._dag)["last_parse_duration"])

    def trigger(self, run_id: str, conf: Mapping[str, Any]) -> Run:
        """Starts a run. Raises ApiFailed with Airflow's words when it refuses a parameter."""
        body = {"dag_run_id": run_id, "logical_date": None, "conf": dict(conf)}
        return run_of(self._request("POST", f"{self._dag}/dagRuns", json=body))

    def run(self, run_id: str) -> Run:
        return run_of(self._get(self._path(run_id)))

    def runs(self) -> tuple[Run, ...]:
        """The newest hundred, newest first."""
        found = self._get(f"{self._dag}/dagRuns", order_by="-run_after", limit=PAGE)
        return tuple(run_of(each) for each in found["dag_runs"])

    def unattended(self) -> tuple[UnattendedCluster, ...]:
        """Clusters that nobody looks after, by the plugin's word, which knows the journal."""
        found = self._accept(self._authorized("GET", "/srx-issu/unattended"))["unattended"]
        return tuple(
            UnattendedCluster(
                cluster=str(each["cluster"]),
                upgrade_id=str(each["upgrade_id"]),
                opened=datetime.fromisoformat(each["opened_at"]),
                command=str(each["command"]),
            )
            for each in found
        )

    def task_edges(self) -> dict[str, tuple[str, ...]]:
        """Task -> the tasks behind it."""
        found = self._get(f"{self._dag}/tasks")["tasks"]
        return {str(t["task_id"]): tuple(t.get("downstream_task_ids") or ()) for t in found}

    def tasks(self, run_id: str) -> tuple[Task, ...]:
        found = self._get(f"{self._path(run_id)}/taskInstances", limit=PAGE)["task_instances"]
        return tuple(task_of(each) for each in found)

    def last_log_line(self, run_id: str, task: Task) -> str | None:
        """The newest line our own code logged in that task; None while there is none."""
        path = f"{self._path(run_id)}/taskInstances/{task.task_id}/logs/{max(task.tries, 1)}"
        content = self._get(path).get("content") or []
        ours = [line for line in content if isinstance(line, dict) and OUR_LOGGERS in str(line.get("logger"))]
        return str(ours[-1]["event"]) if ours else None

    def report_page(self, run_id: str) -> str:
        """The address of a run's report in the plugin's pages; the browser asks for a login."""
        return f"{self._login.url.rstrip('/')}/srx-issu/upgrades/{quote(run_id, safe='')}/report"

    def xcom(self, run_id: str, task_id: str, key: str = "return_value", map_index: int = -1) -> Any:
        """None when the task left nothing under that key."""
        path = f"{self._path(run_id)}/taskInstances/{task_id}/xcomEntries/{key}"
        answer = self._try("GET", path, params={"map_index": map_index})
        return None if answer.status_code == httpx.codes.NOT_FOUND else pushed(self._accept(answer)["value"])

    def asking(self) -> frozenset[str]:
        """The runs of this DAG that wait for an answer."""
        found = self._get(f"{self._dag}/dagRuns/~/hitlDetails", response_received=False, limit=PAGE)
        return frozenset(str(each["task_instance"]["dag_run_id"]) for each in found["hitl_details"])

    def questions(self, run_id: str) -> tuple[PendingApproval, ...]:
        """What waits for an answer in this run."""
        found = self._get(f"{self._path(run_id)}/hitlDetails", response_received=False)["hitl_details"]
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

    def answer(self, run_id: str, question: PendingApproval, option: str) -> None:
        """Raises ApiFailed when somebody else was faster, or the user may not answer."""
        path = f"{self._path(run_id)}/taskInstances/{question.task_id}/-1/hitlDetails"
        self._request("PATCH", path, json={"chosen_options": [option], "params_input": {}})

    def _get(self, path: str, **query: Any) -> Any:
        return self._request("GET", path, params=query)

    def _request(self, method: str, path: str, **kwargs: Any) -> Any:
        return self._accept(self._try(method, path, **kwargs))

    def _try(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        return self._authorized(method, f"/api/v2{path}", **kwargs)

    def _authorized(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        if "Authorization" not in self._client.headers:
            self.log_in()
        answer = self._send(method, path, **kwargs)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            self.log_in()
            answer = self._send(method, path, **kwargs)
        return answer

    def _send(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        try:
            return self._client.request(method, path, **kwargs)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise ApiUnreachable(
                f"{self._login.url} does not answer ({error}); is it the right URL, and is Airflow up?"
            ) from error

    def _accept(self, answer: httpx.Response) -> Any:
        if answer.is_success:
            try:
                return answer.json()
            except ValueError as error:
                said = answer.text[:100].strip()
                raise ApiFailed(f"{self._login.url} answers, but not as Airflow does: {said!r}") from error
        raise ApiFailed(f"Airflow refused it ({answer.status_code}): {refusal(answer)}")
