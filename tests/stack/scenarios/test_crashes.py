"""Upgrades and recoveries in every phase, and kill -9 for each process of the embedded default in turn.

Each upgrade must be completed, or put back where its cluster is broken; each cluster is asked for one ISSU,
and every rollback and reboot goes out at most once.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from srx_lab.control import ask
from tests.stack.scenarios.crash_world import Coverage, CrashWorld, InFlight, Victim, crash_world, phase
from tests.stack.scenarios.referee import orders

pytestmark = [pytest.mark.stack, pytest.mark.release]

CLUSTERS = 20
FAULT = "cold_sync_never_completes"  # of every third cluster
AT_ONCE, EVERY_S = 10, 6.0  # upgrades in flight, and the pause before one more is started
# A component is killed when so many phases are in flight in which it was not killed yet, or after so long.
NEW_PHASES_AT_A_KILL, LONGEST_PAUSE_S = 6, 75.0
DEADLINE_S = 900.0
COMPONENTS = (
    Victim.SCHEDULER,
    Victim.TRIGGERER,
    Victim.CONTROLLER,
    Victim.API_SERVER,
    Victim.TRIGGERER,
    Victim.SCHEDULER,
)
PAUSE_S = 2.0  # between two kills of tasks or workers


@dataclass(kw_only=True)
class Played:
    """What was started and how it ended: run -> cluster, run -> outcome."""

    world: CrashWorld
    runs: dict[str, str] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)  # runs whose cluster has the fault
    outcomes: dict[str, str] = field(default_factory=dict)
    coverage: Coverage = field(default_factory=Coverage)
    killed: set[tuple[str, str]] = field(default_factory=set)  # tasks: run and task id
    last_kill: float = 0.0

    def survived(self) -> dict[str, bool]:
        return {run: self.outcomes.get(run) == self.wanted(run) for run in self.runs}

    def wanted(self, run: str) -> str:
        return "ROLLED_BACK" if run in self.broken else "UPGRADED"


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    with crash_world(tmp_path_factory.mktemp("crash"), CLUSTERS) as world:
        played = Played(world=world)
        start_and_kill(played)
        wait_for_all(played)
        yield played


def start_and_kill(played: Played) -> None:
    """One more upgrade every few seconds. Whenever a new phase runs, its task or worker is killed; whenever
    enough new phases are in flight, a component."""
    last_start = last_kill = time.monotonic()
    victims = list(COMPONENTS)
    while victims:
        flying, now = played.world.in_flight(), time.monotonic()
        has_room = len(played.runs) < CLUSTERS and len({task.run_id for task in flying}) < AT_ONCE
        if has_room and now - last_start > EVERY_S:
            start(played, len(played.runs))
            last_start = time.monotonic()
        new = {phase(task.task_id) for task in flying} - played.coverage.phases_of(victims[0])
        if len(new) >= NEW_PHASES_AT_A_KILL or now - last_kill > LONGEST_PAUSE_S:
            played.coverage.note(victims[0], played.world.kill_component(victims[0]))
            victims.pop(0)
            last_kill = time.monotonic()
        else:
            kill_a_task(played, flying)
        played.world.stack.check()
        time.sleep(0.5)


def kill_a_task(played: Played, flying: list[InFlight]) -> None:
    """One that runs, in a phase in which none was killed yet; no task of a run is killed twice."""
    if time.monotonic() - played.last_kill < PAUSE_S:
        return
    for task in flying:
        for victim in (Victim.TASK, Victim.WORKER):
            new = phase(task.task_id) not in played.coverage.phases_of(victim)
            if task.state != "running" or not new or (task.run_id, task.task_id) in played.killed:
                continue
            if played.world.kill_task(task, victim):
                played.coverage.note(victim, [task])
                played.killed.add((task.run_id, task.task_id))
                played.last_kill = time.monotonic()
                return


def wait_for_all(played: Played) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while played.world.in_flight():
        kill_a_task(played, played.world.in_flight())
        played.world.stack.check()
        assert time.monotonic() < deadline, played.world.in_flight()
        time.sleep(0.5)
    for run in played.runs:
        played.outcomes[run] = str(played.world.running.wait(run).outcome)


def start(played: Played, number: int) -> None:
    running = played.world.running
    cluster = running.take_cluster()
    broken = number % 3 == 1
    if broken:
        ask(running.lab.state, {"do": "inject", "cluster": cluster, "fault": FAULT})
    run = running.trigger(cluster)
    played.runs[run] = cluster
    if broken:
        played.broken.add(run)


def test_every_upgrade_is_completed_or_put_back(played: Played) -> None:
    assert played.outcomes == {run: played.wanted(run) for run in played.runs}


def test_every_cluster_was_asked_for_one_issu_and_one_rollback_at_most(played: Played) -> None:
    lab = played.world.scenery.lab.state
    for run, cluster in played.runs.items():
        sent = Counter(orders(lab, cluster))
        once = {
            o: n
            for o, n in sent.items()
            if " in-service-upgrade /" in o or o.endswith((" reboot", "reboot node 1"))
        }
        assert set(once.values()) == {1}, (run, once)
        assert len(once) == (3 if run in played.broken else 1), (run, once)


def test_every_process_was_killed_in_many_phases(played: Played, sections: dict[str, list[str]]) -> None:
    sections["Killed with SIGKILL: upgrades survived of those hit"] = list(
        played.coverage.lines(played.survived())
    )
    for victim in Victim:
        assert len(played.coverage.phases_of(victim)) >= 4, victim
