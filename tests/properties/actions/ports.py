"""Ports that tell the oracle what leaves, lose sends, and let people act while a line is being opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import PermitExpired, SessionLost
from srx_issu.domain.upgrade.commands import Command, StartIssu
from srx_issu.domain.upgrade.intent import StartMethod, Timers
from srx_issu.ports.devices import Line, StartLine, StartReport
from srx_issu.ports.permits import Permit
from tests.properties.recovery.world import MachineWriter, World

Told = Callable[[NodeName, str, StartMethod | None, bool], None]
MOST_SLEEPS = 25  # of one step; then somebody has put the worker's clock right


@dataclass(kw_only=True)
class Mishap:
    """What happens to the next thing that is sent."""

    name: str = ""  # "before" or "after": the session is lost there; "late": this machine slept

    def strike(self) -> str:
        name, self.name = self.name, ""
        return name


@dataclass(frozen=True, kw_only=True)
class WatchedLine:
    line: Line
    node: NodeName
    told: Told
    mishap: Mishap

    def send(self, command: Command, permit: Permit) -> str:
        what = self.mishap.strike()
        if what == "late":
            raise PermitExpired(f"{self.node}: the permit ran out; nothing was sent")
        permit.check()
        if what == "before":
            raise SessionLost(self.node, "cut")
        self.told(self.node, command.cli, None, True)
        words = self.line.send(command, permit)
        if what == "after":
            raise SessionLost(self.node, "cut")
        return words


@dataclass(frozen=True, kw_only=True)
class WatchedStartLine:
    line: StartLine
    node: NodeName
    told: Told
    mishap: Mishap

    @property
    def method(self) -> StartMethod:
        return self.line.method

    def started(self, job: str) -> StartReport | None:
        return self.line.started(job)

    def start(self, command: StartIssu, job: str, permit: Permit) -> StartReport:
        what = self.mishap.strike()
        if what == "late":
            raise PermitExpired(f"{self.node}: the permit ran out; nothing was sent")
        permit.check()
        self.told(self.node, command.cli, self.method, what != "before")
        if what == "before":
            raise SessionLost(self.node, "cut")
        report = self.line.start(command, job, permit)
        if what == "after":
            raise SessionLost(self.node, "cut")
        return report


class WatchedWriter(MachineWriter):
    """``meanwhile`` is called when a line is open and the gate has not been asked yet."""

    def __init__(
        self, world: World, timers: Timers, told: Told, mishap: Mishap, meanwhile: Callable[[], None]
    ) -> None:
        super().__init__(world, timers)
        self._told, self._mishap, self._meanwhile = told, mishap, meanwhile

    @contextmanager
    def line(self, node: NodeName) -> Iterator[Line]:
        with super().line(node) as line:
            self._meanwhile()
            yield WatchedLine(line=line, node=node, told=self._told, mishap=self._mishap)

    @contextmanager
    def start_line(self, node: NodeName, method: StartMethod) -> Iterator[StartLine]:
        with super().start_line(node, method) as line:
            self._meanwhile()
            yield WatchedStartLine(line=line, node=node, told=self._told, mishap=self._mishap)


@dataclass
class WorkerClock:
    """Wrong by what ``ahead_s`` says, until it has been waited for long enough."""

    world: World
    ahead_s: Callable[[], float]
    put_right: Callable[[], None]
    slept: int = 0

    def now(self) -> datetime:
        return self.world.now() + timedelta(seconds=self.ahead_s())

    def sleep(self, seconds: float) -> None:
        self.slept += 1
        if self.slept >= MOST_SLEEPS:
            self.put_right()
        self.world.sleep(seconds)
