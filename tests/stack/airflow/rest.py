"""What only tests ask of Airflow's REST API."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from tests.stack.airflow.running_stack import RunningStack


def mark(
    stack: RunningStack, run_id: str, task_id: str, state: str = "success", user: str = "operator"
) -> None:
    """As somebody does in the UI, or by REST, who may edit task states."""
    with _client(stack, user) as client:
        client.patch(_path(run_id, task_id), json={"new_state": state}).raise_for_status()


def end_run(stack: RunningStack, run_id: str, user: str = "operator") -> None:
    """The whole run is marked failed: whatever runs in it is ended, and its close never comes."""
    with _client(stack, user) as client:
        path = _path(run_id, "").removesuffix("/taskInstances/")
        client.patch(path, json={"state": "failed"}).raise_for_status()


def task_pid(stack: RunningStack, run_id: str, task_id: str) -> int | None:
    """Process id of the running try; None when it does not run."""
    with _client(stack, "operator") as client:
        answer = client.get(_path(run_id, task_id))
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return int(found["pid"]) if found["state"] == "running" and found["pid"] else None


def _path(run_id: str, task_id: str) -> str:
    return f"/api/v2/dags/issu_cluster/dagRuns/{quote(run_id, safe='')}/taskInstances/{task_id}"


def _client(stack: RunningStack, user: str) -> httpx.Client:
    login = stack.scenery.login(stack.stack.url, user)
    token = httpx.post(
        f"{login.url}/auth/token", json={"username": user, "password": login.password()}, timeout=30
    ).json()["access_token"]
    return httpx.Client(base_url=login.url, headers={"Authorization": f"Bearer {token}"}, timeout=30)


def delete_run(stack: RunningStack, run_id: str, user: str = "admin") -> None:
    """As anybody may who may edit the DAG: whatever runs in it is left to itself. It is marked as failed
    first: Airflow 3.3.2 deletes no run that is running (409)."""
    with _client(stack, user) as client:
        path = _path(run_id, "").removesuffix("/taskInstances/")
        client.patch(path, json={"state": "failed"}).raise_for_status()
        client.delete(path).raise_for_status()
