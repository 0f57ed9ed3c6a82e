"""``make bench-idle``: what an embedded stack costs while nothing is to be done, component by component.

The simulated clusters beside it are no part of that. Figures of the machine it runs on: on a busy one they
are too high, since a core that is shared with others takes more time for the same work.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table

from srx_demo.lab import DEMO_TOPOLOGY, Lab
from srx_demo.meter import cpu_s
from srx_demo.scenery import Scenery
from srx_issu.stack.embedded.__main__ import FAILURES
from srx_issu.stack.embedded.stack import Stack
from srx_issu.stack.processes.ending import Ended, ending_on_signals
from srx_issu.stack.processes.home import Home

SETTLE_S, MEASURE_S = 60.0, 60.0
AIM_CORES = 0.15
SUPERVISOR = "supervisor"
NOT_OF_THE_STACK = ("lab",)
console = Console()


def idle_cores(stack: Stack, seconds: float = MEASURE_S) -> dict[str, float]:
    """Component -> cores it used for so long; this process, which supervises them, included."""
    sessions = {n: sid for n, sid in stack.supervisor.sessions.items() if n not in NOT_OF_THE_STACK}
    began, before = time.monotonic(), _used(sessions)
    time.sleep(seconds)
    passed, after = time.monotonic() - began, _used(sessions)
    return {name: (after[name] - before[name]) / passed for name in after}


def _used(sessions: Mapping[str, int]) -> dict[str, float]:
    own = os.times()
    return {**{name: cpu_s([sid]) for name, sid in sessions.items()}, SUPERVISOR: own.user + own.system}


def as_table(cores: Mapping[str, float]) -> Table:
    table = Table(box=None, pad_edge=False, title="Idle: % of a core", title_justify="left")
    table.add_column("Component", min_width=16)
    table.add_column("%", justify="right", min_width=6)
    for name, used in sorted(cores.items(), key=lambda each: -each[1]):
        table.add_row(name, f"{100 * used:.1f}")
    table.add_row("together", f"{100 * sum(cores.values()):.1f}")
    table.add_row("aim", f"{100 * AIM_CORES:.1f}")
    return table


def measure(folder: Path, settings: Mapping[str, str], settle_s: float, measure_s: float) -> dict[str, float]:
    """On a stack of its own, with Airflow's ``settings`` over the shipped ones."""
    home = Home(root=folder / "home")
    scenery = Scenery.build(home, Lab(state=home.root / "lab", topology=DEMO_TOPOLOGY, speed=1.0), image_mb=2)
    scenery.settings = settings
    with Stack(home, scenery.options(), say=console.print) as stack:
        scenery.check = stack.check
        console.print(f"letting it settle for {settle_s:.0f} s, then measuring for {measure_s:.0f} s")
        time.sleep(settle_s)
        cores = idle_cores(stack, measure_s)
        stack.check()
    return cores


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m srx_demo.idle", description=__doc__)
    parser.add_argument("--settle", type=float, default=SETTLE_S, metavar="SECONDS")
    parser.add_argument("--measure", type=float, default=MEASURE_S, metavar="SECONDS")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="SECTION__NAME=VALUE",
        help="another setting of Airflow's",
    )
    return parser.parse_args()


def main() -> int:
    given = arguments()
    settings = {f"AIRFLOW__{name}": value for name, _, value in (each.partition("=") for each in given.set)}
    folder = Path(tempfile.mkdtemp(prefix="srx-issu-idle-"))
    try:
        with ending_on_signals():
            cores = measure(folder, settings, given.settle, given.measure)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    console.print(as_table(cores))
    console.print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Ended as ended:
        sys.exit(128 + ended.number)
    except FAILURES as failure:
        sys.exit(str(failure))
