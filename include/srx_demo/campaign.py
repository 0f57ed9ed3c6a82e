"""``make demo-campaign``: twelve simulated clusters on three sites, upgraded in waves.

One cluster is not ready and one is put back after a fault; the budget allows both. Exit status: 0 when the
campaign ended as it should and the simulator saw exactly one start for each cluster that was started, and
never two clusters of a conflict group at once; 1 when not; 2 when the demo could not be carried out.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from rich.console import Console

from srx_demo import referee
from srx_demo.campaign_scenery import NAME, CampaignScenery, conflict_groups
from srx_demo.lab import Lab, LabFailed
from srx_issu.campaign.naming import DAG_PREFIX
from srx_issu.cli.airflow_api import AirflowApi
from srx_issu.cli.airflow_replies import ApiFailed
from srx_issu.cli.campaign_follow import CampaignFollower
from srx_issu.cli.campaign_run import start_campaign, tell_end
from srx_issu.cli.outcome import EXIT_GREEN, EXIT_NOT_DONE, EXIT_RED
from srx_issu.stack.embedded.__main__ import FAILURES
from srx_issu.stack.embedded.stack import Stack
from srx_issu.stack.processes.ending import Ended, ending_on_signals, watch
from srx_issu.stack.processes.home import Home

FLEET = Path(__file__).resolve().parents[1] / "srx_lab" / "topologies" / "fleet.yaml"
NOT_READY, PUT_BACK = "fra-edge-02", "lon-edge-02"
CAMPAIGN: dict[str, Any] = {
    "select": {"clusters": ["*"]},
    "canary": ["ams-branch-01"],
    "waves": ["40%", "rest"],
    "in_flight": {"campaign": 6, "per_site": 3},
    "budget": {"total": "2"},
    "gates": {"plan": True},
}
EXPECTED = {"UPGRADED": 10, "NOT_READY": 1, "ROLLED_BACK": 1}
DEFAULT_SPEED = 120.0
console = Console()


def demonstrate(scenery: CampaignScenery, *, keep: bool) -> int:
    with Stack(scenery.home, scenery.options(), say=say) as stack:
        scenery.check = stack.check
        scenery.lab.inject("var_tmp_full_on_both", NOT_READY)
        scenery.lab.inject("cold_sync_never_completes", PUT_BACK)
        say(f"Broken on purpose: {NOT_READY} has no space for the image, {PUT_BACK} will not synchronize")
        with AirflowApi(scenery.login(stack.url)) as api:
            run_id = start_campaign(api, NAME)
            console.print(
                f"\nCampaign run {run_id}; its plan is approved here by the demo\n", highlight=False
            )
            follower = CampaignFollower(
                api=api,
                console=console,
                name=NAME,
                each_look=stack.check,
                ask=lambda task: approve(api, run_id, task),
            )
            run = follower.follow(run_id)
            status = tell_end(api, NAME, run_id, run.state)
        faults = judge(scenery, results_of(scenery))
        for fault in faults:
            console.print(fault, style="bold red", highlight=False, soft_wrap=True)
        if not faults:
            console.print("The simulator agrees: one start a cluster, no conflict group twice at once")
        if keep:
            console.print(f"\nAirflow stays up: {stack.url}; passwords: {scenery.home.users_file}")
            watch(stack.check)
        return EXIT_GREEN if status == EXIT_GREEN and not faults else EXIT_RED


def approve(api: AirflowApi, run_id: str, task: str) -> None:
    """What 'srx-issu campaign answer RUN --option Approve' does; a hold is left to a person."""
    if not task.startswith("approve"):
        console.print(f"{task} asks: answer it in Airflow", style="bold", highlight=False)
        return
    runs = api.of(f"{DAG_PREFIX}{NAME}")
    for question in runs.questions(run_id):
        console.print(question.body, markup=False, highlight=False)
        runs.answer(run_id, question.task_id, "Approve")


def results_of(scenery: CampaignScenery) -> dict[str, str]:
    """Cluster -> result, from the report's table."""
    found = sorted((scenery.home.evidence / "campaigns").glob("*/report.csv"))
    if not found:
        return {}
    with found[-1].open(newline="") as table:
        return {row["cluster"]: row["result"] for row in csv.DictReader(table)}


def judge(scenery: CampaignScenery, results: dict[str, str], wanted: dict[str, int] = EXPECTED) -> list[str]:
    """What is not as it should be, by the simulator's own account; ``wanted`` counts the results."""
    faults = []
    counts = Counter("UPGRADED" if r.startswith("UPGRADED") else r for r in results.values())
    if dict(counts) != wanted:
        faults.append(f"expected {wanted}, the report says {dict(counts)}")
    events = list(scenery.lab.events())
    started = referee.starts(events)
    for name in (cluster.name for cluster in scenery.clusters):
        expected = int(results.get(name, "NOT_STARTED") not in ("NOT_READY", "NOT_STARTED", "REFUSED"))
        if started[name] != expected:
            faults.append(f"{name}: {started[name]} starts, the report says {results.get(name)}")
    return faults + referee.overlaps(events, conflict_groups(scenery.clusters))


def say(text: str) -> None:
    console.print(text, style="dim", markup=False, highlight=False, soft_wrap=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m srx_demo.campaign", description=__doc__)
    parser.add_argument("--speed", type=float, default=DEFAULT_SPEED, help="of the simulated clocks")
    parser.add_argument("--keep", action="store_true", help="leave Airflow up afterwards, until Ctrl-C")
    given = parser.parse_args()
    home = Home(root=Home.default().root / "demo-campaign")
    lab = Lab(state=home.root / "lab", topology=FLEET, speed=given.speed)
    scenery = CampaignScenery.of(home, lab, CAMPAIGN)
    with ending_on_signals():
        return demonstrate(scenery, keep=given.keep)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Ended as ended:
        sys.exit(128 + ended.number)
    except (*FAILURES, LabFailed, ApiFailed) as failure:
        say(str(failure))
        sys.exit(EXIT_NOT_DONE)
