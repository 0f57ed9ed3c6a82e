"""Campaign runs from the command line: started, followed, answered, and their end in words."""

from __future__ import annotations

from datetime import UTC, datetime

from rich.console import Console

from srx_issu.campaign.naming import DAG_PREFIX, STAGING_PREFIX
from srx_issu.cli.airflow_api import ApiFailed
from srx_issu.cli.campaign_api import CampaignApi
from srx_issu.cli.campaign_follow import CampaignFollower
from srx_issu.cli.outcome import EXIT_GREEN, EXIT_RED

console = Console()


def start_campaign(api: CampaignApi, name: str, *, plan_only: bool = False) -> str:
    """The run's id, which begins the ids of its upgrades. Raises ApiFailed."""
    dag_id = f"{DAG_PREFIX}{name}"
    for each in (dag_id, "issu_cluster"):
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


def follow_campaign(api: CampaignApi, run_id: str) -> int:
    name = name_of(run_id)
    follower = CampaignFollower(
        api=api,
        console=console,
        name=name,
        ask=lambda task: console.print(f"{task} asks: srx-issu campaign answer {run_id}", highlight=False),
    )
    run = follower.follow(run_id)
    return tell_end(api, name, run_id, run.state)


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


def answer_campaign(api: CampaignApi, run_id: str, option: str) -> None:
    """Shows every question; answers when ``option`` is one of its options. Raises ApiFailed."""
    dag_id = f"{DAG_PREFIX}{name_of(run_id)}"
    questions = api.dag_questions(dag_id, run_id)
    if not questions:
        raise ApiFailed(f"campaign {run_id} asks nothing now")
    for question in questions:
        console.print(question.subject, style="bold", markup=False)
        console.print(question.body, markup=False, highlight=False)
        if option in question.options:
            api.answer_dag(dag_id, run_id, question.task_id, option)
            console.print(f"{question.task_id}: {option}", highlight=False)
        else:
            raise ApiFailed(f"answer with --option, one of: {', '.join(question.options)}")


def name_of(run_id: str) -> str:
    """Campaign runs begin with their campaign's name."""
    return run_id.partition("__")[0]
