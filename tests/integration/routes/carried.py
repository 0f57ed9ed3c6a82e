"""A plan carried out over the real wire by our own reader and writer: look, decide, send, look again.

As the steps do it, without Airflow, journal and gate; the simulator's time is the plan's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from srx_issu.adapters.devices.credentials import Credentials
from srx_issu.adapters.devices.pyez import PyezClusterReader
from srx_issu.adapters.devices.writer import PyezClusterWriter
from srx_issu.domain.cluster.model import Address, Cluster, NodeName, Snapshot
from srx_issu.domain.errors import CommandRefused, DeviceError
from srx_issu.domain.procedure.action import ActionName, CommandKind, PlannedAction, TakenCommand
from srx_issu.domain.procedure.progress import Passed, Send, Stop, Wait, next_in
from srx_issu.domain.recovery.plan import PlanKind
from srx_issu.domain.routes.apart_stopped import name_apart
from srx_issu.domain.routes.apart_way_back import WayOut, way_out
from srx_issu.domain.routes.plan import RoutePlan
from srx_issu.domain.upgrade.configuration import CommitConfiguration
from srx_issu.domain.upgrade.intent import Timers
from tests.fakes.lines import permit
from tests.integration.lab.conftest import ServedLab

PAUSE_S = 0.05
REAL_TIME_S = 2.0  # what each deadline has more than the nodes' own time: a look takes a part of a second
WIRE = Timers(connect_s=5, rpc_s=8)
Person = Callable[[PlannedAction], None]  # is asked once for each action


@dataclass(kw_only=True)
class Carried:
    """One cluster of the simulator. ``before`` is called ahead of each action that is named in it."""

    lab: ServedLab
    cluster: Cluster
    reader: PyezClusterReader
    writer: PyezClusterWriter
    person: Person
    timers: Timers = field(default_factory=Timers)
    before: dict[ActionName, Callable[[], None]] = field(default_factory=dict)
    taken: list[TakenCommand] = field(default_factory=list)
    story: list[str] = field(default_factory=list)

    def carry_out(self, actions: tuple[PlannedAction, ...]) -> Stop | None:
        """None: all of it is done."""
        for action in actions:
            self.before.get(action.name, lambda: None)()
            if (stop := self._one(action)) is not None:
                self.story.append(f"{action.name}: {stop.reason}")
                return stop
        return None

    @property
    def virtual_s(self) -> float:
        return self.lab.server.lab.setting.clock.now()

    def _one(self, action: PlannedAction) -> Stop | None:
        since, clock = self.virtual_s, self.lab.server.lab.setting.clock
        deadline_s = float(getattr(self.timers, action.deadline)) + REAL_TIME_S * clock.speed
        is_asked = paged = False
        while True:
            step = next_in(action, self.look(), self.taken)
            match step:
                case Passed():
                    return None
                case Send():
                    if (stop := self._send(step)) is not None:
                        return stop
                case Wait():
                    if action.asks is not None and not is_asked:
                        is_asked = True
                        self.person(action)
                    if self.virtual_s - since > deadline_s:
                        return Stop(reason=f"not done within {deadline_s:.0f} s: {step.reason}")
                    time.sleep(PAUSE_S)
                case Stop(page=True) if not paged:
                    paged = True
                case Stop():
                    return step

    def recover(self, plan: RoutePlan) -> WayOut:
        """By the way that is found for what both nodes show, with a person's yes. Returns the way; a HOLD
        where it stopped, or where there is none. A node that boots is waited for."""
        steps, since = plan.apart, self.virtual_s
        assert steps is not None
        now = self.look()
        while not now.both_reachable and self.virtual_s - since < self.timers.boot_s:
            time.sleep(PAUSE_S)
            now = self.look()
        failure, reason = name_apart(plan, steps, now)
        self.story.append(f"{failure}: {reason}")
        way = way_out(plan, steps, now, failure)
        self.taken.clear()
        if way.kind is not PlanKind.HOLD and self.carry_out(way.actions) is not None:
            return WayOut(kind=PlanKind.HOLD)
        return way

    def look(self) -> Snapshot:
        return self.reader.observe()

    def _send(self, step: Send) -> Stop | None:
        command = step.command
        self.taken.append(step.taken)
        self.story.append(f"{step.action.name}: {command.node} {command.cli}")
        try:
            with self.writer.line(command.node) as line:
                if command.order is CommandKind.COMMIT:
                    asked = CommitConfiguration(lines=command.lines, comment=f"srx-issu u: {command.key}")
                    words = line.commit(asked, permit(command.node))
                else:
                    words = line.send(command.junos_command, permit(command.node))
        except CommandRefused as refusal:
            return Stop(reason=f"{command.node} refused '{command.cli}': {refusal.message}")
        except DeviceError as doubt:
            words = f"{type(doubt).__name__}: {doubt.message}"
        self.story.append(f"    {words.strip().splitlines()[-1] if words.strip() else 'nothing was said'}")
        return None


@contextmanager
def carried(lab: ServedLab, person: Person) -> Iterator[Carried]:
    clock = lab.server.lab.setting.clock
    cluster, credentials = cluster_of(lab), credentials_of(lab)
    reader = PyezClusterReader(
        cluster,
        credentials,
        WIRE,
        now=lambda: datetime.fromtimestamp(clock.now(), UTC),
        asks_next_boot=True,
        asks_links=True,
    )
    writer = PyezClusterWriter(cluster, credentials, WIRE)
    with reader:
        yield Carried(lab=lab, cluster=cluster, reader=reader, writer=writer, person=person)
    writer.close()


def cluster_of(lab: ServedLab) -> Cluster:
    (name, found), *_ = lab.server.lab.clusters.items()
    node0, node1 = (Address(host="127.0.0.1", port=lab.port(node)) for node in NodeName)
    model = found.entry.spec.platform.model
    return Cluster(name=name, model=model, site="lab", connection_id="lab", node0=node0, node1=node1)


def credentials_of(lab: ServedLab) -> Credentials:
    known = (lab.folder / "known_hosts").read_text(encoding="utf-8")
    return Credentials(username="lab", password=lab.password, known_hosts=known)
