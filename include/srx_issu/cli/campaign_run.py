"""Campaign runs from the command line: started, followed, answered, and their end in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from srx_issu.campaign.naming import DAG_PREFIX, STAGING_PREFIX, campaign_id
from srx_issu.cli.airflow_api import AirflowApi
from srx_issu.cli.airflow_replies import ApiFailed
from srx_issu.cli.campaign_follow import CampaignFollower
from srx_issu.cli.outcome import EXIT_GREEN, EXIT_RED
from srx_issu.cli.paused import refuse_paused
from srx_issu.cli.terminal import Terminal
from srx_issu.ports.dag_names import UPGRADE_DAG

console = Terminal()


def start_campaign(api: AirflowApi, name: str, *, plan_only: bool = False) -> str:
    """The run's id, which begins the ids of its upgrades. Raises ApiFailed."""
    campaign = api.of(f"{DAG_PREFIX}{name}")
    refuse_paused(campaign)
    refuse_paused(api.of(UPGRADE_DAG))
    return campaign.trigger(_new_run_id(name), {"plan_only": plan_only}).run_id


def stage_images(api: AirflowApi, name: str) -> str:
    """The id of the run that copies the campaign's images ahead. Raises ApiFailed."""
    staging = api.of(f"{STAGING_PREFIX}{name}")
    refuse_paused(staging)
    return staging.trigger(_new_run_id(name), {}).run_id


def _new_run_id(name: str) -> str:
    return f"{name}__{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"


@dataclass(frozen=True, kw_only=True)
class CampaignRun:
    """One run of a campaign's DAG. Those that were started by schedule or in the UI have ids of Airflow's."""

    name: str
    run_id: str

    @property
    def dag_id(self) -> str:
        return f"{DAG_PREFIX}{self.name}"

    @property
    def campaign_id(self) -> str:
        return campaign_id(self.name, self.run_id)


def find_run(api: AirflowApi, given: str) -> CampaignRun:
    """By campaign id, which begins with the campaign's name. Raises ApiFailed."""
    name, _, rest = given.partition("__")
    for run_id in filter(None, (given, rest)):
        if api.of(f"{DAG_PREFIX}{name}").has_run(run_id):
            return CampaignRun(name=name, run_id=run_id)
    raise ApiFailed(f"Airflow knows no campaign run {given}; 'srx-issu campaign list' shows the newest")


def follow_campaign(api: AirflowApi, given: str) -> int:
    run = find_run(api, given)
    follower = CampaignFollower(
        api=api,
        console=console,
        name=run.name,
        ask=lambda task: console.print(
            f"{task} asks: srx-issu campaign answer {run.campaign_id}", highlight=False, soft_wrap=True
        ),
    )
    return tell_end(api, run.name, run.run_id, follower.follow(run.run_id).state)


def tell_end(api: AirflowApi, name: str, run_id: str, state: str) -> int:
    runs = api.of(f"{DAG_PREFIX}{name}")
    end, report = runs.xcom(run_id, "close") or {}, runs.xcom(run_id, "report") or {}
    console.print()
    style = "bold green" if state == "success" else "bold red"
    console.print(end.get("outcome", "NO OUTCOME"), style=style, end="  ")
    console.print(str(end.get("reason", "")), markup=False, highlight=False, soft_wrap=True)
    if report.get("html"):
        console.print(f"Report: {report['html']}", markup=False, highlight=False, soft_wrap=True)
    return EXIT_GREEN if state == "success" else EXIT_RED


def answer_campaign(api: AirflowApi, given: str, option: str) -> None:
    """Shows every question; answers when ``option`` is one of its options. Raises ApiFailed."""
    run = find_run(api, given)
    runs = api.of(run.dag_id)
    questions = runs.questions(run.run_id)
    if not questions:
        raise ApiFailed(f"campaign {run.campaign_id} asks nothing now")
    for question in questions:
        console.print(question.subject, style="bold", markup=False)
        console.print(question.body, markup=False, highlight=False)
        if option not in question.options:
            raise ApiFailed(f"answer with --option, one of: {', '.join(question.options)}")
        runs.answer(run.run_id, question.task_id, option)
        console.print(f"{question.task_id}: {option}", highlight=False)
