"""``make bench``: what one upgrade costs, beyond what the device itself takes.

First what the stack costs while nothing is to be done, then two upgrades of two simulated clusters at 60
times real speed: the first on a stack that has only just come up (nothing loaded, nothing compiled), the
second as every later one. Then one at 5 times: what is paid for each minute of waiting shows there. Figures
of the machine it runs on. Exit status 0 when every promise was kept.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml
from rich.console import Console
from rich.table import Table

from srx_demo import idle
from srx_demo.lab import DEMO_TOPOLOGY, Lab, LabFailed
from srx_demo.one_upgrade import BenchFailed, Measured, measure
from srx_demo.scenery import Scenery
from srx_issu.cli.airflow_api import AirflowApi
from srx_issu.cli.airflow_replies import ApiFailed
from srx_issu.cli.outcome import EXIT_GREEN, EXIT_NOT_DONE, EXIT_RED
from srx_issu.ports.dag_names import UPGRADE_DAG
from srx_issu.stack.embedded.__main__ import FAILURES
from srx_issu.stack.embedded.stack import Stack
from srx_issu.stack.processes.ending import Ended, ending_on_signals
from srx_issu.stack.processes.home import Home

SPEEDS = (60.0, 5.0)
UPGRADES = {60.0: 2}  # at any other speed one
LIMIT_S, DEVICE_LIMIT_S = 300.0, 7200.0  # of ours; of a device that takes long, at real speed
console = Console()


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line of the table. ``aim`` is the most that is promised; only of the last value."""

    name: str
    values: tuple[float, ...]
    aim: float | None = None
    unit: str = ""

    @property
    def is_kept(self) -> bool:
        return self.aim is None or self.values[-1] <= self.aim


def figures(found: Sequence[Measured], idle_cores: float, speed: float) -> tuple[Figure, ...]:
    """Of the upgrades at one speed. What is promised, is promised at 60 times real speed."""

    def each(name: str) -> tuple[float, ...]:
        return tuple(float(getattr(one, name)) for one in found)

    at_sixty = speed == max(SPEEDS)
    beyond_idle = tuple(one.cpu_s - idle_cores * one.wall_s for one in found)
    return (
        Figure(name="whole run", values=each("wall_s"), unit="s"),
        Figure(name="of which the device", values=each("device_s"), unit="s"),
        Figure(
            name="beyond the device", values=each("beyond_device_s"), aim=40.0 if at_sixty else None, unit="s"
        ),
        Figure(name="CPU of the stack", values=each("cpu_s"), aim=20.0 if at_sixty else None, unit="s"),
        Figure(name="of it beyond idling", values=beyond_idle, unit="s"),
        Figure(name="of it by workers", values=each("worker_cpu_s"), unit="s"),
        Figure(name="tasks", values=each("tasks"), aim=40),
        Figure(name="worker starts", values=each("task_starts"), aim=12),
        Figure(name="database connections", values=each("connections"), aim=60),
        Figure(name="workers held while waiting", values=each("busy_while_waiting"), aim=0),
    )


def as_table(title: str, lines: Sequence[Figure]) -> Table:
    """The last upgrade against what is promised."""
    table = Table(box=None, pad_edge=False, title=title, title_justify="left")
    table.add_column("Figure", min_width=28)
    several = max(len(line.values) for line in lines) > 1
    for column in (*(("first", "later") if several else ("found",)), "promised", "found / promised"):
        table.add_column(column, justify="right", min_width=8)
    for line in lines:
        shown = [f"{value:.2f} {line.unit}" if line.unit else f"{value:.0f}" for value in line.values]
        ratio = f"{line.values[-1] / line.aim:.2f}" if line.aim else ""
        promised = "" if line.aim is None else f"<= {line.aim:g} {line.unit}".strip()
        table.add_row(line.name, *shown, promised, ratio, style=None if line.is_kept else "bold red")
    return table


@contextmanager
def bench_scenery(folder: Path, speed: float, upgrades: int) -> Iterator[tuple[Stack, Scenery]]:
    """A stack of its own, with as many clusters as are to be upgraded."""
    folder.mkdir()
    topology = yaml.safe_load(DEMO_TOPOLOGY.read_text())
    (pattern,) = topology["clusters"]
    topology["clusters"] = [
        {**pattern, "name": f"fw-bench-{n}", "cluster_id": n} for n in range(1, upgrades + 1)
    ]
    (folder / "topology.yaml").write_text(yaml.safe_dump(topology))
    home = Home(root=folder / "home")
    lab = Lab(state=home.root / "lab", topology=folder / "topology.yaml", speed=speed)
    scenery = Scenery.build(home, lab)
    with Stack(home, scenery.options(), say=console.print) as stack:
        scenery.check = stack.check
        yield stack, scenery


def upgrade_all(stack: Stack, scenery: Scenery) -> tuple[list[Measured], float]:
    """The upgrades, one after the other, and the seconds that parsing the DAG's file took."""
    limit_s = LIMIT_S + DEVICE_LIMIT_S / scenery.lab.speed
    found = []
    with AirflowApi(scenery.login(stack.url)) as api:
        upgrades = api.of(UPGRADE_DAG)
        for cluster in scenery.clusters:
            console.print(f"upgrading {cluster.name} at {scenery.lab.speed:g} times real speed")
            found.append(measure(stack, scenery, upgrades, cluster.name, limit_s))
        return found, upgrades.parse_s()


def bench(folder: Path, speeds: Sequence[float]) -> int:
    """Prints a table a speed; returns the exit status."""
    idle_cores: float | None = None
    lines: list[Figure] = []
    for speed in speeds:
        with bench_scenery(folder / f"{speed:g}", speed, UPGRADES.get(speed, 1)) as (stack, scenery):
            if idle_cores is None:
                idle_cores = _idle_cores(stack)
            found, parse_s = upgrade_all(stack, scenery)
        of_speed = figures(found, idle_cores, speed)
        console.print(as_table(f"One upgrade at {speed:g} times real speed", of_speed))
        console.print(f"seen waiting {found[-1].looks_while_waiting} times")
        lines += of_speed
    assert idle_cores is not None
    standing = (
        Figure(name="idle", values=(idle_cores,), aim=idle.AIM_CORES, unit="core"),
        Figure(name="parsing issu_cluster", values=(parse_s,), aim=0.5, unit="s"),
    )
    console.print(as_table("The stack", standing))
    console.print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    missed = [line.name for line in (*lines, *standing) if not line.is_kept]
    if missed:
        console.print(f"not kept: {', '.join(missed)}", style="bold red")
    return EXIT_RED if missed else EXIT_GREEN


def _idle_cores(stack: Stack) -> float:
    console.print(f"letting it settle for {idle.SETTLE_S:.0f} s, then measuring it idle")
    time.sleep(idle.SETTLE_S)
    return sum(idle.idle_cores(stack).values())


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m srx_demo.bench", description=__doc__)
    parser.add_argument(
        "--speed", type=float, action="append", help="of the simulated clocks; may be given several times"
    )
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="srx-issu-bench-"))
    try:
        with ending_on_signals():
            return bench(folder, given.speed or SPEEDS)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Ended as ended:
        sys.exit(128 + ended.number)
    except (BenchFailed, ApiFailed, LabFailed, *FAILURES) as failure:
        console.print(str(failure), style="bold red")
        sys.exit(EXIT_NOT_DONE)
