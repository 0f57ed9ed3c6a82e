"""A campaign while a worker, a scheduler and a triggerer are killed without warning."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from srx_demo.campaign_judge import judge, results_of
from srx_demo.fleets import TWELVE
from srx_issu.cli.airflow_replies import Run
from tests.stack.distributed.fleet import WHOLE, Fleet

pytestmark = pytest.mark.stack


def test_every_outcome_is_right_and_every_cluster_was_started_once(fleet: Fleet, campaign: Run) -> None:
    results = results_of(fleet.scenery)
    fleet.say(f"results: {results}")
    expected = {**TWELVE.expected, "UPGRADED": fleet.size - 2}
    assert judge(fleet.scenery, replace(TWELVE, expected=expected), results) == []
    assert results.keys() == fleet.selected


@pytest.mark.release
@pytest.mark.begins(WHOLE)
def test_the_whole_fleet_was_in_it(fleet: Fleet, campaign: Run) -> None:
    """The others of this folder then look at twelve upgrades instead of six."""
    assert fleet.size == sum(TWELVE.expected.values()) == 12


def test_nothing_is_lost_or_left_running(fleet: Fleet, campaign: Run) -> None:
    with fleet.api("viewer") as api:
        runs = api.of("issu_cluster").newest()
    assert len(runs) == fleet.size
    assert {run.state for run in runs} <= {"success", "failed"}
    assert {run.cluster for run in runs} == fleet.selected


def test_the_survivors_are_healthy_by_the_compose_files_own_checks(fleet: Fleet, campaign: Run) -> None:
    asked: dict[str, Any] = {
        "postgres": "postgres", "redis": "redis", "api-server": "api-server", "scheduler": "scheduler-2",
        "dag-processor": "dag-processor", "triggerer": "triggerer-2", "worker": "worker-2",
    }  # fmt: skip
    with ThreadPoolExecutor() as pool:
        told = pool.map(fleet.native.ask_health, asked.keys(), asked.values())
    for instance, done in zip(asked.values(), told, strict=True):
        assert done.returncode == 0, f"{instance}: {done.stdout}{done.stderr}"


def test_a_dead_process_is_unhealthy_by_the_same_check(fleet: Fleet, campaign: Run) -> None:
    for service, instance in (("scheduler", "scheduler-1"), ("worker", "worker-1")):
        assert fleet.native.ask_health(service, instance).returncode != 0


def test_what_was_killed_can_be_started_again(fleet: Fleet, campaign: Run) -> None:
    """The restart policy's part: the killed scheduler comes back beside the other."""
    fleet.native.supervisor.start_again("scheduler-1")
    fleet.until(
        lambda: fleet.native.ask_health("scheduler", "scheduler-1").returncode == 0 or None,
        "healthy scheduler-1", 90.0,
    )  # fmt: skip
