"""A stack to be killed: simulated clusters outside of it, upgrades in every phase, and the kills.

The embedded default starts a component again that dies; when everything is gone at once, as with the power,
whoever started it starts it again on the same folder, as ``make up`` does after a reboot. The clusters know
nothing of all that and go on.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import psutil
import sqlalchemy as sa

from srx_demo.lab import Lab
from srx_demo.scenery import Scenery
from srx_issu.stack.embedded.stack import Stack
from srx_issu.stack.processes.home import Home
from srx_issu.stack.processes.sessions import members
from tests.stack.airflow.running_stack import PARALLELISM, PAUSE_S, RunningStack, write_topology
from tests.stack.scenarios.outside import options, simulator

SPEED = 40.0
STARTED_AGAIN_WITHIN_S = 20.0
# So that each wait lasts long enough to be met by a kill; virtual seconds.
DURATIONS = {"cold_sync": 300.0, "prepare_pfes": 300.0, "cold_sync_timeout": 480.0}
IN_FLIGHT = """
    SELECT ti.run_id, ti.task_id, ti.state, ti.pid FROM task_instance ti
    JOIN dag_run r ON r.run_id = ti.run_id AND r.dag_id = ti.dag_id
    WHERE r.state = 'running' AND ti.dag_id = 'issu_cluster'
      AND ti.state IN ('running', 'deferred', 'queued', 'scheduled', 'up_for_retry')
"""


class Victim(StrEnum):
    """What is killed with SIGKILL."""

    TASK = "task"  # the process of a task
    WORKER = "worker"  # the executor's worker process, with the task that it runs
    TRIGGERER = "triggerer"
    SCHEDULER = "scheduler"
    API_SERVER = "api-server"
    CONTROLLER = "controller"  # everything at once, PostgreSQL included: power off


COMPONENTS = ("postgres", "scheduler", "dag-processor", "api-server", "triggerer")


@dataclass(frozen=True, kw_only=True)
class InFlight:
    """One task of one run that was not over."""

    run_id: str
    task_id: str
    state: str
    pid: int | None


@dataclass(kw_only=True)
class CrashWorld:
    """``running`` is replaced at each restart."""

    scenery: Scenery
    running: RunningStack

    @property
    def stack(self) -> Stack:
        return self.running.stack

    def in_flight(self) -> list[InFlight]:
        """By Airflow's own database, at this moment."""
        engine = sa.create_engine(self.stack.environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"])
        try:
            with engine.connect() as connection:
                rows = connection.execute(sa.text(IN_FLIGHT)).mappings()
                return [InFlight(**row) for row in rows]
        finally:
            engine.dispose()

    def kill_component(self, victim: Victim) -> list[InFlight]:
        """Kills, and waits until it was started again; returns what was in flight."""
        hit = self.in_flight()
        if victim is Victim.CONTROLLER:
            self._power_off_and_on()
        else:
            killed = self.stack.sid(victim.value)
            _kill(killed)
            self._wait_for_another(victim.value, killed)
        return hit

    def kill_task(self, task: InFlight, victim: Victim) -> bool:
        """Whether there still was something to kill."""
        scheduler = self.stack.sid("scheduler")
        with suppress(psutil.NoSuchProcess):
            if task.pid is not None and os.getsid(task.pid) == scheduler:
                worker = psutil.Process(task.pid).ppid()
                _kill(task.pid)
                if victim is Victim.WORKER and worker != scheduler:
                    _kill(worker)
                return True
        return False

    def _power_off_and_on(self) -> None:
        self.stack.leave_alone()  # the supervisor goes with the others
        for pid in members([self.stack.sid(name) for name in COMPONENTS]):
            _kill(pid)
        self.end()
        stack = Stack(self.scenery.home, options(self.scenery, PARALLELISM))
        self.scenery.check = stack.check
        self.running = RunningStack(stack=stack.__enter__(), scenery=self.scenery, _taken=self.running._taken)

    def _wait_for_another(self, component: str, killed: int) -> None:
        """The supervisor notices, and starts it again by itself."""
        deadline = time.monotonic() + STARTED_AGAIN_WITHIN_S
        while self.stack.sid(component) == killed:
            self.stack.check()
            assert time.monotonic() < deadline, f"{component} was not started again"
            time.sleep(0.05)

    def end(self) -> None:
        self.running.close()
        self.stack.stop()


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


@contextmanager
def crash_world(folder: Path, clusters: int) -> Iterator[CrashWorld]:
    topology = write_topology(folder / "topology.yaml", clusters, durations=DURATIONS)
    lab = Lab(state=folder / "lab", topology=topology, speed=SPEED)
    scenery = Scenery.build(Home(root=folder / "home"), lab, image_mb=2)
    with ExitStack() as cleanup:
        scenery.check = cleanup.enter_context(simulator(lab, folder / "lab.log")).check
        scenery.shortest_pause_s = PAUSE_S
        stack = Stack(scenery.home, options(scenery, PARALLELISM)).__enter__()
        world = CrashWorld(scenery=scenery, running=RunningStack(stack=stack, scenery=scenery))
        cleanup.callback(world.end)
        yield world


@dataclass(kw_only=True)
class Coverage:
    """Which phases were in flight at which kill: (phase, victim) -> the runs that were hit."""

    hits: dict[tuple[str, Victim], set[str]] = field(default_factory=dict)

    def note(self, victim: Victim, hit: list[InFlight]) -> None:
        for task in hit:
            self.hits.setdefault((phase(task.task_id), victim), set()).add(task.run_id)

    def phases_of(self, victim: Victim) -> set[str]:
        """Those that it was killed in."""
        return {name for name, who in self.hits if who is victim}

    def lines(self, survived: Mapping[str, bool]) -> Iterator[str]:
        """A row a phase, a column a victim: upgrades hit there, and how many of them survived."""
        phases = [p for p in PHASES if any((p, v) in self.hits for v in Victim)]
        yield f"{'phase':<34}" + "".join(f"{victim:>12}" for victim in Victim)
        for name in phases:
            yield f"{name:<34}" + "".join(f"{self._cell(name, v, survived):>12}" for v in Victim)
        alive = sum(survived[run] for runs in self.hits.values() for run in runs)
        total = sum(len(runs) for runs in self.hits.values())
        pairs = len(self.hits)
        yield f"{pairs} pairs of phase and process tried, {total} hits, {alive} survived"

    def _cell(self, name: str, victim: Victim, survived: Mapping[str, bool]) -> str:
        runs = self.hits.get((name, victim), set())
        return f"{sum(survived[r] for r in runs)}/{len(runs)}" if runs else "-"


PHASES = (
    "claim",
    "assess",
    "prepare",
    "approval",
    "issu.start",
    "issu.wait_for_secondary_upgrade",
    "issu.wait_for_cold_sync",
    "issu.wait_for_switchover",
    "issu.wait_for_primary_upgrade",
    "issu.wait_for_resync",
    "branch_outcome",
    "recover: diagnosis",
    "recover: abort",
    "recover: roll_back",
    "recover: finish_forward",
    "recover: end",
    "verify",
    "fail_back",
    "end",
)
_RECOVERY = ("abort", "roll_back", "finish_forward")


def phase(task_id: str) -> str:
    """The row of the table that a task belongs to."""
    if task_id in PHASES:
        return task_id
    group, _, name = task_id.partition(".")
    if group == "recover":
        before = name in ("diagnose", "confirm_recovery") or name.startswith("approve_recovery")
        return f"recover: {name if name in _RECOVERY else 'diagnosis' if before else 'end'}"
    return group if group in PHASES else "end" if group == "close" else "approval"
