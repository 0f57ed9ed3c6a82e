"""One simulated cluster in virtual time, with trouble that comes at its moment, and our ports onto it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from srx_issu.adapters.devices.pyez import PyezClusterReader
from srx_issu.adapters.devices.writer import PyezClusterWriter
from srx_issu.domain.cluster.model import Cluster, NodeName, NodeView, Snapshot
from srx_issu.domain.errors import DeviceTimeout, DeviceUnreachable, UnknownCommand
from srx_issu.domain.upgrade.commands import StartIssu
from srx_issu.domain.upgrade.intent import StartMethod, Timers
from srx_issu.ports.devices import Started, StartLine, StartReport
from srx_lab.clock import VirtualClock
from srx_lab.eventlog import EventLog
from srx_lab.lab import Lab
from srx_lab.machine.issu_rules import StartOptions
from srx_lab.machine.state import ClusterSpec
from srx_lab.machine.words import NodeId
from srx_lab.rehearsal import example_image
from srx_lab.topology import ClusterEntry, Topology
from tests.fakes.lines import FakeStartLine
from tests.properties.recovery.referee import Referee
from tests.properties.recovery.sight import alike, seen
from tests.properties.recovery.wire import NOBODY, InProcessSessions, Line

START = 1_700_000_000.0
STANDS_STILL = 1e-12  # time passes only when somebody lets it
TRANSCRIPT = "/var/tmp/srx-issu/transcript"

Trouble = tuple[float, Callable[["World"], None]]  # seconds after the beginning, and what happens then


@dataclass(kw_only=True)
class World:
    """``troubles`` strike when time reaches them, whoever lets it pass."""

    spec: ClusterSpec
    cluster: Cluster
    line: Line
    folder: Path
    over_replies: bool = False  # look through the simulator's replies and our parsers
    keeps_transcript: bool = True
    has_shell: bool = True
    troubles: list[Trouble] = field(default_factory=list)
    jobs: set[str] = field(default_factory=set)  # markers on the node
    looks: int = 0

    def __post_init__(self) -> None:
        self._clock = VirtualClock(start=START, speed=STANDS_STILL)
        topology = Topology(clusters=(ClusterEntry(spec=self.spec, ports={}),))
        lab = Lab(topology, state_dir=self.folder, clock=self._clock, seed=1, events=EventLog(None))
        self.simulated = lab.clusters[self.spec.name]
        self.machine = self.simulated.machine
        self.referee = Referee(world=self.machine.world)

    # -- time

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.now(), UTC)

    def sleep(self, seconds: float) -> None:
        """Stops on the way at every trouble that is due."""
        until = self._clock.start + seconds
        due = sorted((t for t in self.troubles if START + t[0] <= until), key=lambda t: t[0])
        self.troubles = [t for t in self.troubles if START + t[0] > until]
        for at, strike in due:
            self._advance(max(START + at, self._clock.start))
            strike(self)
        self._advance(until)

    def _advance(self, to: float) -> None:
        self._clock.start = to
        self.simulated.touch()

    # -- the ports

    def sessions(self, timers: Timers) -> InProcessSessions:
        devices = {node: self.simulated.devices[NodeId(node.value)] for node in NodeName}
        return InProcessSessions(
            self.cluster,
            devices,
            timers,
            self.line,
            lambda node, rpc, leaves: self.referee.before(NodeId(node.value), rpc, leaves),
        )


class MachineReader:
    """``ports.ClusterReader``; both nodes at the same virtual moment."""

    def __init__(self, world: World, timers: Timers) -> None:
        self._world = world
        self._replies = PyezClusterReader(
            world.cluster, NOBODY, timers, now=world.now, sessions=world.sessions(timers)
        )

    def observe(self) -> Snapshot:
        world = self._world
        world.looks += 1
        world.simulated.touch()
        look = self._by_replies if world.over_replies else self._at_once
        node0, node1 = look(NodeName.NODE0), look(NodeName.NODE1)
        return Snapshot(cluster=world.cluster.name, taken_at=world.now(), node0=node0, node1=node1)

    def _by_replies(self, node: NodeName) -> NodeView:
        found = self._replies._view(node)
        shown = seen(self._world.machine.world, node)
        if found.error is None:
            assert alike(found, shown), f"the replies say {found}\nthe machine is {shown}"
        return found

    def _at_once(self, node: NodeName) -> NodeView:
        shown = seen(self._world.machine.world, node)
        line = self._world.line
        if not shown.reachable or node in line.silent or line.fate() == "request":
            return NodeView(node=node, reachable=False, error="no answer")
        return _with_gaps(shown, line.chance, line.loses)

    def read_text(self, node: NodeName, path: str) -> str | None:
        world = self._world
        world.simulated.touch()
        here = world.machine.world.node(NodeId(node.value))
        if not here.is_up or node in world.line.silent or world.line.fate() != "arrives":
            raise DeviceUnreachable(node, "no answer")
        upgrade = world.machine.upgrade
        if path != TRANSCRIPT or not world.keeps_transcript or upgrade is None:
            return None
        return "\n".join(upgrade.transcript) if upgrade.starter.value == node.value else None

    def configuration(self, node: NodeName, form: str) -> str:
        raise AssertionError(f"nobody should ask {node} for its configuration as {form}")


def _with_gaps(shown: NodeView, chance: random.Random, loses: float) -> NodeView:
    """Now and then one of the answers is missing."""
    gaps: dict[str, object] = {}
    for name in ("release", "booted_at", "groups", "cold_sync", "issu"):
        if loses and chance.random() < loses / 5:
            gaps[name] = () if name == "groups" else None
    return replace(shown, **gaps) if gaps else shown  # type: ignore[arg-type]


class AsyncMachineReader:
    """``ports.AsyncClusterReader``: the same, as a trigger has it."""

    def __init__(self, reader: MachineReader) -> None:
        self._reader = reader

    async def observe(self) -> Snapshot:
        return self._reader.observe()

    async def read_text(self, node: NodeName, path: str) -> str | None:
        return self._reader.read_text(node, path)

    async def close(self) -> None:
        """Nothing is held open."""


class MachineWriter(PyezClusterWriter):
    """Our writer over the simulator's NETCONF operations; only the start is asked of the machine itself."""

    def __init__(self, world: World, timers: Timers) -> None:
        super().__init__(world.cluster, NOBODY, timers, sessions=world.sessions(timers))
        self._world = world

    @contextmanager
    def start_line(self, node: NodeName, method: StartMethod) -> Iterator[StartLine]:
        world = self._world
        if method is StartMethod.SHELL and not world.has_shell:
            raise UnknownCommand(node, "no shell for this account")
        world.simulated.touch()
        if not world.machine.world.node(NodeId(node.value)).is_up or node in world.line.silent:
            raise DeviceUnreachable(node, "connection refused")
        by_shell = method is not StartMethod.RPC and world.has_shell
        way = StartMethod.SHELL if by_shell else StartMethod.RPC
        yield FakeStartLine(node=node, method=way, marked=self._marked, carry_out=self._start)

    def _marked(self, node: NodeName, job: str) -> StartReport | None:
        world = self._world
        if world.line.fate() != "arrives":
            raise DeviceTimeout(node, "no answer from the shell")
        if job not in world.jobs:
            return None
        return StartReport(
            started=Started.ACCEPTED,
            method=StartMethod.SHELL,
            words="started before",
            transcript_path=TRANSCRIPT,
        )

    def _start(self, node: NodeName, command: StartIssu, job: str, method: StartMethod) -> StartReport:
        world = self._world
        world.simulated.touch()
        fate = world.line.fate()
        path = TRANSCRIPT if method is StartMethod.SHELL else None
        report = StartReport(started=Started.UNKNOWN, method=method, words="no answer", transcript_path=path)
        if fate == "request":
            return report
        if method is StartMethod.SHELL:
            if job in world.jobs:
                return replace(report, started=Started.ACCEPTED, words="started before")
            world.jobs.add(job)
        answer = start_by_hand(world, NodeId(node.value), command.image_path)
        if fate == "answer":
            return report
        return replace(report, started=Started.REFUSED if answer else Started.ACCEPTED, words=answer)


def start_by_hand(world: World, at: NodeId, image_path: str = "") -> str:
    """As somebody does at the command line of a node; the node's words when it says no at once."""
    world.referee.start(at)
    platform = world.spec.platform
    image = replace(example_image(platform.model), path=image_path or example_image(platform.model).path)
    options = StartOptions(reboot=True, vmhost=platform.upgrade.value == "vmhost")
    answer = world.machine.start_upgrade(at, image, options)
    world.simulated.settle()
    return answer.text if answer.answers else ""
