"""An Airflow that lives in memory: as much of its REST API as the command line uses."""

from __future__ import annotations

import json
from collections import deque
from typing import Any

import httpx

from srx_issu.cli.login import ApiLogin
from srx_issu.ports.dag_names import UPGRADE_DAG

RUNS = f"/api/v2/dags/{UPGRADE_DAG}/dagRuns"


class FakeAirflow:
    """Hands out each run's states one after the other; the last stays."""

    def __init__(self) -> None:
        self.password = "right"
        self.tokens_left = 1_000_000  # requests until the token expires
        self.silent = 0  # requests that get no answer
        self.states: deque[str] = deque(["success"])
        self.tasks: list[dict[str, Any]] = []
        self.edges: dict[str, list[str]] = {}
        self.outcome: Any = None  # what ``close`` left
        self.claimed: Any = None  # what ``claim`` left
        self.questions: list[dict[str, Any]] = []
        self.answers: list[Any] = []
        self.triggered: list[Any] = []
        self.logs: list[Any] = []
        self.logins = 0
        self.unattended: list[dict[str, Any]] = []
        self.missing = ""  # a DAG that this Airflow does not have
        self.also_in: list[str] = []  # other DAGs that have a run of the id that is asked for
        self.newest: list[str] = []  # run ids; where there are any, Airflow knows no other

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self.handle)

    def login(self, password: str = "right") -> ApiLogin:
        return ApiLogin(url="http://127.0.0.1:1", user="operator", password=lambda: password)

    def handle(self, request: httpx.Request) -> httpx.Response:
        if self.silent:
            self.silent -= 1
            raise httpx.ConnectError("connection refused")
        path = request.url.path
        if path == "/auth/token":
            return self._token(json.loads(request.content))
        if self.tokens_left <= 0:
            return httpx.Response(401, json={"detail": "expired"})
        self.tokens_left -= 1
        return self._answer(request, path)

    def _token(self, given: dict[str, str]) -> httpx.Response:
        self.logins += 1
        if given["password"] != self.password:
            return httpx.Response(401, json={"detail": "Invalid credentials"})
        self.tokens_left = 1_000_000
        return httpx.Response(201, json={"access_token": "t"})

    def _answer(self, request: httpx.Request, path: str) -> httpx.Response:
        if request.method == "POST":
            return self._trigger(json.loads(request.content))
        if request.method == "PATCH":
            self.answers.append((path, json.loads(request.content)))
            return httpx.Response(200, json={})
        return self._look(path, request.url.params)

    def _look(self, path: str, query: httpx.QueryParams) -> httpx.Response:
        edges = [{"task_id": t, "downstream_task_ids": after} for t, after in self.edges.items()]
        known = {
            "/tasks": {"tasks": edges},
            "/taskInstances": self._page(query),
            "/hitlDetails": {"hitl_details": self.questions},
            "/logs/1": {"content": self.logs},
            "/srx-issu/unattended": {"unattended": self.unattended},
        }
        for end, body in known.items():
            if path.endswith(end):
                return httpx.Response(200, json=body)
        left = self.claimed if "/claim/" in path else self.outcome
        if "/xcomEntries/" in path and left is not None:
            return httpx.Response(200, json={"value": left})
        if path.endswith("/dagRuns") and path != f"/api/v2/dags/{self.missing}/dagRuns":
            return httpx.Response(200, json={"dag_runs": self._runs(path, query)})
        run_id = path.removeprefix(f"{RUNS}/")
        if "/" in run_id or (self.newest and run_id not in self.newest):
            return httpx.Response(404, json={"detail": f"no {path}"})
        return httpx.Response(200, json=self._run(run_id))

    def _runs(self, path: str, query: httpx.QueryParams) -> list[dict[str, Any]]:
        """Of one DAG, or of all those whose ids begin with the one that is asked for."""
        if not path.endswith("/~/dagRuns"):
            return [self._run(each) for each in self.newest] if path == RUNS else []
        prefix = query["run_id_prefix_pattern"]
        found = [run_id for run_id in self.newest or [prefix] if run_id.startswith(prefix)]
        of_others = [{**self._run(prefix), "dag_id": dag_id} for dag_id in self.also_in]
        return [*map(self._run, found), *of_others]

    def _page(self, query: httpx.QueryParams) -> dict[str, Any]:
        """A hundred tasks at most, as Airflow answers."""
        first, limit = int(query.get("offset", 0)), min(int(query.get("limit", 50)), 100)
        return {"task_instances": self.tasks[first : first + limit], "total_entries": len(self.tasks)}

    def _run(self, run_id: str) -> dict[str, Any]:
        state = self.states.popleft() if len(self.states) > 1 else self.states[0]
        return {"dag_run_id": run_id, "state": state, "conf": {"cluster": "fw1"}}

    def _trigger(self, body: dict[str, Any]) -> httpx.Response:
        if body["conf"].get("cluster") == "wrong":
            words = "Invalid input for param cluster: 'wrong' is not one of ['fw1']\n\nFailed validating ..."
            return httpx.Response(400, json={"detail": words})
        self.triggered.append(body)
        return httpx.Response(200, json={**self._run(body["dag_run_id"]), "state": "queued"})


def task(
    task_id: str, state: str | None, started: str | None = None, ended: str | None = None
) -> dict[str, Any]:
    """A task instance as the API gives it. ``started`` and ``ended`` are times of one day, HH:MM:SS."""
    return {
        "task_id": task_id,
        "state": state,
        "start_date": f"2026-01-01T{started}+00:00" if started else None,
        "end_date": f"2026-01-01T{ended}+00:00" if ended else None,
        "try_number": 1,
    }
