"""``srx-issu routes``: which routes lead a cluster to an image, and what each costs. Asks no device.

From the operator's files alone: what the cluster runs and has is said by whoever asks, and what is not said
counts as not known.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from srx_issu import catalog
from srx_issu.catalog.images import of_release
from srx_issu.catalog.requests.upgrade import find_cluster
from srx_issu.cli.names import complete_cluster, complete_image
from srx_issu.cli.outcome import EXIT_NOT_DONE, EXIT_RED
from srx_issu.cli.stack_here import FILES_HELP, journal_url, operator_files
from srx_issu.cli.terminal import Terminal
from srx_issu.domain.errors import JournalError, OperatorFileError, RequestRefused
from srx_issu.domain.history.measured import figures, past_runs, past_words
from srx_issu.domain.routes.choice import JudgedRoute, RouteChoice
from srx_issu.domain.routes.choose import choose_route
from srx_issu.domain.routes.conditions import RouteConditions
from srx_issu.domain.routes.describe import route_words
from srx_issu.domain.upgrade.route import Allowance, Route

console = Terminal()
errors = Terminal(stderr=True)


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command("routes")
    def show_routes(  # noqa: PLR0913, PLR0917 (one argument an option of the command)
        cluster: Annotated[
            str, typer.Argument(help="Name of the cluster in the inventory", autocompletion=complete_cluster)
        ],
        image: Annotated[
            str,
            typer.Option(help="File name or release of an image", autocompletion=complete_image),
        ],
        running: Annotated[str, typer.Option(help="Release that both nodes run")],
        path: Annotated[
            bool | None,
            typer.Option(
                "--path-beside/--no-path-beside",
                help="Both management addresses are reached beside the cluster, or by a console server; "
                "as the inventory says, without it",
            ),
        ] = None,
        person: Annotated[
            bool | None,
            typer.Option("--person-on-site/--nobody-on-site", help="For control and fabric links"),
        ] = None,
        old_image: Annotated[
            bool | None,
            typer.Option(
                "--old-image/--no-old-image",
                help="The old image is on both nodes, checksum and all, or an upgrade can bring it there; as "
                "images/*.yaml has it, without it",
            ),
        ] = None,
        encrypted: Annotated[
            bool | None, typer.Option("--ha-encrypted/--ha-plain", help="Encryption of the HA link")
        ] = None,
        route: Annotated[Route | None, typer.Option(help="Show this one instead of the best")] = None,
        reason: Annotated[str, typer.Option(help="Why, where a person decides about that route")] = "",
        files: Annotated[Path | None, typer.Option(help=FILES_HELP)] = None,
    ) -> None:
        """Every route to an image: allowed or not, because of what, at what cost. Asks no device.

        Exit status 0 where the route that is shown may be taken, 1 where not.
        """
        conditions = RouteConditions(
            has_path_beside_cluster=path,
            is_old_image_staged=old_image,
            is_ha_link_encrypted=encrypted,
            is_person_on_site=person,
        )
        try:
            choice = _choice(cluster, image, running, files, conditions)
        except (RequestRefused, OperatorFileError) as refused:
            errors.print(str(refused), markup=False, highlight=False, soft_wrap=True)
            raise typer.Exit(EXIT_NOT_DONE) from None
        shown = choice.of(route) if route else choice.best
        _show(choice, shown, _measured(cluster, shown, files))
        _take(choice, route, reason)


def _choice(
    cluster: str, image: str, running: str, files: Path | None, conditions: RouteConditions
) -> RouteChoice:
    known = catalog.load(operator_files(files))
    found = find_cluster(known, cluster)
    model, target = found.model, catalog.find_image(known, image, found.model).release
    if conditions.has_path_beside_cluster is None:
        conditions = replace(conditions, has_path_beside_cluster=found.has_path_beside)
    if conditions.is_old_image_staged is None:
        fitting = (each for each in known.images.values() if model in each.models)
        missing = f"no image of {running} for {model} is in images/*.yaml: add the old image"
        is_there = bool(of_release(fitting, running))
        conditions = replace(conditions, is_old_image_staged=is_there, missing_image=missing)
    return choose_route(model, running, target, known.support_rules, conditions)


def _measured(cluster: str, shown: JudgedRoute | None, files: Path | None) -> str | None:
    """What earlier runs have shown of the route; None where no journal is at hand, or no route is shown."""
    url = journal_url()
    if url is None or shown is None:
        return None
    from srx_issu.adapters.journal import SqlPastUpgrades  # noqa: PLC0415 - only where there is a journal

    model = find_cluster(catalog.load(operator_files(files)), cluster).model
    try:
        runs = SqlPastUpgrades(url).entries_of(shown.route, model)
    except JournalError as away:
        return f"not known: {away}"
    return past_words(shown.route, model, past_runs(figures(shown.route, entries) for entries in runs))


def _show(choice: RouteChoice, shown: JudgedRoute | None, measured: str | None) -> None:
    for line in route_words(choice, shown, measured):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _take(choice: RouteChoice, route: Route | None, reason: str) -> None:
    try:
        taken = choice.take(route, reason)
    except RequestRefused as refused:
        errors.print(str(refused), markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(EXIT_RED) from None
    if taken.allowance is Allowance.ASK:
        console.print(f"To be decided by a person: {reason}", markup=False, highlight=False, soft_wrap=True)
