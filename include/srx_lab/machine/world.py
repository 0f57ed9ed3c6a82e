"""One cluster's state, schedule, faults and outgoing effects, handed to every rule of the machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from srx_lab.durations import Durations
from srx_lab.machine.configured import Settings
from srx_lab.machine.effects import Effect, Logged
from srx_lab.machine.faults import Fault
from srx_lab.machine.schedule import Schedule
from srx_lab.machine.state import ClusterSpec, ClusterState, Node
from srx_lab.machine.words import GroupState, NodeId

ReadSettings = Callable[["World", NodeId], Settings]
"""What of a node's committed configuration the machine goes by."""


def topology_settings(world: World, node: NodeId) -> Settings:  # noqa: ARG001 - both nodes have the same
    """Where nobody reads configurations: what the topology says."""
    return Settings(preempt=frozenset(each.group for each in world.spec.groups if each.preempt))


class World:
    """Everything a rule may read or change. `free_bytes` is asked for the room left on a node's /var."""

    def __init__(
        self,
        state: ClusterState,
        *,
        now: float,
        seed: int,
        free_bytes: Callable[[NodeId], int],
        read_settings: ReadSettings | None = None,
    ) -> None:
        self.state = state
        self.schedule = Schedule(now)
        self.seed = seed
        self.free_bytes = free_bytes
        self.read_settings = read_settings or topology_settings
        self.faults: list[Fault] = []
        self._effects: list[Effect] = []

    @property
    def now(self) -> float:
        return self.schedule.now

    @property
    def spec(self) -> ClusterSpec:
        return self.state.spec

    @property
    def durations(self) -> Durations:
        return self.state.spec.durations

    def node(self, node: NodeId) -> Node:
        return self.state.nodes[node]

    def nodes(self) -> Iterable[Node]:
        return self.state.nodes.values()

    def emit(self, effect: Effect) -> None:
        self._effects.append(effect)

    def take_effects(self) -> list[Effect]:
        """Hand over what happened since the last call."""
        self.schedule.look()
        taken, self._effects = self._effects, []
        return taken

    def log(self, node: NodeId, text: str) -> None:
        self.emit(Logged(node=node, text=text))

    def fault(self, name: str, node: NodeId | None = None) -> Fault | None:
        """The active fault of that name that hits `node`, if any."""
        return next((each for each in self.faults if each.spec.name == name and each.hits(node)), None)

    def can_see(self, viewer: NodeId, other: NodeId) -> bool:
        """Whether `viewer` hears `other`'s heartbeats."""
        return viewer is other or (
            self.node(viewer).is_up
            and self.node(other).is_up
            and self.state.links.control
            and not self.spec.standalone
        )

    @property
    def hears_anything(self) -> bool:
        """Whether something of one node reaches the other, over the control or the fabric link."""
        return self.state.links.control or self.state.links.fabric

    def seen_by(self, viewer: NodeId) -> list[NodeId]:
        """A node and whom it hears, node0 first."""
        return [node for node in NodeId if self.can_see(viewer, node)]

    def primary_of(self, group: int) -> NodeId | None:
        """The node that is primary for `group`; node0 when both claim it, None when none does."""
        for node in self.nodes():
            if node.is_up and node.state_of(group) is GroupState.PRIMARY:
                return node.node
        return None

    def device_time(self, node: NodeId, at: float | None = None) -> datetime:
        """The node's clock, its skew included."""
        moment = (self.now if at is None else at) + self.node(node).clock_offset_s
        return datetime.fromtimestamp(moment, UTC)

    def stamp(self, node: NodeId) -> str:
        """`[Oct  6 12:30:16]`, as ISSU lines carry it [S]."""
        moment = self.device_time(node)
        return f"[{moment:%b} {moment.day:2d} {moment:%H:%M:%S}]"
