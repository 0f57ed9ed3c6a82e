"""``make demo-campaign``: twelve simulated clusters on three sites, upgraded in waves.

One cluster is not ready and one is put back after a fault; the budget allows both. With ``FLEET=mixed`` six
clusters of three routes go in one campaign: ISSU, ICU and dual reboot, each as its model can have it.

Exit status: 0 when the campaign ended as it should and the simulator saw each cluster that was started begin
exactly once, by its route, and never two clusters of a conflict group at once; 1 when not; 2 when the demo
could not be carried out.
"""

from __future__ import annotations

import argparse
import sys
import time

from rich.console import Console

from srx_demo.approving import Approvers
from srx_demo.campaign_judge import judge, report_table, results_of
from srx_demo.campaign_scenery import NAME, CampaignScenery
from srx_demo.fleets import FLEETS, FleetDemo, fleet_of
from srx_demo.lab import Lab, LabFailed
from srx_demo.looking import look_at_all
from srx_demo.proving import prove_all
from srx_demo.scenery import USER
from srx_issu.campaign.naming import DAG_PREFIX
from srx_issu.cli.airflow_api import AirflowApi
from srx_issu.cli.airflow_replies import ApiFailed
from srx_issu.cli.campaign_follow import CampaignFollower
from srx_issu.cli.campaign_run import start_campaign, tell_end
from srx_issu.cli.outcome import EXIT_GREEN, EXIT_NOT_DONE, EXIT_RED
from srx_issu.ports.dag_names import UPGRADE_DAGS
from srx_issu.stack.embedded.__main__ import FAILURES
from srx_issu.stack.embedded.stack import Stack
from srx_issu.stack.processes.ending import Ended, ending_on_signals, watch
from srx_issu.stack.processes.home import Home

DEFAULT_SPEED = 120.0
console = Console()


def demonstrate(scenery: CampaignScenery, demo: FleetDemo, *, keep: bool) -> int:
    with Stack(scenery.home, scenery.options(), say=say) as stack:
        scenery.check = stack.check
        for cluster, fault in demo.faults.items():
            scenery.lab.inject(fault, cluster)
            say(f"Broken on purpose: {cluster}, {fault}")
        with AirflowApi(scenery.login(stack.url)) as api:
            if demo.looks_first:
                say("An audit looks at every cluster, so that the plan can judge the routes")
                look_at_all(api, stack.check)
            began = time.time()
            status = run(scenery, demo, api, stack)
        faults = judge(scenery, demo, results_of(scenery), began)
        console.print(report_table(scenery))
        journal, is_whole = prove_all(stack.home)
        console.print(f"\nJournal:\n{journal}", markup=False, highlight=False, soft_wrap=True)
        faults += [] if is_whole else ["the journal is not whole"]
        for fault in faults:
            console.print(fault, style="bold red", highlight=False, soft_wrap=True)
        if not faults:
            console.print("The simulator agrees: one start a cluster, no conflict group twice at once")
        if keep:
            console.print(f"\nAirflow stays up: {stack.url}; passwords: {scenery.home.users_file}")
            watch(stack.check)
        return EXIT_GREEN if status == EXIT_GREEN and not faults else EXIT_RED


def run(scenery: CampaignScenery, demo: FleetDemo, api: AirflowApi, stack: Stack) -> int:
    """To the campaign's end; the demo's people answer what the campaign and its upgrades ask."""
    run_id = start_campaign(api, NAME)
    console.print(f"\nCampaign run {run_id}; what it asks is answered here by the demo\n", highlight=False)
    people = [
        Approvers(
            users=scenery.approvers or (USER,),
            log_in=lambda user: AirflowApi(scenery.login(stack.url, user)),
            console=console,
            dag_id=dag_id,
        )
        for dag_id in (
            f"{DAG_PREFIX}{NAME}",
            *sorted({UPGRADE_DAGS[route] for route in demo.routes.values()}),
        )
    ]

    def each_look() -> None:
        stack.check()
        for each in people:
            each.look_at_all()

    follower = CampaignFollower(api=api, console=console, name=NAME, each_look=each_look, ask=tell_hold)
    return tell_end(api, NAME, run_id, follower.follow(run_id).state)


def tell_hold(task: str) -> None:
    if task.endswith("hold"):
        console.print(f"{task} asks: answer it in Airflow", style="bold", highlight=False)


def say(text: str) -> None:
    console.print(text, style="dim", markup=False, highlight=False, soft_wrap=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m srx_demo.campaign", description=__doc__)
    parser.add_argument("--fleet", default="issu", help=f"one of {', '.join(FLEETS)} (default: %(default)s)")
    parser.add_argument("--speed", type=float, default=DEFAULT_SPEED, help="of the simulated clocks")
    parser.add_argument("--keep", action="store_true", help="leave Airflow up afterwards, until Ctrl-C")
    given = parser.parse_args()
    demo = fleet_of(given.fleet)
    home = Home(root=Home.default().root / "demo-campaign")
    lab = Lab(state=home.root / "lab", topology=demo.path, speed=given.speed)
    scenery = CampaignScenery.showing(home, lab, demo)
    with ending_on_signals():
        return demonstrate(scenery, demo, keep=given.keep)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Ended as ended:
        sys.exit(128 + ended.number)
    except (*FAILURES, LabFailed, ApiFailed) as failure:
        say(str(failure))
        sys.exit(EXIT_NOT_DONE)
