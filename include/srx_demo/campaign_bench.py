"""``make bench-campaign CLUSTERS=50``: every cluster in flight at once, and what that costs.

Prints makespan against the lab's device time, CPU seconds a cluster, peak memory, and how many workers were
held by tasks that only wait. With ``TROUBLE=1`` one cluster fails in the midst of the crowd, and requests
come that are to be refused. Exit status 0 when every cluster ended as it should and every promise was kept.

At 60 times real speed the first clusters are upgraded before two cores have started fifty. So the simulated
clocks run as fast as leaves this machine the time to have all of them in flight; SPEED says otherwise.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console

from srx_demo import referee
from srx_demo.campaign import say
from srx_demo.campaign_judge import results_of
from srx_demo.campaign_scenery import NAME, CampaignScenery
from srx_demo.lab import DEMO_TOPOLOGY, Lab, LabFailed
from srx_demo.meter import Meter, cpu_s
from srx_demo.one_upgrade import sessions_of
from srx_demo.trouble import Trouble
from srx_issu.cli.airflow_api import AirflowApi
from srx_issu.cli.airflow_replies import ApiFailed
from srx_issu.cli.campaign_follow import CampaignFollower
from srx_issu.cli.campaign_run import start_campaign, tell_end
from srx_issu.cli.outcome import EXIT_GREEN, EXIT_NOT_DONE, EXIT_RED
from srx_issu.ports.dag_names import UPGRADE_DAG
from srx_issu.stack.embedded.__main__ import FAILURES
from srx_issu.stack.embedded.stack import Stack
from srx_issu.stack.processes.ending import Ended, ending_on_signals
from srx_issu.stack.processes.home import Home

MAKESPAN, MEMORY_GB = 1.3, 2.0  # what is promised: times the slowest device's own time; of the stack
CARRIED = 75.0  # clusters times speed for each core, so that the starts take a quarter of the devices' time
FASTEST = 60.0
WAITS = ("GoalSensor", "WindowSensor")  # the operators of issu_cluster that only wait
console = Console()


@dataclass(frozen=True, kw_only=True)
class Ran:
    """The campaign, over; times in seconds of ours."""

    clusters: int
    results: Mapping[str, str]
    makespan_s: float
    device_s: float  # what the slowest device took by itself
    in_flight: int
    cpu_s: float
    peak_bytes: int
    held: Sequence[int]  # workers held by waits, a look
    most_busy: int
    usually_busy: float

    @property
    def upgraded(self) -> int:
        return sum(result.startswith("UPGRADED") for result in self.results.values())

    def figures(self) -> dict[str, str]:
        stretch = self.makespan_s / max(self.device_s, 1.0)
        return {
            "clusters upgraded": f"{self.upgraded} of {self.clusters}",
            "in flight at once": f"{self.in_flight}, by the simulator's log",
            "makespan": f"{self.makespan_s:.0f} s; the slowest device alone takes {self.device_s:.0f} s",
            "makespan / device": f"{stretch:.2f}; promised <= {MAKESPAN}",
            "CPU of the stack": f"{self.cpu_s:.0f} s, {self.cpu_s / self.clusters:.1f} s a cluster",
            "peak memory (PSS)": f"{self.peak_bytes / 1e9:.2f} GB without the lab; promised <= {MEMORY_GB}",
            "workers held by waits": f"{max(self.held)} at most, in {len(self.held)} looks",
            "busy workers": f"{self.most_busy} at most, {self.usually_busy:g} usually",
        }

    def missed(self, rolled_back: int) -> list[str]:
        """What was promised and is not so; of the makespan nothing is promised where a cluster fails."""
        kept = {
            "results": self.upgraded == self.clusters - rolled_back
            and list(self.results.values()).count("ROLLED_BACK") == rolled_back,
            "workers held by waits": max(self.held) == 0,
            "peak memory": self.peak_bytes <= MEMORY_GB * 1e9,
            "makespan": rolled_back > 0 or self.makespan_s <= MAKESPAN * self.device_s,
        }
        return [name for name, is_kept in kept.items() if not is_kept]


def bench(scenery: CampaignScenery, clusters: int, *, troubled: bool) -> int:
    with (
        Stack(scenery.home, scenery.options(), say=say) as stack,
        AirflowApi(scenery.login(stack.url)) as api,
    ):
        scenery.check = stack.check
        trouble = Trouble.of(scenery, api) if troubled else None
        ran = run(stack, scenery, api, clusters, trouble)
        missed = ran.missed(int(troubled))
        say_figures(ran.figures())
        if trouble is not None:
            say_figures(trouble.figures())
            missed += trouble.missed()
    if missed:
        console.print(f"not kept: {'; '.join(missed)}", style="bold red", highlight=False)
    return EXIT_RED if missed else EXIT_GREEN


def run(
    stack: Stack, scenery: CampaignScenery, api: AirflowApi, clusters: int, trouble: Trouble | None
) -> Ran:
    sids, held = frozenset(sessions_of(stack).values()), list[int]()

    def look() -> None:
        stack.check()
        held.append(api.of(UPGRADE_DAG).count_tasks("running", WAITS))
        if trouble is not None:
            trouble.look()

    with Meter(sids) as meter:
        began, cpu_began = time.monotonic(), cpu_s(sids)
        run_id = start_campaign(api, NAME)
        quiet = Console(quiet=True)
        follower = CampaignFollower(api=api, console=quiet, name=NAME, each_look=look, pause=_pause)
        over = follower.follow(run_id)
        makespan_s, spent_s = time.monotonic() - began, cpu_s(sids) - cpu_began
    tell_end(api, NAME, run_id, over.state)
    events = list(scenery.lab.events())
    return Ran(
        clusters=clusters,
        results=results_of(scenery),
        makespan_s=makespan_s,
        device_s=max(referee.device_times_s(events).values(), default=0.0) / scenery.lab.speed,
        in_flight=referee.most_at_once(events),
        cpu_s=spent_s,
        peak_bytes=meter.peak_bytes,
        held=held,
        most_busy=meter.most_busy,
        usually_busy=meter.usually_busy,
    )


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


def carried_speed(clusters: int, cores: int) -> float:
    """Of the simulated clocks, so that ``clusters`` can all be in flight at once."""
    return min(FASTEST, max(1.0, round(CARRIED * cores / clusters, 1)))


def _pause(seconds: float) -> None:
    time.sleep(5 * seconds)  # looking costs CPU that is to be measured


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m srx_demo.campaign_bench", description=__doc__)
    parser.add_argument("--clusters", type=int, default=50)
    parser.add_argument(
        "--speed", type=float, help="of the simulated clocks (default: by clusters and cores)"
    )
    parser.add_argument("--trouble", action="store_true", help="one cluster fails in the midst of the crowd")
    given = parser.parse_args()
    home = Home(root=Home.default().root / "bench-campaign")
    campaign = {
        "select": {"clusters": ["*"]},
        "waves": ["rest"],
        "in_flight": {"campaign": given.clusters},
        "budget": {"total": str(int(given.trouble))},
        "gates": {"plan": False},
    }
    path = topology(home.root.with_suffix(".yaml"), given.clusters)
    speed = given.speed or carried_speed(given.clusters, os.cpu_count() or 1)
    console.print(f"{given.clusters} clusters at {speed:g} times real speed", highlight=False)
    lab = Lab(state=home.root / "lab", topology=path, speed=speed)
    with ending_on_signals():
        return bench(CampaignScenery.of(home, lab, campaign), given.clusters, troubled=given.trouble)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Ended as ended:
        sys.exit(128 + ended.number)
    except (*FAILURES, LabFailed, ApiFailed) as failure:
        say(str(failure))
        sys.exit(EXIT_NOT_DONE)
