"""A campaign over twelve clusters, while a worker, a scheduler and a triggerer are killed without warning."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from srx_demo.campaign import EXPECTED, judge, results_of
from srx_demo.campaign_scenery import NAME
from srx_issu.campaign.naming import DAG_PREFIX
from srx_issu.cli.airflow_api import Run
from srx_issu.cli.campaign_api import CampaignApi
from srx_issu.cli.campaign_run import start_campaign
from tests.distributed.fleet import Fleet

pytestmark = pytest.mark.stack

DAG = f"{DAG_PREFIX}{NAME}"
PARSED_S, PLANNED_S, STARTED_S, END_S = 90.0, 120.0, 180.0, 420.0
# What is killed, when so many clusters were asked to upgrade themselves: in the midst of their upgrades.
KILLED = ((1, "worker-1"), (3, "scheduler-1"), (5, "triggerer-1"))


@pytest.fixture(scope="module")
def campaign(fleet: Fleet) -> Run:
    """The campaign, over."""
    with fleet.api("operator") as operator, fleet.api("approver") as approver:
        fleet.until(lambda: NAME in operator.campaign_names() or None, "campaign's DAG", PARSED_S)
        run_id = start_campaign(operator, NAME)
        question = fleet.until(lambda: approver.dag_questions(DAG, run_id), "plan to approve", PLANNED_S)[0]
        approver.answer_dag(DAG, run_id, question.task_id, "Approve")
        fleet.say("plan approved")
        for count, name in KILLED:
            fleet.until(partial(has_started, fleet, count), f"start no {count}", STARTED_S)
            fleet.native.crew.kill(name)
            fleet.say(f"{name} killed; starts so far: {sum(fleet.starts().values())}")
        run = fleet.until(lambda: over(operator, run_id), "end of the campaign", END_S)
        fleet.say(f"campaign over: {run.state}")
        return run


def has_started(fleet: Fleet, count: int) -> bool | None:
    return sum(fleet.starts().values()) >= count or None


def over(api: CampaignApi, run_id: str) -> Run | None:
    run = api.dag_run(DAG, run_id)
    return run if run.is_over else None


def test_every_outcome_is_right_and_every_cluster_was_started_once(fleet: Fleet, campaign: Run) -> None:
    results = results_of(fleet.scenery)
    fleet.say(f"results: {results}")
    assert judge(fleet.scenery, results) == []
    assert len(results) == sum(EXPECTED.values()) == 12


def test_nothing_is_lost_or_left_running(fleet: Fleet, campaign: Run) -> None:
    with fleet.api("viewer") as api:
        runs = api.dag_runs("issu_cluster")
    assert len(runs) == 12
    assert {run.state for run in runs} <= {"success", "failed"}
    assert len({run.cluster for run in runs}) == 12


def test_the_survivors_are_healthy_by_the_compose_files_own_checks(fleet: Fleet, campaign: Run) -> None:
    asked: dict[str, Any] = {
        "postgres": "postgres", "redis": "redis", "api-server": "api-server", "scheduler": "scheduler-2",
        "dag-processor": "dag-processor", "triggerer": "triggerer-2", "worker": "worker-2",
    }  # fmt: skip
    for service, instance in asked.items():
        done = fleet.native.ask_health(service, instance)
        assert done.returncode == 0, f"{instance}: {done.stdout}{done.stderr}"


def test_a_dead_process_is_unhealthy_by_the_same_check(fleet: Fleet, campaign: Run) -> None:
    for service, instance in (("scheduler", "scheduler-1"), ("worker", "worker-1")):
        assert fleet.native.ask_health(service, instance).returncode != 0


def test_what_was_killed_can_be_started_again(fleet: Fleet, campaign: Run) -> None:
    """The restart policy's part: the killed scheduler comes back beside the other."""
    fleet.native.crew.start_again("scheduler-1")
    fleet.until(
        lambda: fleet.native.ask_health("scheduler", "scheduler-1").returncode == 0 or None,
        "healthy scheduler-1", 90.0,
    )  # fmt: skip


def test_no_secret_is_in_a_log_or_on_a_command_line(fleet: Fleet, campaign: Run) -> None:
    """Everything the layout wrote while the campaign ran, and the arguments of everything that runs."""
    hidden = {name: fleet.secrets[name] for name in fleet.secrets if len(fleet.secrets[name]) > 15}
    hidden["the nodes' password"] = fleet.scenery.node_password
    for path in _written(fleet.native.home.root):
        content = path.read_bytes()
        found = [name for name, value in hidden.items() if value.encode() in content]
        assert found == [], path
    for command in _command_lines():
        assert [name for name, value in hidden.items() if value in command] == []


def _written(root: Path) -> list[Path]:
    folders = ("logs", "airflow/logs", "evidence", "files")
    return [path for folder in folders for path in (root / folder).rglob("*") if path.is_file()]


def _command_lines() -> list[str]:
    return [" ".join(process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"])]
