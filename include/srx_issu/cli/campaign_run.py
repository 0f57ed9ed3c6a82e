"""Campaign runs from the command line: started, followed, answered, and their end in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from srx_issu.campaign.naming import DAG_PREFIX, STAGING_PREFIX, campaign_id
from srx_issu.cli.airflow_replies import ApiFailed
from srx_issu.cli.campaign_api import CampaignApi
from srx_issu.cli.campaign_follow import CampaignFollower
from srx_issu.cli.outcome import EXIT_GREEN, EXIT_RED
from srx_issu.cli.terminal import Terminal
from srx_issu.ports.dag_names import UPGRADE_DAG

console = Terminal()


def start_campaign(api: CampaignApi, name: str, *, plan_only: bool = False) -> str:
    """The run's id, which begins the ids of its upgrades. Raises ApiFailed."""
    dag_id = f"{DAG_PREFIX}{name}"
    for each in (dag_id, UPGRADE_DAG):
        if api.is_dag_paused(each):
            raise ApiFailed(f"DAG {each} is paused, a run would only queue; unpause it in the UI first")
    moment = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return api.trigger_dag(dag_id, f"{name}__{moment}", {"plan_only": plan_only}).run_id


def stage_images(api: CampaignApi, name: str) -> str:
    """The id of the run that copies the campaign's images ahead. Raises ApiFailed."""
    dag_id = f"{STAGING_PREFIX}{name}"
    if api.is_dag_paused(dag_id):
        raise ApiFailed(f"DAG {dag_id} is paused, a run would only queue; unpause it in the UI first")
    moment = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return api.trigger_dag(dag_id, f"{name}__{moment}", {}).run_id


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


def find_run(api: CampaignApi, given: str) -> CampaignRun:
    """By campaign id, which begins with the campaign's name. Raises ApiFailed."""
    name, _, rest = given.partition("__")
    for run_id in filter(None, (given, rest)):
        if api.has_run(f"{DAG_PREFIX}{name}", run_id):
            return CampaignRun(name=name, run_id=run_id)
    raise ApiFailed(f"Airflow knows no campaign run {given}; 'srx-issu campaign list' shows the newest")


def follow_campaign(api: CampaignApi, given: str) -> int:
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


def tell_end(api: CampaignApi, name: str, run_id: str, state: str) -> int:
    dag_id = f"{DAG_PREFIX}{name}"
    end, report = api.dag_xcom(dag_id, run_id, "close") or {}, api.dag_xcom(dag_id, run_id, "report") or {}
    console.print()
    style = "bold green" if state == "success" else "bold red"
    console.print(end.get("outcome", "NO OUTCOME"), style=style, end="  ")
    console.print(str(end.get("reason", "")), markup=False, highlight=False, soft_wrap=True)
    if report.get("html"):
        console.print(f"Report: {report['html']}", markup=False, highlight=False, soft_wrap=True)
    return EXIT_GREEN if state == "success" else EXIT_RED


def answer_campaign(api: CampaignApi, given: str, option: str) -> None:
    """Shows every question; answers when ``option`` is one of its options. Raises ApiFailed."""
    run = find_run(api, given)
    questions = api.dag_questions(run.dag_id, run.run_id)
    if not questions:
        raise ApiFailed(f"campaign {run.campaign_id} asks nothing now")
    for question in questions:
        console.print(question.subject, style="bold", markup=False)
        console.print(question.body, markup=False, highlight=False)
        if option not in question.options:
            raise ApiFailed(f"answer with --option, one of: {', '.join(question.options)}")
        api.answer_dag(run.dag_id, run.run_id, question.task_id, option)
        console.print(f"{question.task_id}: {option}", highlight=False)
