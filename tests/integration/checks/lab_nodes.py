"""The lab's two nodes without a wire: its own NETCONF operations, our own readers, time that we turn.

A reply goes through the same text as over the wire, so that it can be spoilt on the way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from lxml import etree

from srx_issu.adapters.devices import pyez
from srx_issu.adapters.devices.interview import interview
from srx_issu.adapters.devices.netconf import NetconfSession
from srx_issu.adapters.devices.parse.reply import Element, parse_reply
from srx_issu.adapters.devices.question import RequestForm
from srx_issu.adapters.devices.state.collect import collect
from srx_issu.domain.cluster.model import NodeName, NodeView, Snapshot
from srx_issu.domain.cluster.state import TABLES
from srx_issu.domain.comparison.difference import Observation
from srx_issu.domain.errors import DeviceError, DeviceUnreachable
from srx_issu.domain.upgrade.intent import Limits
from srx_lab.clock import VirtualClock
from srx_lab.eventlog import EventLog
from srx_lab.lab import Lab, LabCluster
from srx_lab.machine.words import NodeId
from srx_lab.session import SessionKind
from srx_lab.topology import load_topology
from srx_lab.wire.netconf import END, envelope
from srx_lab.wire.rpc import read_call, run_call

SEED = 5
# Samples as close as the turned time allows; what is sampled is the same.
LIMITS = Limits(cpu_samples=3, cpu_sample_interval_s=6, rto_interval_s=5)


@dataclass(kw_only=True)
class TurnedClock:
    """The lab's time and ours: it passes only when somebody sleeps."""

    time: float = 1_772_330_400.0  # 2026-03-01 02:00 UTC

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.time, UTC)

    def sleep(self, seconds: float) -> None:
        self.time += seconds


@dataclass(kw_only=True)
class _LabClock(VirtualClock):
    """A virtual clock that stands still between two turns."""

    turned: TurnedClock = field(default_factory=TurnedClock)

    def now(self) -> float:
        return self.turned.time


Name = str  # of a question: the RPC's, or the CLI command of <command>
Spoil = Callable[[NodeName, Name, str], str]  # asked node, question, reply -> what arrives instead


def as_it_is(_node: NodeName, _question: Name, reply: str) -> str:
    return reply


@dataclass(kw_only=True)
class LabNodes:
    """One simulated cluster. ``spoil`` changes, or raises instead of, each reply."""

    cluster: LabCluster
    clock: TurnedClock
    spoil: Spoil = as_it_is
    silent: frozenset[NodeName] = frozenset()
    asked: dict[tuple[NodeName, Name], str] = field(default_factory=dict)  # the lab's own replies

    @classmethod
    def start(cls, folder: Path, topology: Path) -> LabNodes:
        turned = TurnedClock()
        lab = Lab(
            load_topology(topology),
            state_dir=folder,
            clock=_LabClock(start=turned.time, speed=1.0, turned=turned),
            seed=SEED,
            events=EventLog(None),
        )
        (cluster,) = lab.clusters.values()
        return cls(cluster=cluster, clock=turned)

    def inject(self, fault: str, node: NodeName | None = None, **parameters: str) -> None:
        place = None if node is None else NodeId(node.value)
        self.cluster.machine.inject(fault, node=place, at="now", **parameters)

    def pass_time(self, seconds: float) -> None:
        """In steps, as a machine does that somebody looks at."""
        for _ in range(10):
            self.clock.sleep(seconds / 10)
            self.cluster.touch()

    def look(
        self, image_path: str | None = None, spoil: Spoil | None = None, tables: Iterable[str] = TABLES
    ) -> Observation:
        """A snapshot and what is collected, through our own readers."""
        nodes = replace(self, spoil=spoil or self.spoil)
        views = [nodes._view(node) for node in NodeName]
        snapshot = Snapshot(
            cluster=self.cluster.name, taken_at=self.clock.now(), node0=views[0], node1=views[1]
        )
        state = collect(nodes._ask, snapshot, tables, clock=self.clock, limits=LIMITS, image_path=image_path)
        return Observation(snapshot=snapshot, state=state)

    def _view(self, node: NodeName) -> NodeView:
        asking, session = interview(node, asks_next_boot=True), cast(NetconfSession, _Session(self, node))
        try:
            question = next(asking)
            while True:
                try:
                    answer = pyez.ask(session, question)
                except DeviceError as error:
                    question = asking.throw(error)
                else:
                    question = asking.send(answer)
        except StopIteration as done:
            return cast(NodeView, done.value)

    def _ask(self, node: NodeName, form: RequestForm) -> Element:
        return self.exchange(node, form.element)

    def exchange(self, node: NodeName, operation: Element) -> Element:
        if node in self.silent:
            raise DeviceUnreachable(node, "connection refused")
        question = operation.text if operation.tag == "command" else operation.tag
        reply = self._answered(node, operation)
        self.asked[node, str(question)] = reply
        return parse_reply(node, self.spoil(node, str(question), reply), large=True)

    def _answered(self, node: NodeName, operation: Element) -> str:
        device = self.cluster.devices[NodeId(node.value)]
        root = etree.Element("rpc")
        root.append(operation)

        async def answer() -> str:
            session = device.open_session(SessionKind.NETCONF, "192.0.2.1")
            try:
                reply = await run_call(device, session, read_call(root))
                return "".join(envelope({}, reply, device.here.release.envelope_namespace)).replace(END, "")
            finally:
                device.close_session(session)

        return asyncio.run(answer())


@dataclass(frozen=True)
class _Session:
    """What our readers use of a NETCONF session."""

    nodes: LabNodes
    node: NodeName

    def send(self, form: RequestForm, *, large: bool = False, timeout_s: float | None = None) -> Element:
        return self.nodes.exchange(self.node, form.element)
