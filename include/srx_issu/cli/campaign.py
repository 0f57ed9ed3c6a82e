"""The commands for campaigns: see the plan, start, follow, pause, resume, abort; stop the whole fleet."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from srx_issu import catalog
from srx_issu.campaign.plan import plan_waves
from srx_issu.cli.airflow_api import AirflowApi, ApiFailed
from srx_issu.cli.campaign_api import DAG_PREFIX, ORDER_DAG, STOP_VARIABLE, CampaignApi
from srx_issu.cli.campaign_follow import CampaignFollower
from srx_issu.cli.campaign_plan import plan_table, predicted_end
from srx_issu.cli.outcome import EXIT_GREEN, EXIT_RED
from srx_issu.domain.errors import JournalError, OperatorFileError
from srx_issu.journal import SqlCampaigns

console = Console()
errors = Console(stderr=True)
Airflow = Callable[[typer.Context, type[AirflowApi]], AbstractContextManager[AirflowApi]]
JOURNAL_URL = "SRX_ISSU_JOURNAL_URL"

Campaign = Annotated[str, typer.Argument(help="Name of the campaign: its file's name without .yaml")]
Run = Annotated[str, typer.Argument(help="Campaign run, as 'campaign start' said it")]
Reason = Annotated[str, typer.Option(help="Why; it is written down with your name")]


def register(app: typer.Typer, airflow: Airflow) -> None:
    """Adds the commands. ``airflow`` opens the API with the caller's login and turns failures into words."""
    group = typer.Typer(help="Campaigns: start, follow, pause, resume, abort.", no_args_is_help=True)
    app.add_typer(group, name="campaign")

    @contextmanager
    def api_of(context: typer.Context) -> Iterator[CampaignApi]:
        with airflow(context, CampaignApi) as api:
            assert isinstance(api, CampaignApi)
            yield api

    @app.command()
    def plan(
        campaign: Campaign,
        files: Annotated[Path | None, typer.Option(help="Folder of the operator's files")] = None,
    ) -> None:
        """Show whom a campaign would upgrade, in which waves. Nothing is touched."""
        raise typer.Exit(show_plan(campaign, (files or catalog.files_folder()).resolve()))

    @group.command()
    def start(
        context: typer.Context,
        campaign: Campaign,
        plan_only: Annotated[bool, typer.Option("--plan-only", help="Make the plan, touch nothing")] = False,
        follow: Annotated[bool, typer.Option("--follow", help="Show it until it is over")] = False,
    ) -> None:
        """Start a campaign; its plan is approved in Airflow or with 'campaign answer'."""
        with api_of(context) as api:
            run_id = start_campaign(api, campaign, plan_only=plan_only)
            console.print(f"Run {run_id}", highlight=False, soft_wrap=True)
            if follow:
                raise typer.Exit(follow_campaign(api, run_id))

    @group.command("follow")
    def follow_run(context: typer.Context, run: Run) -> None:
        """Show a campaign until it is over."""
        with api_of(context) as api:
            raise typer.Exit(follow_campaign(api, run))

    @group.command("list")
    def list_runs(context: typer.Context) -> None:
        """The campaigns and their newest runs."""
        with api_of(context) as api:
            for name in api.campaign_names():
                runs = api.dag_runs(f"{DAG_PREFIX}{name}")
                newest = f"{runs[0].run_id}  {runs[0].state}" if runs else "never run"
                console.print(f"{name:<24} {newest}", highlight=False, soft_wrap=True)

    @group.command()
    def answer(
        context: typer.Context,
        run: Run,
        option: Annotated[str, typer.Option(help="One of the options that are shown")] = "",
    ) -> None:
        """Show what a campaign asks, and answer it."""
        with api_of(context) as api:
            answer_campaign(api, run, option)

    for order in ("pause", "resume", "abort"):
        _add_order(group, order, api_of)

    @app.command("stop-all")
    def stop_all(context: typer.Context, reason: Reason) -> None:
        """Nothing new starts anywhere, in campaigns or by hand; what runs goes on to its end."""
        with api_of(context) as api:
            value = {"by": api.user, "at": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC", "why": reason}
            api.set_variable(STOP_VARIABLE, json.dumps(value), "nothing new starts while this is set")
        console.print("Stopped: nothing new starts. Take it back with: srx-issu resume-all")

    @app.command("resume-all")
    def resume_all(context: typer.Context) -> None:
        """Take the fleet-wide stop back."""
        with api_of(context) as api:
            was_set = api.delete_variable(STOP_VARIABLE)
        console.print("Resumed." if was_set else "Nothing was stopped.")


def _add_order(
    group: typer.Typer, order: str, api_of: Callable[[typer.Context], AbstractContextManager[CampaignApi]]
) -> None:
    helps = {
        "pause": "Nothing new starts in this campaign; what runs goes on.",
        "resume": "Go on where it stood.",
        "abort": "Nothing new starts any more; what runs goes on to its end, then the campaign ends.",
    }

    @group.command(order, help=helps[order])
    def give(context: typer.Context, run: Run, reason: Reason) -> None:
        with api_of(context) as api:
            moment = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            conf = {"campaign": run, "order": order, "reason": reason}
            made = api.trigger_dag(ORDER_DAG, f"{order}__{moment}", conf)
            console.print(f"Ordered: {order} (run {made.run_id})", highlight=False, soft_wrap=True)


def show_plan(name: str, files: Path) -> int:
    """Prints the plan, or why there is none."""
    try:
        known = catalog.load(files)
    except OperatorFileError as error:
        errors.print(str(error), markup=False, highlight=False, soft_wrap=True)
        return EXIT_RED
    faults = catalog.check_campaigns(files, known.clusters, known.images).get(name)
    document = next((found for found in catalog.read_campaigns(files) if found.name == name), None)
    if document is None or document.campaign is None or faults:
        words = "\n".join(str(fault) for fault in faults or ()) or f"no file {files}/campaigns/{name}.yaml"
        errors.print(words, markup=False, highlight=False, soft_wrap=True)
        return EXIT_RED
    releases, durations = _history()
    plan = plan_waves(
        catalog.members(known, document.campaign, releases), document.campaign, document.settings
    )
    console.print(plan_table(plan, document.campaign, durations))
    for left in plan.left_out:
        console.print(f"left out: {left.name}: {left.reason}", highlight=False, soft_wrap=True)
    for objection in plan.objections:
        errors.print(objection, style="bold red", highlight=False)
    console.print(predicted_end(plan, document.campaign, durations, datetime.now(UTC)), highlight=False)
    console.print(f"Plan {plan.digest}; nothing was touched", highlight=False)
    return EXIT_RED if plan.objections else EXIT_GREEN


def _history() -> tuple[dict[str, str], dict[str, float]]:
    """What the journal knows, when it can be asked: releases by cluster, seconds by model."""
    url = os.environ.get(JOURNAL_URL)
    if not url:
        return {}, {}
    try:
        journal = SqlCampaigns(url)
        return journal.releases(), journal.durations()
    except JournalError as error:
        errors.print(f"without history: {error}", highlight=False, soft_wrap=True)
        return {}, {}


def start_campaign(api: CampaignApi, name: str, *, plan_only: bool = False) -> str:
    """The run's id, which begins the ids of its upgrades. Raises ApiFailed."""
    dag_id = f"{DAG_PREFIX}{name}"
    for each in (dag_id, "issu_cluster"):
        if api.is_dag_paused(each):
            raise ApiFailed(f"DAG {each} is paused, a run would only queue; unpause it in the UI first")
    moment = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return api.trigger_dag(dag_id, f"{name}__{moment}", {"plan_only": plan_only}).run_id


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
