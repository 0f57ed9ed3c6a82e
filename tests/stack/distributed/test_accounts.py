"""What a campaign leaves behind, whatever was killed meanwhile: figures, an account of every command."""

from __future__ import annotations

from collections import Counter

import psycopg
import pytest

from srx_demo.campaign_judge import results_of
from srx_demo.fleets import NOT_READY
from srx_issu.cli.airflow_replies import Run
from tests.stack.distributed.fleet import Fleet

pytestmark = pytest.mark.stack

BEFORE_THE_GATE = ("copy ", "request system snapshot")  # preparing changes nothing that forwards


def test_the_figures_tell_what_happened(fleet: Fleet, campaign: Run) -> None:
    """As a StatsD collector heard them; what a killed process had not yet sent is missing."""
    told = fleet.figures
    assert told.faults == []
    outcomes = {name: count for name, count in told.counted.items() if name.startswith("outcome.")}
    assert outcomes == Counter(f"outcome.{result}" for result in results_of(fleet.scenery).values())
    assert all(
        len(told.timed[f"upgrade_duration.{outcome}"]) == 1 for outcome in ("NOT_READY", "ROLLED_BACK")
    )
    assert told.counted["upgrades.opened"] == fleet.size
    assert told.counted["lease.taken"] >= fleet.size
    assert told.counted["lease.released"] >= fleet.size
    assert told.counted["action.sent"] > fleet.size
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
    assert {cluster for cluster, *_ in commands} == fleet.selected - {NOT_READY}
    for cluster, command, requested_by, approved_by, *of_campaign in commands:
        assert requested_by
        assert approved_by or command.startswith(BEFORE_THE_GATE), f"{cluster}: {command}"
        assert all(of_campaign), f"{cluster}: {command}"
    for command in commands:
        assert command[4:7] == (campaign.run_id, "operator", "approver")
