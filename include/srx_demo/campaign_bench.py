"""``make bench-campaign CLUSTERS=50``: every cluster in flight at once, and what that costs.

Prints makespan against the lab's device time, CPU seconds a cluster, peak memory, and the most worker
processes that were busy at once while clusters waited. Exit status 0 when every cluster was upgraded.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import yaml
from rich.console import Console

from srx_demo import referee
from srx_demo.campaign import results_of, say
from srx_demo.campaign_scenery import NAME, CampaignScenery
from srx_demo.lab import DEMO_TOPOLOGY, Lab, LabFailed
from srx_issu.cli.airflow_api import ApiFailed
from srx_issu.cli.campaign_api import CampaignApi
from srx_issu.cli.campaign_follow import CampaignFollower
from srx_issu.cli.campaign_run import start_campaign, tell_end
from srx_issu.cli.outcome import EXIT_GREEN, EXIT_NOT_DONE, EXIT_RED
from srx_issu.embedded import running
from srx_issu.embedded.__main__ import FAILURES, Ended, ending_on_signals
from srx_issu.embedded.home import Home
from srx_issu.embedded.stack import Stack

SAMPLE_S = 1.0
console = Console()


@dataclass
class Meter:
    """Samples the stack's processes, the lab apart, until it is stopped."""

    sids: frozenset[int]
    cpu_s: dict[int, float] = field(default_factory=dict)
    peak_bytes: int = 0
    peak_tasks: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Meter:
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(SAMPLE_S):
            self._sample()

    def _sample(self) -> None:
        memory, tasks = 0, 0
        for process in psutil.process_iter():
            with suppress(psutil.Error, ProcessLookupError):
                if os.getsid(process.pid) not in self.sids:
                    continue
                times = process.cpu_times()
                self.cpu_s[process.pid] = times.user + times.system
                memory += process.memory_info().rss
                tasks += "airflow worker" in " ".join(process.cmdline())
        self.peak_bytes, self.peak_tasks = max(self.peak_bytes, memory), max(self.peak_tasks, tasks)


def bench(scenery: CampaignScenery, clusters: int) -> int:
    with Stack(scenery.home, scenery.options(), say=say) as stack:
        scenery.check = stack.check
        found = running.read(scenery.home)
        assert found is not None
        sids = frozenset(sid for name, sid in found.sessions.items() if name != "lab")
        with CampaignApi(scenery.login(stack.url)) as api, Meter(sids) as meter:
            began = time.monotonic()
            run_id = start_campaign(api, NAME)
            follower = CampaignFollower(
                api=api, console=Console(quiet=True), name=NAME, each_look=stack.check, pause=_pause
            )
            run = follower.follow(run_id)
            makespan_s = time.monotonic() - began
            tell_end(api, NAME, run_id, run.state)
        good = sum(result.startswith("UPGRADED") for result in results_of(scenery).values())
        cpu_s = sum(meter.cpu_s.values())
        device_s = max(referee.device_times_s(scenery.lab.events()).values(), default=0.0) / scenery.lab.speed
        console.print(f"clusters upgraded        {good} of {clusters}")
        console.print(f"makespan                 {makespan_s:.0f} s; the devices alone take {device_s:.0f} s")
        console.print(f"CPU of the stack         {cpu_s:.0f} s, {cpu_s / clusters:.1f} s a cluster (sampled)")
        console.print(f"peak memory (RSS)        {meter.peak_bytes / 1e9:.2f} GB")
        console.print(
            f"most task processes      {meter.peak_tasks} at once, of {clusters} clusters in flight"
        )
        return EXIT_GREEN if good == clusters else EXIT_RED


def topology(path: Path, clusters: int) -> Path:
    """The demo's healthy cluster, many times over, on three sites."""
    content: dict[str, Any] = yaml.safe_load(DEMO_TOPOLOGY.read_text())
    (pattern,) = content["clusters"]
    content["clusters"] = [
        {**pattern, "name": f"fw-{number:03}", "site": "abc"[number % 3], "cluster_id": number % 255 + 1}
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
