"""The commands for campaigns. What each does is in the modules beside this one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from srx_issu.campaign.naming import DAG_PREFIX, campaign_id
from srx_issu.cli.campaign_orders import ORDERS, OpenApi, Run, add_order, add_stop
from srx_issu.cli.campaign_run import answer_campaign, follow_campaign, stage_images, start_campaign
from srx_issu.cli.campaign_show import show_plan
from srx_issu.cli.stack_here import FILES_HELP, operator_files
from srx_issu.cli.terminal import Terminal

console = Terminal()

Campaign = Annotated[str, typer.Argument(help="Name of the campaign: its file's name without .yaml")]


def register(app: typer.Typer, api_of: OpenApi) -> None:
    """Adds the commands. ``api_of`` opens the API with the caller's login and turns failures into words."""
    group = typer.Typer(help="Campaigns: stage, start, follow, pause, resume, abort.", no_args_is_help=True)
    app.add_typer(group, name="campaign")

    _add_plan(app)
    _add_start(group, api_of)
    _add_looking(group, api_of)
    for order in ORDERS:
        add_order(group, order, api_of)
    add_stop(app, api_of)


def _add_plan(app: typer.Typer) -> None:
    @app.command()
    def plan(
        campaign: Campaign,
        files: Annotated[Path | None, typer.Option(help=FILES_HELP)] = None,
    ) -> None:
        """Show whom a campaign would upgrade, in which waves. Nothing is touched."""
        raise typer.Exit(show_plan(campaign, operator_files(files)))


def _add_start(group: typer.Typer, api_of: OpenApi) -> None:
    @group.command()
    def stage(context: typer.Context, campaign: Campaign) -> None:
        """Copy a campaign's images to the nodes ahead of its window. Only files are touched."""
        with api_of(context) as api:
            console.print(f"Run {stage_images(api, campaign)}", highlight=False, soft_wrap=True)

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


def _add_looking(group: typer.Typer, api_of: OpenApi) -> None:
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
                runs = api.of(f"{DAG_PREFIX}{name}").newest()
                newest = f"{campaign_id(name, runs[0].run_id)}  {runs[0].state}" if runs else "never run"
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
