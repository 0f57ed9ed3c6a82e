"""The door to the machine: build a cluster, let time pass, give orders, take effects."""

from __future__ import annotations

from collections.abc import Callable

from srx_lab.machine import commands
from srx_lab.machine.applied import load_settings
from srx_lab.machine.cold_sync import pfe_names, spus_of
from srx_lab.machine.configured import CommitRecord, ConfigurationDatabase
from srx_lab.machine.counters import count_since_boot, refresh_rates
from srx_lab.machine.effects import Effect
from srx_lab.machine.faults import make_fault
from srx_lab.machine.flow import begin
from srx_lab.machine.injection import clear, inject
from srx_lab.machine.issu_rules import StartOptions
from srx_lab.machine.result import CommandResult
from srx_lab.machine.software import Image, Install
from srx_lab.machine.state import (
    ClusterSpec,
    ClusterState,
    Group,
    GroupOnNode,
    Node,
    Transition,
    Upgrade,
)
from srx_lab.machine.wiring import Links
from srx_lab.machine.words import GroupState, NodeId
from srx_lab.machine.world import ReadSettings, World

_BOOT_TO_HOLD_END_S = 128.0
_MIB = 1024 * 1024


class ClusterMachine:
    """One simulated cluster. Every method acts at the machine's present moment; `advance` moves it."""

    def __init__(
        self,
        spec: ClusterSpec,
        *,
        now: float,
        seed: int = 1,
        free_bytes: Callable[[NodeId], int] | None = None,
        read_settings: ReadSettings | None = None,
    ) -> None:
        state = _healthy(spec, now)
        plenty = (spec.disk.var_mb - spec.disk.used_mb) * _MIB
        room = free_bytes or (lambda _: plenty)
        self.world = World(state, now=now, seed=seed, free_bytes=room, read_settings=read_settings)
        for node in NodeId:
            load_settings(self.world, node)
            self.world.node(node).ports_ready.clear()
        refresh_rates(self.world)
        count_since_boot(self.world)
        begin(self.world)

    @property
    def now(self) -> float:
        return self.world.now

    @property
    def upgrade(self) -> Upgrade | None:
        return self.world.state.upgrade

    def advance(self, to: float) -> None:
        """Let virtual time pass."""
        self.world.schedule.advance(to)

    def next_due(self) -> float | None:
        """When the machine will do something by itself, or None: it may be left alone."""
        return self.world.schedule.next_due()

    def take_effects(self) -> list[Effect]:
        return self.world.take_effects()

    def start_upgrade(self, on: NodeId, image: Image, options: StartOptions) -> CommandResult:
        return commands.start_upgrade(self.world, on, image, options)

    def inject(
        self,
        name: str,
        *,
        node: NodeId | None = None,
        at: str | None = None,
        lasts_s: float | None = None,
        **parameters: str,
    ) -> None:
        """Inject a fault by name; raises UnknownFault."""
        inject(self.world, make_fault(name, node=node, at=at, lasts_s=lasts_s, parameters=parameters))

    def clear(self, name: str | None = None, node: NodeId | None = None) -> list[str]:
        return clear(self.world, name, node)

    def running(self, number: int) -> Upgrade | Install | None:
        """The upgrade or install that has the transcript of that number."""
        if self.upgrade is not None and self.upgrade.number == number:
            return self.upgrade
        return self.world.state.installs.get(number)

    def asks(self, line: str) -> bool:
        """Whether this line of the transcript is a question that the upgrade waits behind."""
        return self.upgrade is not None and self.upgrade.question == line and self.upgrade.answer is None

    def answer(self, text: str) -> None:
        if self.upgrade is not None:
            self.upgrade.answer = text
            self.world.schedule.poke()

    def session_closed(self, upgrade: int) -> None:
        """The session that started an upgrade or install is gone; normally it goes on [U]."""
        running = self.running(upgrade)
        if running is None or running.outcome:
            return
        if isinstance(running, Install):
            if self.world.fault("install_dies_with_session", running.node):
                self.world.schedule.kill(str(running.node))
        elif self.world.fault("issu_dies_with_session"):
            self.world.schedule.kill(str(running.starter))


def _healthy(spec: ClusterSpec, now: float) -> ClusterState:
    booted = now - spec.uptime_s
    nodes = {node: _node(spec, node, booted) for node in NodeId}
    groups = {each.group: Group(spec=each) for each in spec.groups}
    links = Links(fabric_cables=[True] * spec.fabric_links)
    return ClusterState(spec=spec, nodes=nodes, groups=groups, links=links, sessions_since=booted)


def _database(spec: ClusterSpec, booted: float) -> ConfigurationDatabase:
    made = ConfigurationDatabase(
        committed=spec.configuration, candidate=list(spec.configuration), rescue=spec.configuration
    )
    made.commits = [
        CommitRecord(
            at=booted - 86_400 * (3 + 9 * index), user="admin", client="cli", lines=spec.configuration
        )
        for index in range(3)
    ]
    return made


def _node(spec: ClusterSpec, node: NodeId, booted: float) -> Node:
    configuration = _database(spec, booted)
    booted += 4.0 * node.number
    joined = booted + _BOOT_TO_HOLD_END_S
    made = Node(
        node=node,
        release=spec.releases[node],
        booted_at=booted,
        joined_at=joined,
        cold_sync_spus_done=spus_of(spec),
        rescue_saved=spec.rescue_saved,
        configuration=configuration,
    )
    made.groups = {each.group: _held(spec, node, each.group, joined) for each in spec.groups}
    made.cold_sync_events = [
        (joined + 57, f"Cold sync completed for PFE {pfe}") for pfe in pfe_names(spec, node)
    ]
    return made


def _held(spec: ClusterSpec, node: NodeId, group: int, joined: float) -> GroupOnNode:
    priorities = next(each.priority for each in spec.groups if each.group == group)
    mine, theirs = priorities[node], priorities[node.peer]
    history = [_moved(joined, GroupState.HOLD, GroupState.SECONDARY, "Hold timer expired")]
    if mine > theirs or (mine == theirs and node is NodeId.NODE0):
        reason = f"Better priority ({mine}/{theirs})"
        history.append(_moved(joined + 1, GroupState.SECONDARY, GroupState.PRIMARY, reason))
    return GroupOnNode(state=history[-1].after, history=history)


def _moved(at: float, before: GroupState, after: GroupState, reason: str) -> Transition:
    return Transition(at=at, before=before, after=after, reason=reason)
