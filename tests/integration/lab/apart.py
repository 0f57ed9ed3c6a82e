"""A pair of nodes whose links are taken apart, in tests."""

from __future__ import annotations

from dataclasses import replace

from srx_lab.machine.cables import handle
from srx_lab.machine.cluster import ClusterMachine
from srx_lab.machine.commands import reboot
from srx_lab.machine.commits import CommitOptions, commit
from srx_lab.machine.effects import Effect
from srx_lab.machine.groups import view
from srx_lab.machine.ports import members
from srx_lab.machine.words import NodeId
from srx_lab.rehearsal import TARGET, example_spec, machine_with_room
from srx_lab.release import parse_release
from srx_lab.replies.in_force import settings_of
from tests.integration.lab.driving import N0, N1

RELAXED = (
    "set security flow tcp-session no-syn-check",
    "set security flow tcp-session no-sequence-check",
)


class Pair:
    """A machine with its configuration read; RG0 and RG1 on node0."""

    def __init__(
        self, model: str = "SRX345", *lines: str, fabric_links: int = 1, preempt: bool = False
    ) -> None:
        spec = replace(example_spec(model, preempt=preempt), configuration=lines, fabric_links=fabric_links)
        self.machine: ClusterMachine = machine_with_room(spec, read_settings=settings_of)
        self.world = self.machine.world
        self.seen: list[Effect] = []

    def wait(self, seconds: float) -> None:
        self.machine.advance(self.machine.now + seconds)
        self.seen += self.machine.take_effects()

    def pull(self, *cables: str, child: int | None = None) -> None:
        handle(self.world, cables, plug=False, child=child)
        self.wait(0)

    def put_in(self, *cables: str, child: int | None = None) -> None:
        handle(self.world, cables, plug=True, child=child)
        self.wait(0)

    def commit(self, on: NodeId, *lines: str, confirm_min: int | None = None) -> str:
        """Add lines to what the node has committed; what the node says."""
        before = self.world.node(on).configuration.committed
        options = CommitOptions(confirm_min=confirm_min)
        answer = commit(self.world, on, (*before, *lines), user="lab", client="cli", options=options)
        self.wait(0)
        return answer.text

    def switch_ports(self, on: NodeId, node: NodeId, *, off: bool) -> str:
        """Disable or enable every traffic port of `node`, in the configuration of `on`."""
        word = "set" if off else "delete"
        return self.commit(
            on, *(f"{word} interfaces {port} disable" for port in members(self.world.spec, node))
        )

    def upgrade(self, node: NodeId, release: str = TARGET) -> None:
        """As if installed; the node reboots and is up and out of hold again."""
        self.world.node(node).pending = parse_release(release)
        self.reboot(node)

    def reboot(self, node: NodeId) -> None:
        reboot(self.world, (node,), user="lab")
        self.wait(900)

    def take_apart(self) -> None:
        """The secondary isolated, both links out, both nodes primary."""
        self.switch_ports(N0, N1, off=True)
        self.pull("control")
        self.wait(30)
        self.pull("fabric")

    def states(self, viewer: NodeId, group: int = 0) -> tuple[str, str]:
        """What a node shows of node0 and node1."""
        first, second = (view(self.world, viewer, node, group).state.value for node in (N0, N1))
        return first, second

    def told(self, kind: type[Effect]) -> list[Effect]:  # type: ignore[valid-type]
        return [each for each in self.seen if isinstance(each, kind)]
