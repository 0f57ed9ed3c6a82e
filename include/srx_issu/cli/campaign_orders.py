"""Orders from the command line: pause, resume, abort one campaign; stop the whole fleet, and take it back."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Annotated

import typer

from srx_issu.cli.airflow_api import AirflowApi
from srx_issu.cli.airflow_replies import ApiFailed
from srx_issu.cli.dag_runs import DagRuns
from srx_issu.cli.follow import await_end
from srx_issu.cli.terminal import Terminal
from srx_issu.ports.dag_names import CAMPAIGN_ORDER_DAG, STOP_VARIABLE

console = Terminal()
LOOK_EVERY_S, LOOKS = 1.0, 60
OpenApi = Callable[[typer.Context], AbstractContextManager[AirflowApi]]

Run = Annotated[str, typer.Argument(help="Campaign run, as 'campaign start' said it")]
Reason = Annotated[str, typer.Option(help="Why; it is written down with your name")]

ORDERS = {
    "pause": "Nothing new starts in this campaign; what runs goes on.",
    "resume": "Go on where it stood.",
    "abort": "Nothing new starts any more; what runs goes on to its end, then the campaign ends.",
}


def add_order(group: typer.Typer, order: str, api_of: OpenApi) -> None:
    @group.command(order, help=ORDERS[order])
    def give(context: typer.Context, run: Run, reason: Reason) -> None:
        with api_of(context) as api:
            moment = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            conf = {"campaign": run, "order": order, "reason": reason}
            orders = api.of(CAMPAIGN_ORDER_DAG)
            made = orders.trigger(f"{order}__{moment}", conf)
            console.print(await_order(orders, made.run_id), highlight=False, soft_wrap=True)


def await_order(orders: DagRuns, run_id: str, pause: Callable[[float], None] = time.sleep) -> str:
    """Until the order is written down, in words. Raises ApiFailed when it was refused."""
    run = await_end(orders, run_id, looks=LOOKS, every_s=LOOK_EVERY_S, pause=pause)
    if run is None:
        return (
            f"Asked for (run {run_id} of {orders.dag_id}), but nobody has taken it yet: is the scheduler up?"
        )
    reply = orders.xcom(run_id, "give_order") or {}
    if run.state != "success":
        raise ApiFailed(f"refused: {reply.get('refused', f'see run {run_id} of {orders.dag_id}')}")
    return f"Ordered: {reply.get('order')} for {reply.get('campaign')}, by {reply.get('by')}"


def add_stop(app: typer.Typer, api_of: OpenApi) -> None:
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
