"""What two upgrades, one of them put back, leave behind: outcomes, figures, an account of every command."""

from __future__ import annotations

import psycopg
import pytest

from srx_demo.campaign import results_of
from srx_issu.cli.airflow_api import Run
from tests.distributed.fleet import Fleet
from tests.layout.conftest import EXPECTED, PUT_BACK, UPGRADED

pytestmark = pytest.mark.stack


def test_one_cluster_is_upgraded_and_one_is_put_back(fleet: Fleet, campaign: Run) -> None:
    results = results_of(fleet.scenery)
    assert results[UPGRADED].startswith("UPGRADED")
    assert results[PUT_BACK] == "ROLLED_BACK"
    assert fleet.starts() == 2


def test_every_service_is_healthy_by_the_compose_files_own_check(fleet: Fleet, campaign: Run) -> None:
    services = ("postgres", "redis", "api-server", "scheduler", "dag-processor", "triggerer", "worker")
    for service in services:
        done = fleet.native.ask_health(service, service)
        assert done.returncode == 0, f"{service}: {done.stdout}{done.stderr}"


def test_the_figures_tell_what_happened(fleet: Fleet, campaign: Run) -> None:
    """As a StatsD collector heard them; nothing was killed here, so every figure is exact."""
    told = fleet.figures
    assert told.faults == []
    outcomes = {name: count for name, count in told.counted.items() if name.startswith("outcome.")}
    assert outcomes == {f"outcome.{outcome}": count for outcome, count in EXPECTED.items()}
    assert all(len(told.timed[f"upgrade_duration.{outcome}"]) == 1 for outcome in EXPECTED)
    assert told.counted["upgrades.opened"] == 2
    leases = {name: count for name, count in told.counted.items() if name.startswith("lease.")}
    assert leases["lease.released"] == leases["lease.taken"] + leases.get("lease.taken_over", 0) > 2, leases
    assert told.counted["action.sent"] > 2
    assert told.counted["poll.answered"] > told.counted["poll.failed"] > 0
    for goal in ("secondary_upgraded", "cold_synced", "switched_over", "primary_upgraded", "resynced"):
        assert min(told.timed[f"phase_duration.{goal}"]) > 0
    assert told.timed["step_duration.prepare_stage_image"]
    assert told.counted["phase_failed.cold_synced"] == 1


def test_who_sent_every_command_and_under_which_approval_is_on_record(fleet: Fleet, campaign: Run) -> None:
    """As docs/journal.md asks for it, with the rights of the application's own role."""
    port, password = fleet.native.layout.ports["postgres"], fleet.secrets["JOURNAL_PASSWORD"]
    url = f"postgresql://srx_issu_journal:{password}@127.0.0.1:{port}/journal"
    with psycopg.connect(url) as connection:
        commands = connection.execute(
            "SELECT cluster, command, requested_by, approved_by, campaign_id, campaign_requested_by, "
            "campaign_approved_by, campaign_plan FROM srx_issu.commands"
        ).fetchall()
        intended = connection.execute("SELECT count(*) FROM srx_issu.events WHERE kind = 'action_intended'")
        assert intended.fetchone() == (len(commands),)
    assert {cluster for cluster, *_ in commands} == {UPGRADED, PUT_BACK}
    for cluster, command, requested_by, approved_by, *of_campaign in commands:
        assert requested_by
        assert approved_by or command.startswith("copying "), f"{cluster}: {command}"  # before the gate
        assert all(of_campaign), f"{cluster}: {command}"
    for command in commands:
        assert command[4:7] == (campaign.run_id, "operator", "approver")
