"""One upgrade on a running stack, measured: time, CPU, worker starts, database connections, workers held."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import psutil
import psycopg

from srx_demo.meter import cpu_s
from srx_demo.scenery import Scenery
from srx_issu.cli.airflow_replies import ApiUnreachable
from srx_issu.cli.dag_runs import DagRuns
from srx_issu.cli.outcome import ending
from srx_issu.cli.run_ids import new_run_id
from srx_issu.stack.embedded.stack import Stack

T = TypeVar("T")
LOOK_EVERY_S = 2.0  # each costs CPU that is to be measured
LOOKS_A_WAIT = 3  # a shorter wait says nothing: the worker before it is still ending
SETTLE_S = 4.0  # until the last worker has ended and the scheduler has written its last line
EXECUTED = "Received executor event with state"  # the scheduler's line for each task that a worker ran
WORKER = "airflow worker"
NOT_OF_THE_STACK = ("lab",)

Waits = dict[tuple[str, int | None], list[int]]
"""Task and trigger -> how many workers were busy with it, look by look."""


class BenchFailed(Exception):
    """The upgrade to be measured did not end as UPGRADED."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One upgrade. CPU is that of the whole stack while the run lasted, what it costs idle included."""

    wall_s: float
    device_s: float
    cpu_s: float
    worker_cpu_s: float
    tasks: int
    task_starts: int
    connections: int  # opened to PostgreSQL, Airflow's own included
    busy_while_waiting: int  # workers that one wait held
    looks_while_waiting: int

    @property
    def beyond_device_s(self) -> float:
        return self.wall_s - self.device_s


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What a stack has used up since it began."""

    cpu_s: float
    worker_cpu_s: float
    task_starts: int
    connections: int

    @classmethod
    def by(cls, stack: Stack) -> Spent:
        return cls(
            cpu_s=cpu_s(sessions_of(stack).values()),
            worker_cpu_s=_worker_cpu_s(stack),
            task_starts=_executed(stack),
            connections=_connections_opened(stack),
        )


def sessions_of(stack: Stack) -> dict[str, int]:
    """Component -> session id; the simulated clusters beside them are no part of the stack."""
    return {name: sid for name, sid in stack.supervisor.sessions.items() if name not in NOT_OF_THE_STACK}


def measure(stack: Stack, scenery: Scenery, upgrades: DagRuns, cluster: str, limit_s: float) -> Measured:
    """Upgrades one cluster. Raises BenchFailed unless the outcome is UPGRADED within ``limit_s``."""
    before, began = Spent.by(stack), datetime.now(UTC)
    conf = {"cluster": cluster, "image": scenery.image.path.name, "approval": False}
    run = upgrades.trigger(new_run_id(cluster), conf)
    busy, looks = _watch(stack, upgrades, run.run_id, limit_s)
    end = ending(upgrades, run := upgrades.run(run.run_id))
    if not end.is_green or run.ended is None:
        raise BenchFailed(f"{cluster}: {end.outcome}: {end.reason}")
    time.sleep(SETTLE_S)
    after = Spent.by(stack)
    return Measured(
        wall_s=(run.ended - began).total_seconds(),
        device_s=device_s(event for event in scenery.lab.events() if event["cluster"] == cluster),
        cpu_s=after.cpu_s - before.cpu_s,
        worker_cpu_s=after.worker_cpu_s - before.worker_cpu_s,
        tasks=len(upgrades.tasks(run.run_id)),
        task_starts=after.task_starts - before.task_starts,
        connections=after.connections - before.connections - 1,  # our own look
        busy_while_waiting=busy,
        looks_while_waiting=looks,
    )


def _watch(stack: Stack, upgrades: DagRuns, run_id: str, limit_s: float) -> tuple[int, int]:
    """Until the run is over: the most workers that one wait held, and how often we looked."""
    waits: Waits = {}
    deadline = time.monotonic() + limit_s
    while not (run := patiently(lambda: upgrades.run(run_id))).is_over:
        stack.check()
        if time.monotonic() > deadline:
            raise BenchFailed(f"{run_id} was not over within {limit_s:.0f} s; it is {run.state}")
        titles = _worker_titles(stack)
        for task in patiently(lambda: upgrades.tasks(run_id)):
            if task.state == "deferred":
                busy = sum(task.uid in title for title in titles)
                waits.setdefault((task.task_id, task.trigger), []).append(busy)
        time.sleep(LOOK_EVERY_S)
    return most_held(waits), sum(map(len, waits.values()))


def most_held(waits: Waits) -> int:
    """The most workers that one wait held. A task may wait several times, each time by a trigger of its own.

    The worker that deferred it may need a moment to end; one that is held is there in every look.
    """
    return max((min(seen) for seen in waits.values() if len(seen) >= LOOKS_A_WAIT), default=0)


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


def _workers(stack: Stack) -> Iterator[psutil.Process]:
    """LocalExecutor's processes: children of the scheduler."""
    with suppress(psutil.Error):
        for process in psutil.Process(stack.sid("scheduler")).children():
            with suppress(psutil.Error):
                if WORKER in " ".join(process.cmdline()):
                    yield process


def _worker_cpu_s(stack: Stack) -> float:
    """CPU of the workers and of the tasks they ran, which ended as their children."""
    return sum(
        times.user + times.system + times.children_user + times.children_system
        for times in (process.cpu_times() for process in _workers(stack))
    )


def _worker_titles(stack: Stack) -> list[str]:
    """Of LocalExecutor's workers: each names the try it runs."""
    titles = []
    for process in _workers(stack):
        with suppress(psutil.Error):
            titles.append(" ".join(process.cmdline()))
    return titles


def _executed(stack: Stack) -> int:
    log = stack.home.logs / "scheduler.log"
    return log.read_text(errors="replace").count(EXECUTED)


def _connections_opened(stack: Stack) -> int:
    """Since PostgreSQL was made, by its own account; this look is one of them."""
    url = stack.environment["SRX_ISSU_JOURNAL_URL"].replace("postgresql+psycopg:", "postgresql:")
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT sum(sessions) FROM pg_stat_database").fetchone()
    return int(row[0]) if row else 0
