"""The commands of ``srx-issu``. Exit status: 0 green, 1 not green, 2 could not be asked or was refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from srx_issu import catalog
from srx_issu.cli import audit, bundle, campaign, probe, recover, routes, upgrade
from srx_issu.cli.airflow_api import AirflowApi
from srx_issu.cli.airflow_replies import ApiFailed, PendingApproval
from srx_issu.cli.dag_runs import DagRuns
from srx_issu.cli.display import duration, phase_table
from srx_issu.cli.fleet_status import fleet_rows, fleet_table, unattended_lines
from srx_issu.cli.login import ApiLogin, NoLogin, find_login
from srx_issu.cli.names import complete_cluster
from srx_issu.cli.names import register as register_names
from srx_issu.cli.no_question import why_no_question
from srx_issu.cli.outcome import EXIT_NOT_DONE, EXIT_RED
from srx_issu.cli.release import release
from srx_issu.cli.run_dags import dag_of
from srx_issu.cli.run_ids import new_run_id
from srx_issu.cli.stack_here import FilesOption, FolderArgument, one_folder, operator_files
from srx_issu.cli.terminal import Terminal
from srx_issu.cli.upgrade_follow import Followed, UpgradeFollower
from srx_issu.cli.which_answer import option_of
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.plural import many
from srx_issu.domain.upgrade.route import Route

app = typer.Typer(
    help="In-service upgrades of SRX clusters: what Airflow's DAG does, from the command line.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
console = Terminal()
errors = Terminal(stderr=True)


@app.callback()
def login_options(
    context: typer.Context,
    url: Annotated[
        str | None, typer.Option(help="Airflow's URL [env SRX_ISSU_URL; default: the stack here]")
    ] = None,
    user: Annotated[str | None, typer.Option(help="Airflow user [env SRX_ISSU_USER]")] = None,
    password_file: Annotated[
        Path | None,
        typer.Option(
            help="File with the password [env SRX_ISSU_PASSWORD_FILE or SRX_ISSU_PASSWORD; else asked for]"
        ),
    ] = None,
) -> None:
    context.obj = (url, user, password_file)


@app.command()
def validate(
    folder: FolderArgument = None,
    files: FilesOption = None,
) -> None:
    """Check inventory, images, campaigns and policy as a whole, and say every fault and every warning."""
    folder = operator_files(one_folder(folder, files))
    found = catalog.validate(folder)
    for fault in found.faults:
        console.print(str(fault), markup=False, highlight=False, soft_wrap=True)
    for warning in found.warnings:
        console.print(f"warning: {warning}", markup=False, highlight=False, soft_wrap=True)
    if found.faults:
        errors.print(f"{many(len(found.faults), 'fault')} in {folder}", highlight=False)
        raise typer.Exit(EXIT_RED)
    console.print(f"{folder}: no fault", highlight=False)


@app.command("follow")
def follow_run(
    context: typer.Context, run: Annotated[str, typer.Argument(help="Run id, see 'status'")]
) -> None:
    """Show a run until it is over."""
    with _airflow(context) as api:
        _follow(api, run)


@app.command()
def approve(
    context: typer.Context,
    run: Annotated[str, typer.Argument(help="Run id, see 'status'")],
    refuse: Annotated[bool, typer.Option("--refuse", help="Say no: nothing is sent to the device")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again")] = False,
) -> None:
    """Answer a run that waits for approval."""
    _answer_run(context, run, refuse=refuse, yes=yes)


@app.command()
def reject(
    context: typer.Context,
    run: Annotated[str, typer.Argument(help="Run id, see 'status'")],
    take: Annotated[
        Route | None, typer.Option("--take", help="You would take this route: the end names its command")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again")] = False,
) -> None:
    """Say no to a run that waits for approval: nothing is sent to the device."""
    _answer_run(context, run, refuse=True, take=take, yes=yes)


@app.command()
def status(
    context: typer.Context,
    cluster: Annotated[
        str | None, typer.Argument(help="One cluster's runs [default: the newest run of each]")
    ] = None,
) -> None:
    """What runs, and how the last upgrades ended."""
    with _airflow(context) as api:
        now = datetime.now(UTC)
        rows = fleet_rows(api, cluster, now)
        console.print(fleet_table(rows) if rows else f"no run of {cluster or 'any cluster'} yet")
        try:
            alone = unattended_lines(api.unattended(), cluster, now)
        except ApiFailed as failed:
            errors.print(f"Whether a cluster is unattended is not known: {failed}", highlight=False)
            return
        for line in alone:
            console.print(line, style="red", markup=False, highlight=False, soft_wrap=True)


@app.command("release")
def release_cluster(
    context: typer.Context,
    cluster: Annotated[
        str, typer.Argument(help="Name of the cluster in the inventory", autocompletion=complete_cluster)
    ],
    reason: Annotated[str, typer.Option(help="Why it is in order again; kept in the journal")],
) -> None:
    """Give back a cluster that an upgrade kept for a person."""
    with _airflow(context) as api:
        held_by = release(api, cluster, reason, new_run_id(cluster))
        console.print(f"{cluster} is free again; it was held by {held_by}", highlight=False)


def main() -> None:
    app()


def summary(followed: Followed, console: Console, report: str) -> None:
    """Timings per phase were shown by the table; this says how it ended. ``report``: where it can be read."""
    end, run = followed.ending, followed.run
    took = duration((run.ended - run.started).total_seconds()) if run.ended and run.started else ""
    style = "bold green" if end.is_green else "bold red"
    console.print()
    console.print(end.outcome.value if end.outcome else "NO OUTCOME", style=style, end="  ")
    console.print(end.reason, markup=False, highlight=False, soft_wrap=True)
    if end.what_to_do:
        console.print("\nWhat to do", style="bold")
        console.print(end.what_to_do, markup=False, highlight=False, soft_wrap=True)
        console.print()
    if took:
        console.print(f"Took {took}", highlight=False)
    if end.report:
        console.print(f"Report: {report}", markup=False, highlight=False, soft_wrap=True)
        if end.archive:
            archive = f"{report.rpartition('/')[0]}/{end.archive.rpartition('/')[2]}"
            console.print(f"For JTAC: {archive}", markup=False, highlight=False, soft_wrap=True)


def _follow(api: AirflowApi, run_id: str) -> None:
    try:
        followed = UpgradeFollower(runs=dag_of(api, run_id), console=console).follow(run_id)
    except KeyboardInterrupt:
        errors.print(f"\nThe run goes on; see it again with: srx-issu follow {run_id}", highlight=False)
        raise typer.Exit(130) from None
    if not console.is_terminal:
        console.print(phase_table(followed.phases, datetime.now(UTC)))
    summary(followed, console, api.report_page(run_id))
    raise typer.Exit(followed.ending.exit_status)


def _answer_run(
    context: typer.Context, run: str, *, refuse: bool, yes: bool, take: Route | None = None
) -> None:
    """Whichever of the run's gates asks now."""
    with _airflow(context) as api:
        runs = dag_of(api, run)
        questions = runs.questions(run)
        if not questions:
            raise ApiFailed(why_no_question(api, runs, run))
        for question in questions:
            _answer(runs, run, question, option_of(question, refuse=refuse, take=take), yes=yes)


def _answer(runs: DagRuns, run: str, question: PendingApproval, option: str, *, yes: bool) -> None:
    console.print(question.subject, style="bold", markup=False)
    console.print(question.body, markup=False, highlight=False)
    if not yes:
        typer.confirm(f"{option}?", abort=True)
    runs.answer(run, question.task_id, option)
    console.print(f"{question.task_id}: {option}", highlight=False)


@contextmanager
def _airflow(context: typer.Context) -> Iterator[AirflowApi]:
    """The API with this command's login; failures become one sentence and exit status 2."""
    url, user, password_file = context.obj
    try:
        login = find_login(url=url, user=user, password_file=password_file, ask=_ask)
        _warn(login)
        with AirflowApi(login) as api:
            yield api
    except (ApiFailed, NoLogin, RequestRefused) as failure:
        errors.print(str(failure), markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(EXIT_NOT_DONE) from None


def _ask(user: str) -> str:
    return str(typer.prompt(f"Password of {user}", hide_input=True, err=True))


def _warn(login: ApiLogin) -> None:
    if login.is_readable_on_the_way:
        errors.print(f"{login.url} is plain HTTP: others on the way can read the password", style="yellow")


audit.register(app)
campaign.register(app, _airflow)
recover.register(app, _airflow, _follow)
upgrade.register(app, _airflow, _follow)
probe.register(app)
bundle.register(app)
routes.register(app)
register_names(app)

if __name__ == "__main__":
    main()
