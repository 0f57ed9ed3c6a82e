"""``make bench``: what one upgrade costs, beyond what the device itself takes.

Two upgrades of two simulated clusters, one after the other: the first on a stack that has only just come
up (nothing loaded, nothing compiled), the second as every later one. Figures of the machine it runs on.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import psutil
import yaml
from rich.console import Console
from rich.table import Table

from srx_demo.lab import DEMO_TOPOLOGY, Lab
from srx_demo.scenery import Scenery
from srx_issu.cli.airflow_api import AirflowApi, ApiFailed, ApiUnreachable
from srx_issu.cli.outcome import ending
from srx_issu.cli.run_ids import new_run_id
from srx_issu.embedded.__main__ import FAILURES, Ended, ending_on_signals
from srx_issu.embedded.home import Home
from srx_issu.embedded.stack import Stack

T = TypeVar("T")

SPEED = 60.0
RUN_TIMEOUT_S = 900.0
LOOK_EVERY_S = 1.0  # each costs CPU that is to be measured
LOOKS_A_WAIT = 3  # a shorter wait says nothing: the worker before it is still ending
EXECUTED = "Received executor event with state"  # the scheduler's line for each task that a worker ran
WORKER = "airflow worker"
console = Console()


class BenchFailed(Exception):
    """The upgrade to be measured did not end as UPGRADED."""


@dataclass(kw_only=True)
class Measured:
    """One upgrade."""

    wall_s: float
    device_s: float
    worker_cpu_s: float
    task_starts: int
    busy_while_waiting: int  # workers that one wait held
    looks_while_waiting: int = field(default=0)

    @property
    def beyond_device_s(self) -> float:
        return self.wall_s - self.device_s


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line of the table."""

    name: str
    values: tuple[float, ...]
    aim: float | None
    unit: str


def measure(stack: Stack, scenery: Scenery, api: AirflowApi, cluster: str) -> Measured:
    """Upgrades one cluster. Raises BenchFailed unless the outcome is UPGRADED."""
    cpu, starts = worker_cpu_s(stack), executed(stack)
    conf = {"cluster": cluster, "image": scenery.image.path.name, "approval": False}
    began = time.monotonic()
    run = api.trigger(new_run_id(cluster), conf)
    busy, looks = _watch(stack, api, run.run_id, began)
    wall = time.monotonic() - began
    end = ending(api, api.run(run.run_id))
    if not end.is_green:
        raise BenchFailed(f"{cluster}: {end.outcome}: {end.reason}")
    time.sleep(2)  # the scheduler's last line
    return Measured(
        wall_s=wall,
        device_s=device_s(event for event in scenery.lab.events() if event["cluster"] == cluster),
        worker_cpu_s=worker_cpu_s(stack) - cpu,
        task_starts=executed(stack) - starts,
        busy_while_waiting=busy,
        looks_while_waiting=looks,
    )


def _watch(stack: Stack, api: AirflowApi, run_id: str, began: float) -> tuple[int, int]:
    """Until the run is over: the most workers that one wait held, and how often we looked.

    The worker that deferred a task may need a moment to end; one that waits is there in every look.
    """
    waits: dict[str, list[int]] = {}
    while not (run := patiently(lambda: api.run(run_id))).is_over:
        stack.check()
        if time.monotonic() - began > RUN_TIMEOUT_S:
            raise BenchFailed(f"{run_id} was not over within {RUN_TIMEOUT_S:.0f} s; it is {run.state}")
        titles = worker_titles(stack)
        for task in patiently(lambda: api.tasks(run_id)):
            if task.state == "deferred":
                waits.setdefault(task.task_id, []).append(sum(task.uid in title for title in titles))
        time.sleep(LOOK_EVERY_S)
    held = [min(seen) for seen in waits.values() if len(seen) >= LOOKS_A_WAIT]
    return max(held, default=0), sum(map(len, waits.values()))


def patiently(ask: Callable[[], T]) -> T:
    """An API server on a busy machine may be late once."""
    try:
        return ask()
    except ApiUnreachable:
        return ask()


def device_s(events: Iterable[Mapping[str, Any]]) -> float:
    """Real seconds in which only the simulated device had to act: the ISSU, and RG0's hold-down after it."""
    total = 0.0
    open_since: dict[str, float] = {}
    for event in events:
        opens, closes = _window(event)
        if opens:
            open_since[opens] = float(event["wall"])
        if closes and closes in open_since:
            total += float(event["wall"]) - open_since.pop(closes)
    return total


def _window(event: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """What this event opens and closes."""
    match event:
        case {"event": "issu_started"}:
            return "issu", None
        case {"event": "upgrade_ended"}:
            return None, "issu"
        case {"event": "group_changed", "group": 0, "after": "secondary-hold"}:
            return "hold-down", None
        case {"event": "group_changed", "group": 0, "before": "secondary-hold"}:
            return None, "hold-down"
    return None, None


def workers(stack: Stack) -> Iterator[psutil.Process]:
    """LocalExecutor's processes: children of the scheduler."""
    with suppress(psutil.Error):
        for process in psutil.Process(stack.sid("scheduler")).children():
            with suppress(psutil.Error):
                if WORKER in " ".join(process.cmdline()):
                    yield process


def worker_cpu_s(stack: Stack) -> float:
    """CPU of the workers and of the tasks they ran, which ended as their children."""
    return sum(
        times.user + times.system + times.children_user + times.children_system
        for times in (process.cpu_times() for process in workers(stack))
    )


def worker_titles(stack: Stack) -> list[str]:
    """Of LocalExecutor's workers: each names the try it runs."""
    titles = []
    for process in workers(stack):
        with suppress(psutil.Error):
            titles.append(" ".join(process.cmdline()))
    return titles


def executed(stack: Stack) -> int:
    log = stack.home.logs / "scheduler.log"
    return log.read_text(errors="replace").count(EXECUTED)


def figures(found: Sequence[Measured], parse_s: float) -> tuple[Figure, ...]:
    def each(name: str) -> tuple[float, ...]:
        return tuple(float(getattr(one, name)) for one in found)

    return (
        Figure(name="whole run", values=each("wall_s"), aim=None, unit="s"),
        Figure(name="of which the device", values=each("device_s"), aim=None, unit="s"),
        Figure(name="beyond the device", values=each("beyond_device_s"), aim=60.0, unit="s"),
        Figure(name="worker CPU", values=each("worker_cpu_s"), aim=None, unit="s"),
        Figure(name="task starts", values=each("task_starts"), aim=None, unit=""),
        Figure(name="workers held while waiting", values=each("busy_while_waiting"), aim=0.0, unit=""),
        Figure(name="parsing issu_cluster", values=(parse_s,), aim=0.5, unit="s"),
    )


def as_table(lines: Sequence[Figure]) -> Table:
    table = Table(box=None, pad_edge=False, title="One upgrade", title_justify="left")
    table.add_column("Figure", min_width=28)
    for column in ("first", "later", "aim", "later / aim"):
        table.add_column(column, justify="right", min_width=8)
    for line in lines:
        first, later = line.values[0], line.values[-1]
        shown = [f"{value:.2f} {line.unit}" if line.unit else f"{value:.0f}" for value in (first, later)]
        ratio = f"{later / line.aim:.2f}" if line.aim else ""
        table.add_row(
            line.name, *shown, "" if line.aim is None else f"{line.aim:g} {line.unit}".strip(), ratio
        )
    return table


@contextmanager
def bench_scenery(folder: Path) -> Iterator[tuple[Stack, Scenery]]:
    topology = yaml.safe_load(DEMO_TOPOLOGY.read_text())
    (pattern,) = topology["clusters"]
    topology["clusters"] = [{**pattern, "name": f"fw-bench-{n}", "cluster_id": n} for n in (1, 2)]
    (folder / "topology.yaml").write_text(yaml.safe_dump(topology))
    home = Home(root=folder / "home")
    scenery = Scenery.build(
        home, Lab(state=home.root / "lab", topology=folder / "topology.yaml", speed=SPEED)
    )
    with Stack(home, scenery.options(), say=console.print) as stack:
        scenery.check = stack.check
        yield stack, scenery


def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix="srx-issu-bench-"))
    try:
        with (
            ending_on_signals(),
            bench_scenery(folder) as (stack, scenery),
            AirflowApi(scenery.login(stack.url)) as api,
        ):
            found = []
            for cluster in scenery.clusters:
                console.print(f"upgrading {cluster.name}")
                found.append(measure(stack, scenery, api, cluster.name))
            table = as_table(figures(found, api.parse_s()))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    load = os.getloadavg()[0]
    console.print(table)
    console.print(f"{os.cpu_count()} cores, load {load:.1f}; simulated clocks run {SPEED:g} times as fast")
    console.print(f"seen waiting {found[-1].looks_while_waiting} times")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Ended as ended:
        sys.exit(128 + ended.number)
    except (BenchFailed, ApiFailed, *FAILURES) as failure:
        sys.exit(str(failure))
