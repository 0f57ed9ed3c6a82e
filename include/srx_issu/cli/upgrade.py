"""``srx-issu upgrade``: starts the DAG of the route that a cluster takes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Annotated

import typer

from srx_issu.campaign.order import ROUTE_KEY
from srx_issu.cli.airflow_api import AirflowApi
from srx_issu.cli.names import complete_cluster
from srx_issu.cli.paused import refuse_paused
from srx_issu.cli.run_ids import new_run_id
from srx_issu.cli.terminal import Terminal
from srx_issu.cli.upgrade_route import AskedRoute, route_for
from srx_issu.cli.which_image import ImageOption, require_image

console = Terminal()
Airflow = Callable[[typer.Context], AbstractContextManager[AirflowApi]]


def register(app: typer.Typer, airflow: Airflow, follow_it: Callable[[AirflowApi, str], None]) -> None:
    """Adds the command; ``airflow`` opens the API with the caller's login."""

    @app.command()
    def upgrade(  # noqa: PLR0913, PLR0917 (one argument an option of the command)
        context: typer.Context,
        cluster: Annotated[
            str, typer.Argument(help="Name of the cluster in the inventory", autocompletion=complete_cluster)
        ],
        image: ImageOption = None,
        route: Annotated[
            AskedRoute,
            typer.Option(help="How both nodes come to it; auto: ISSU, else ICU"),
        ] = AskedRoute.AUTO,
        approval: Annotated[
            bool | None,
            typer.Option(
                "--approval/--no-approval", help="Ask a person although policy does not (never: for less)"
            ),
        ] = None,
        fail_back: Annotated[
            bool, typer.Option(help="Each group back on node0, or where its configured priority prefers")
        ] = True,
        no_validate: Annotated[
            bool,
            typer.Option(
                "--no-validate", help="Leave the node's own validation out; a person must approve that"
            ),
        ] = False,
        on_site: Annotated[
            str | None,
            typer.Option(help="Who is at the cables: minimal_downtime does not start without a name"),
        ] = None,
        fail_back_rg0: Annotated[
            bool | None,
            typer.Option("--fail-back-rg0/--no-fail-back-rg0", help="RG0, too; without it as policy says"),
        ] = None,
        plan_only: Annotated[
            bool, typer.Option("--plan-only", help="Look at everything, change nothing")
        ] = False,
        window_start: Annotated[
            str | None, typer.Option(help="Nothing starts before, ISO 8601 with zone")
        ] = None,
        window_end: Annotated[
            str | None, typer.Option(help="Nothing starts that could not end before")
        ] = None,
        follow: Annotated[bool, typer.Option("--follow", help="Show it until it is over")] = False,
    ) -> None:
        """Upgrade one cluster, in service where its model can."""
        require_image(cluster, image)
        conf: dict[str, object] = {
            "cluster": cluster,
            "image": image,
            "approval": approval,
            "fail_back": fail_back,
            "fail_back_rg0": fail_back_rg0,
            "plan_only": plan_only,
            "window_start": window_start,
            "window_end": window_end,
        }
        if no_validate:  # a route without the option refuses it
            conf["no_validate"] = True
        if on_site is not None:
            conf["on_site"] = on_site
        with airflow(context) as api:
            taken = route_for(cluster, image or "", route)
            console.print(str(taken), markup=False, highlight=False, soft_wrap=True)
            upgrades = api.of(taken.dag_id)
            refuse_paused(upgrades)
            run = upgrades.trigger(new_run_id(cluster), {**conf, ROUTE_KEY: taken.route})
            console.print(f"Run {run.run_id}", highlight=False, soft_wrap=True)
            if follow:
                follow_it(api, run.run_id)
