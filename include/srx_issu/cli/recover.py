"""``srx-issu recover``: puts back a cluster whose ISSU stopped half way (DAG ``issu_recover``)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Annotated

import typer

from srx_issu.cli.airflow_api import AirflowApi
from srx_issu.cli.names import complete_cluster
from srx_issu.cli.paused import refuse_paused
from srx_issu.cli.run_ids import new_recovery_id
from srx_issu.cli.terminal import Terminal
from srx_issu.ports.dag_names import RECOVERY_DAG

console = Terminal()
Airflow = Callable[[typer.Context], AbstractContextManager[AirflowApi]]


def register(app: typer.Typer, airflow: Airflow, follow_it: Callable[[AirflowApi, str], None]) -> None:
    """Adds the command; ``airflow`` opens the API with the caller's login."""

    @app.command()
    def recover(
        context: typer.Context,
        cluster: Annotated[
            str, typer.Argument(help="Name of the cluster in the inventory", autocompletion=complete_cluster)
        ],
        reason: Annotated[str, typer.Option(help="What happened, as far as you know; kept in the journal")],
        image: Annotated[
            str | None, typer.Option(help="Image or release the ISSU was to install, if nothing else tells")
        ] = None,
        take_over: Annotated[
            bool,
            typer.Option("--take-over", help="Take it from a run that needs an operator, or ended half way"),
        ] = False,
        fail_back: Annotated[bool, typer.Option(help="Groups go back to where they were")] = True,
        follow: Annotated[bool, typer.Option("--follow", help="Show it until it is over")] = False,
    ) -> None:
        """Put one cluster back whose ISSU stopped half way, or finish it."""
        conf = {
            "cluster": cluster,
            "reason": reason,
            "image": image,
            "take_over": take_over,
            "fail_back": fail_back,
        }
        with airflow(context) as api:
            recoveries = api.of(RECOVERY_DAG)
            refuse_paused(recoveries)
            run = recoveries.trigger(new_recovery_id(cluster), conf)
            console.print(f"Run {run.run_id}", highlight=False, soft_wrap=True)
            if follow:
                follow_it(api, run.run_id)
