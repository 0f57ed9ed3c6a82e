"""``make demo``: from nothing to an upgraded cluster, and what to look at afterwards.

Exit status: 0 when the outcome is green (UPGRADED, UPGRADED_WITH_FINDINGS, ALREADY_CURRENT), 1 when it is
not (NOT_READY and the others), 2 when the demo itself could not be carried out.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from srx_demo.approving import MOST, USERS, Approvers
from srx_demo.at_the_cables import AtTheCables
from srx_demo.lab import Lab, LabFailed, fault_names, models_of, releases_of
from srx_demo.proving import prove
from srx_demo.routes import DEMOS, RouteDemo, demo_of
from srx_demo.scenery import TARGET_MODELS, Scenery, lab_table
from srx_issu.campaign.order import ROUTE_KEY
from srx_issu.catalog.faults import nearest
from srx_issu.cli.airflow_api import AirflowApi
from srx_issu.cli.airflow_replies import ApiFailed
from srx_issu.cli.display import phase_table
from srx_issu.cli.main import summary
from srx_issu.cli.outcome import EXIT_NOT_DONE
from srx_issu.cli.run_ids import new_run_id
from srx_issu.cli.upgrade_follow import Followed, UpgradeFollower
from srx_issu.domain.upgrade.route import Route
from srx_issu.stack.embedded.__main__ import FAILURES
from srx_issu.stack.embedded.stack import Stack
from srx_issu.stack.processes.ending import Ended, ending_on_signals, watch
from srx_issu.stack.processes.home import Home

DEFAULT_SPEED = 60.0
ON_SITE = "the demonstration itself"
console = Console()


def demonstrate(scenery: Scenery, faults: Sequence[str], demo: RouteDemo, *, keep: bool) -> int:
    with Stack(scenery.home, scenery.options(), say=say) as stack:
        scenery.check = stack.check
        cluster = scenery.cluster
        image = scenery.image_for(cluster.name)
        for fault in faults:
            scenery.break_it(fault)
            console.print(f"Fault injected into the simulated cluster: {fault}", highlight=False)
        console.print(
            f"\n{demo.route.label}: {cluster.name}, a simulated {cluster.model} cluster, to {image.release}; "
            f"its clocks run {scenery.lab.speed:g} times as fast as ours\n",
            highlight=False,
            soft_wrap=True,
        )
        with AirflowApi(scenery.login(stack.url)) as api:
            followed = upgrade(api, scenery, stack, demo)
        conclude(followed, scenery, stack)
        if keep:
            console.print(f"\nAirflow stays up: {stack.url}", highlight=False)
            console.print(
                f"Passwords: {scenery.home.users_file}; Ctrl-C ends it", highlight=False, soft_wrap=True
            )
            watch(stack.check)
        return followed.ending.exit_status


def upgrade(api: AirflowApi, scenery: Scenery, stack: Stack, demo: RouteDemo) -> Followed:
    """What ``srx-issu upgrade CLUSTER --image IMAGE --route ROUTE --follow`` does; who must approve says the
    policy."""
    conf = {
        "cluster": scenery.cluster.name,
        "image": scenery.image_for(scenery.cluster.name).path.name,
        "approval": None,
        "fail_back": True,
        "plan_only": False,
        "window_start": None,
        "window_end": None,
        ROUTE_KEY: demo.route.value,
        **({"on_site": ON_SITE} if demo.route is Route.MINIMAL_DOWNTIME else {}),
    }
    upgrades = api.of(demo.dag_id)
    run = upgrades.trigger(new_run_id(scenery.cluster.name), conf)
    people = Approvers(
        users=scenery.approvers,
        log_in=lambda user: AirflowApi(scenery.login(stack.url, user)),
        console=console,
        dag_id=demo.dag_id,
        hands=AtTheCables(lab=scenery.lab, cluster=scenery.cluster.name, console=console),
    )

    def each_look() -> None:
        stack.check()
        people.look(run.run_id)

    return UpgradeFollower(runs=upgrades, console=console, each_look=each_look).follow(run.run_id)


def conclude(followed: Followed, scenery: Scenery, stack: Stack) -> None:
    if not console.is_terminal and followed.run.ended:
        console.print(phase_table(followed.phases, followed.run.ended))
    summary(followed, console, str(scenery.home.evidence / (followed.ending.report or "")))
    export = (scenery.home.evidence / (followed.ending.report or "report")).with_name("journal.jsonl")
    console.print(
        f"Journal: {prove(stack.home, followed.run.run_id, export)}", highlight=False, soft_wrap=True
    )
    console.print("\nThe simulator's own view of both nodes:", highlight=False)
    console.print(lab_table(scenery.lab.status()))
    console.print(f"\nEvidence: {scenery.home.evidence}", highlight=False, soft_wrap=True)
    console.print(
        f"Logs:     {stack.home.logs}, tasks in {stack.home.airflow / 'logs'}",
        highlight=False,
        soft_wrap=True,
    )


def say(text: str) -> None:
    console.print(text, style="dim", markup=False, highlight=False, soft_wrap=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m srx_demo", description=__doc__)
    parser.add_argument(
        "--fault",
        metavar="NAMES",
        default="",
        help="break the cluster first, by one fault or several; 'python -m srx_lab faults' lists them",
    )
    parser.add_argument(
        "--speed", type=float, default=DEFAULT_SPEED, help="of the simulated clocks (default: 60)"
    )
    parser.add_argument("--keep", action="store_true", help="leave Airflow up afterwards, until Ctrl-C")
    parser.add_argument(
        "--approvers",
        type=int,
        choices=range(MOST + 1),
        help="let so many people approve it; the demo answers for them (default: 0 for an ISSU, else 1)",
    )
    parser.add_argument("--route", default="issu", help=f"one of {', '.join(DEMOS)} (default: %(default)s)")
    parser.add_argument("--topology", type=Path, help="another simulated cluster")
    parser.add_argument("--release", help="to upgrade it to")
    return parser.parse_args()


def main() -> int:
    given = arguments()
    faults = given.fault.split()
    if faults and (unknown := sorted(set(faults) - set(known := fault_names()))):
        hint = nearest(unknown[0], known, else_say="no name is like it.")
        raise LabFailed(f"no fault {unknown[0]!r}: {hint} 'python -m srx_lab faults' lists all")
    demo = demo_of(given.route)
    topology, release = given.topology or demo.path, given.release or demo.release
    home = Home(root=Home.default().root / "demo")
    lab = Lab(state=home.root / "lab", topology=topology, speed=given.speed)
    others = dict.fromkeys(set(models_of(topology)) - set(TARGET_MODELS), release)
    scenery = Scenery.build(home, lab, release=release, others=others)
    if demo.route is not Route.ISSU:
        runs = {model: old for model, old in releases_of(topology).items() if old != release}
        scenery.keep_old_images(runs)
    scenery.approvers = USERS[: demo.approvers if given.approvers is None else given.approvers]
    with ending_on_signals():
        return demonstrate(scenery, faults, demo, keep=given.keep)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Ended as ended:
        sys.exit(128 + ended.number)
    except (*FAILURES, LabFailed, ApiFailed) as failure:
        say(str(failure))
        sys.exit(EXIT_NOT_DONE)
