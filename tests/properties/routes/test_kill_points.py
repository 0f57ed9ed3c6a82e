"""A worker that dies or power that is lost, at each moment of a dual reboot: nothing is sent twice in effect,
and the second reboot comes in time, or a person is called."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.procedure.action import ActionName
from srx_issu.domain.routes.plan import RoutePhase
from srx_issu.steps.routes import carry_out as route
from tests.fakes.snapshots import N0, N1, NEW, OLD, T0
from tests.properties.routes.driving import KilledError, ModelReader, ModelWriter, Run, run_of
from tests.properties.routes.two_nodes import TwoNodes

NEVER = 10_000
SOON_S = 15.0  # the supervisor of a process sees it die, and its task is tried again
LATER_S = 75.0  # its machine died: a minute without a heartbeat, and the pause before the next try
TOO_LATE_S = 300.0


@dataclass
class Killer:
    """Kills once, at the moment ``at`` of those that it is asked about while it is on."""

    at: int
    is_on: bool = False
    moments: int = 0
    _has_killed: bool = field(default=False)

    def __call__(self) -> bool:
        if not self.is_on or self._has_killed:
            return False
        self.moments += 1
        self._has_killed = self.moments == self.at
        return self._has_killed

    def around(self, call: Callable[..., Any], *args: Any, **named: Any) -> Any:
        """Before it is done, and behind it."""
        if self():
            raise KilledError
        done = call(*args, **named)
        if self():
            raise KilledError
        return done


@dataclass
class KilledReader(ModelReader):
    killer: Killer = field(default_factory=lambda: Killer(at=NEVER))

    def observe(self) -> Snapshot:
        seen: Snapshot = self.killer.around(super().observe)
        return seen


def run_with(killer: Killer) -> Run:
    chance = random.Random(1)
    run = run_of(TwoNodes(chance=chance), chance)
    fake = run.fake
    assert isinstance(fake.writer, ModelWriter)
    fake.reader = KilledReader(model=run.model, killer=killer)
    fake.writer.kill = killer
    for owner, name in ((fake.journal, "record"), (fake.journal, "intend"), (fake.clock, "sleep")):
        setattr(owner, name, partial(killer.around, getattr(owner, name)))
    return run


def carry_out(run: Run, phase: RoutePhase, killer: Killer, pause_s: float) -> None:
    """Its task, killed once and tried again."""
    killer.is_on = True
    try:
        assert run.phase(phase, pause_s=pause_s) or run.fake.pager.calls or run.model.told == []
    finally:
        killer.is_on = False


def moments_of(phase: RoutePhase) -> int:
    killer = Killer(at=NEVER)
    run = run_with(killer)
    for each in (RoutePhase.INSTALL, RoutePhase.REBOOT):
        killer.is_on = each is phase
        assert run.phase(each)
    return killer.moments


def added(run: Run, node: NodeName) -> int:
    return sum(1 for to, cli in run.fake.writer.sent if to is node and "software add" in cli)


def test_there_are_moments_to_die_in() -> None:
    assert moments_of(RoutePhase.INSTALL) > 20
    assert moments_of(RoutePhase.REBOOT) > 30


@pytest.mark.parametrize("pause_s", [SOON_S, LATER_S])
def test_a_worker_that_dies_between_two_reboots_is_followed_in_time(pause_s: float) -> None:
    for at in range(1, moments_of(RoutePhase.REBOOT) + 1):
        killer = Killer(at=at)
        run = run_with(killer)
        assert run.phase(RoutePhase.INSTALL)
        carry_out(run, RoutePhase.REBOOT, killer, pause_s)
        end = run.upgrade()
        told = f"killed at {at}: {run.story}, told {run.model.told}, called {run.fake.pager.calls}"
        assert end is None, told
        assert not run.model.heard, told
        assert {node.release for node in run.model.nodes.values()} == {NEW}, told
        assert run.fake.pager.calls == [], told
        assert all(run.model.boots[name] == 1 for name in NodeName), told


def test_a_worker_that_is_followed_too_late_has_a_person_called_at_once() -> None:
    for at in range(1, moments_of(RoutePhase.REBOOT) + 1):
        killer = Killer(at=at)
        run = run_with(killer)
        assert run.phase(RoutePhase.INSTALL)
        carry_out(run, RoutePhase.REBOOT, killer, TOO_LATE_S)
        told = f"killed at {at}: {run.story}, told {run.model.told}"
        calls = run.fake.pager.calls
        end = run.upgrade()
        assert end in (None, Outcome.NEEDS_OPERATOR, Outcome.ABORTED_CLEAN), told
        if run.model.heard:
            assert end is Outcome.NEEDS_OPERATOR, told
            assert calls, told
            heard_at = run.model.heard_at
            assert heard_at is not None
            assert calls[0][0] - heard_at < timedelta(seconds=TOO_LATE_S), told


def test_a_worker_that_dies_while_it_installs_installs_nothing_twice() -> None:
    for at in range(1, moments_of(RoutePhase.INSTALL) + 1):
        killer = Killer(at=at)
        run = run_with(killer)
        killer.is_on = True
        run.phase(RoutePhase.INSTALL)
        killer.is_on = False
        end = run.upgrade()
        told = f"killed at {at}: {run.story}, sent {run.fake.writer.sent}"
        assert max(added(run, name) for name in NodeName) <= 1, told
        assert run.model.broken == [], told
        assert not run.model.heard, told
        assert end in (None, Outcome.ABORTED_CLEAN), told
        releases = {node.release for node in run.model.nodes.values()}
        assert releases == ({NEW} if end is None else {OLD}), told


@pytest.mark.parametrize("name", NodeName)
@pytest.mark.parametrize("behind", [ActionName.INSTALL_ON_SECONDARY, ActionName.INSTALL_ON_PRIMARY])
@pytest.mark.parametrize("off_s", [0.0, 30.0, 600.0])
def test_power_that_is_lost_between_install_and_reboot(
    name: NodeName, behind: ActionName, off_s: float
) -> None:
    """A node boots what is pending by itself then: where the other cannot follow, somebody is called."""
    run = run_with(Killer(at=NEVER))
    for action in (ActionName.INSTALL_ON_SECONDARY, ActionName.INSTALL_ON_PRIMARY):
        route.carry_out(run.context("both.install"), action)
        if action is behind:
            break
    run.model.lose_power(name, off_s)
    end = run.upgrade()
    told = f"{run.story}, told {run.model.told}, heard {run.model.heard_at}, called {run.fake.pager.calls}"
    assert run.model.broken == [], told
    assert end in (None, Outcome.NEEDS_OPERATOR, Outcome.ABORTED_CLEAN, Outcome.ROLLED_BACK), told
    if run.model.heard:
        assert (end, bool(run.fake.pager.calls)) == (Outcome.NEEDS_OPERATOR, True), told
    if end is None:
        assert {node.release for node in run.model.nodes.values()} == {NEW}, told
    assert run.model.now > T0


def test_the_second_node_is_taken_down_when_the_first_went_down_by_itself() -> None:
    run = run_with(Killer(at=NEVER))
    assert run.phase(RoutePhase.INSTALL)
    run.model.lose_power(N1, 0.0)
    assert run.upgrade() is None
    assert (run.model.told, run.model.heard) == ([N0], False)
