"""``make bench-campaign CLUSTERS=50``: every cluster in flight at once, and what that costs.

Prints makespan against the lab's device time, CPU seconds a cluster, peak memory, and how many workers were
held by tasks that only wait. Exit status 0 when every cluster was upgraded and no wait held a worker.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console

from srx_demo import referee
from srx_demo.campaign import results_of, say
from srx_demo.campaign_scenery import NAME, CampaignScenery
from srx_demo.lab import DEMO_TOPOLOGY, Lab, LabFailed
from srx_demo.meter import Meter, cpu_s
from srx_issu.cli.airflow_api import ApiFailed
from srx_issu.cli.campaign_api import UPGRADE_DAG, CampaignApi
from srx_issu.cli.campaign_follow import CampaignFollower
from srx_issu.cli.campaign_run import start_campaign, tell_end
from srx_issu.cli.outcome import EXIT_GREEN, EXIT_NOT_DONE, EXIT_RED
from srx_issu.embedded import running
from srx_issu.embedded.__main__ import FAILURES, Ended, ending_on_signals
from srx_issu.embedded.home import Home
from srx_issu.embedded.stack import Stack

SAMPLE_S = 2.0
WAITS = ("GoalSensor", "WindowSensor")  # the operators of issu_cluster that only wait
console = Console()


def bench(scenery: CampaignScenery, clusters: int) -> int:
    with Stack(scenery.home, scenery.options(), say=say) as stack:
        scenery.check = stack.check
        found = running.read(scenery.home)
        assert found is not None
        sids = frozenset(sid for name, sid in found.sessions.items() if name != "lab")
        with CampaignApi(scenery.login(stack.url)) as api, Meter(sids) as meter:
            held: list[int] = []

            def look() -> None:
                stack.check()
                held.append(api.count_tasks(UPGRADE_DAG, "running", WAITS))

            began, cpu_began = time.monotonic(), cpu_s(sids)
            run_id = start_campaign(api, NAME)
            quiet = Console(quiet=True)
            follower = CampaignFollower(api=api, console=quiet, name=NAME, each_look=look, pause=_pause)
            run = follower.follow(run_id)
            makespan_s, spent_s = time.monotonic() - began, cpu_s(sids) - cpu_began
            tell_end(api, NAME, run_id, run.state)
        results, events = results_of(scenery), list(scenery.lab.events())
        good = sum(result.startswith("UPGRADED") for result in results.values())
        device_s = max(referee.device_times_s(events).values(), default=0.0) / scenery.lab.speed
        say_figures(
            {
                "clusters upgraded": f"{good} of {clusters}",
                "in flight at once": f"{referee.most_at_once(events)}, by the simulator's log",
                "makespan": f"{makespan_s:.0f} s; the devices alone take {device_s:.0f} s",
                "CPU of the stack": f"{spent_s:.0f} s, {spent_s / clusters:.1f} s a cluster",
                "peak memory (PSS)": f"{meter.peak_bytes / 1e9:.2f} GB, the lab not counted",
                "workers held by waits": f"{max(held)} at most, in {len(held)} looks",
                "busy workers": f"{meter.most_busy} at most, {meter.usually_busy:g} usually",
            }
        )
        return EXIT_GREEN if good == clusters and max(held) == 0 else EXIT_RED


def say_figures(figures: Mapping[str, str]) -> None:
    for name, value in figures.items():
        console.print(f"{name:<22} {value}", highlight=False)


def topology(path: Path, clusters: int) -> Path:
    """The demo's healthy cluster, many times over, on three sites; no two in a conflict group."""
    content: dict[str, Any] = yaml.safe_load(DEMO_TOPOLOGY.read_text())
    (pattern,) = content["clusters"]
    content["clusters"] = [
        {**pattern, "name": f"fw{number:03}", "site": "abc"[number % 3], "cluster_id": number % 255 + 1}
        for number in range(1, clusters + 1)
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content))
    return path


def _pause(seconds: float) -> None:
    time.sleep(5 * seconds)  # looking costs CPU that is to be measured


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m srx_demo.campaign_bench", description=__doc__)
    parser.add_argument("--clusters", type=int, default=50)
    parser.add_argument("--speed", type=float, default=60.0, help="of the simulated clocks")
    given = parser.parse_args()
    home = Home(root=Home.default().root / "bench-campaign")
    campaign = {
        "select": {"clusters": ["*"]},
        "waves": ["rest"],
        "in_flight": {"campaign": given.clusters},
        "budget": {"total": "0"},
        "gates": {"plan": False},
    }
    path = topology(home.root.with_suffix(".yaml"), given.clusters)
    lab = Lab(state=home.root / "lab", topology=path, speed=given.speed)
    with ending_on_signals():
        return bench(CampaignScenery.of(home, lab, campaign), given.clusters)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Ended as ended:
        sys.exit(128 + ended.number)
    except (*FAILURES, LabFailed, ApiFailed) as failure:
        say(str(failure))
        sys.exit(EXIT_NOT_DONE)
