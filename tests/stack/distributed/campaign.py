"""The campaign of these tests: approved; then a worker, a scheduler and a triggerer are killed."""

from __future__ import annotations

from functools import partial

from srx_demo.campaign_scenery import NAME
from srx_issu.campaign.naming import DAG_PREFIX
from srx_issu.cli.airflow_api import AirflowApi
from srx_issu.cli.airflow_replies import Run
from srx_issu.cli.campaign_run import start_campaign
from tests.stack.distributed.fleet import Fleet

DAG = f"{DAG_PREFIX}{NAME}"
PARSED_S, PLANNED_S, STARTED_S, END_S = 300.0, 300.0, 900.0, 1800.0  # of a machine with much else to do
# What is killed, when so many clusters were asked to upgrade themselves: in the midst of their upgrades.
KILLED = ((2, "worker-1"), (3, "scheduler-1"), (4, "triggerer-1"))


def run_campaign(fleet: Fleet) -> Run:
    """Starts it, has it approved, kills what ``KILLED`` says, and waits for its end."""
    with fleet.api("operator") as operator, fleet.api("approver") as approver:
        fleet.until(lambda: NAME in operator.campaign_names() or None, "campaign's DAG", PARSED_S)
        run_id = start_campaign(operator, NAME)
        question = fleet.until(lambda: approver.of(DAG).questions(run_id), "plan to approve", PLANNED_S)[0]
        approver.of(DAG).answer(run_id, question.task_id, "Approve")
        fleet.say("plan approved")
        for count, name in KILLED:
            fleet.until(partial(has_started, fleet, count), f"start no {count}", STARTED_S)
            fleet.native.supervisor.kill(name)
            fleet.say(f"{name} killed; starts so far: {fleet.starts()}")
        run = fleet.until(lambda: over(operator, run_id), "end of the campaign", END_S)
        fleet.say(f"campaign over: {run.state}")
        return run


def has_started(fleet: Fleet, count: int) -> bool | None:
    return fleet.starts() >= count or None


def over(api: AirflowApi, run_id: str) -> Run | None:
    run = api.of(DAG).run(run_id)
    return run if run.is_over else None
