"""The console as Airflow registers and guards it; no stack, no database."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.places import ROOT

PLUGINS = ROOT / "plugins"

# In a process of its own: Airflow reads its settings once, when it is first imported.
ASK = """
import asyncio, json, sys
import httpx
from fastapi import FastAPI
from airflow import plugins_manager

apps, _ = plugins_manager.get_fastapi_plugins()
outer = FastAPI()
for found in apps:
    outer.mount(found["url_prefix"], found["app"])
views = plugins_manager._get_ui_plugins()[0]

async def ask(path):
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=outer), base_url="http://airflow") as web:
        return (await web.get(path)).status_code

paths = (
    "/srx-issu/", "/srx-issu/upgrades/x", "/srx-issu/upgrades/x/report", "/srx-issu/audits",
    "/srx-issu/runs/campaign__x/y", "/srx-issu/upgrades/%00",
)
web_framework = "airflow.api_fastapi.core_api.security" in sys.modules
statuses = [asyncio.run(ask(path)) for path in paths]

# Somebody who is logged in and may do nothing
from airflow.api_fastapi.core_api import security

asked = []

class Manager:
    def is_authorized_dag(self, *, method, access_entity, details, user):
        asked.append([method, access_entity.name, details.id, user])
        return False

security.get_auth_manager = Manager
security.DagModel.get_team_name = lambda dag_id: None
for found in apps:
    found["app"]._app.dependency_overrides[security.get_user] = lambda: "ops"
forbidden = ("/srx-issu/runs/campaign__x/y", "/srx-issu/audits", "/srx-issu/")
refused = [asyncio.run(ask(path)) for path in forbidden]

print(json.dumps({
    "asked": asked,
    "refused": refused,
    "errors": plugins_manager.get_import_errors() if hasattr(plugins_manager, "get_import_errors") else {},
    "views": [[view["destination"], view["href"]] for view in views],
    "loads_web_framework": web_framework,
    "statuses": statuses,
}))
"""


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    home = tmp_path_factory.mktemp("airflow")
    environment = {
        **os.environ,
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(PLUGINS),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "PYTHONWARNINGS": "ignore",
    }
    done = subprocess.run(
        [sys.executable, "-c", ASK], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_every_page_asks_for_a_login(answer: dict[str, object]) -> None:
    assert answer["statuses"] == [401] * 6


def test_airflow_is_asked_for_the_dag_that_a_page_is_about(answer: dict[str, object]) -> None:
    dags = ("campaign__x", "issu_audit", "issu_cluster")
    assert answer["asked"] == [["GET", "RUN", dag, "ops"] for dag in dags]
    assert answer["refused"] == [403, 403, 403]


def test_the_plugin_loads_without_the_web_framework(answer: dict[str, object]) -> None:
    assert answer["errors"] == {}
    assert answer["loads_web_framework"] is False


def test_the_menu_and_a_runs_page_lead_to_the_console(answer: dict[str, object]) -> None:
    assert answer["views"] == [
        ["nav", "srx-issu/"],
        ["nav", "srx-issu/audits"],
        ["dag_run", "srx-issu/runs/{DAG_ID}/{RUN_ID}"],
    ]
