"""Drive a machine through an upgrade in tests."""

from __future__ import annotations

from srx_lab.machine.cluster import ClusterMachine
from srx_lab.machine.groups import view
from srx_lab.machine.issu_rules import StartOptions
from srx_lab.machine.words import NodeId, Phase
from srx_lab.rehearsal import example_image

N0, N1 = NodeId.NODE0, NodeId.NODE1


def start(machine: ClusterMachine) -> None:
    result = machine.start_upgrade(N0, example_image(), StartOptions(reboot=True))
    assert not result.answers


def reach(machine: ClusterMachine, phase: Phase) -> None:
    """Let time pass until the upgrade is in a phase."""
    while machine.world.state.phase is not phase:
        due = machine.next_due()
        assert due is not None, f"never reached {phase}, stuck in {machine.world.state.phase}"
        machine.advance(due)


def row(machine: ClusterMachine, node: NodeId, group: int, viewer: NodeId = N0) -> tuple[int, str, str]:
    shown = view(machine.world, viewer, node, group)
    return shown.priority, shown.state.value, shown.manual
