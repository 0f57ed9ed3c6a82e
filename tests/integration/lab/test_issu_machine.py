"""The healthy upgrade, step by step, as both nodes show it."""

from __future__ import annotations

import pytest

from srx_lab.machine.cluster import ClusterMachine
from srx_lab.machine.effects import FileCopied, NodeCameUp, NodeWentDown, PhaseEntered
from srx_lab.machine.groups import view
from srx_lab.machine.words import ColdSync, GroupState, Phase
from srx_lab.rehearsal import TARGET, example_spec, machine_with_room
from tests.integration.lab.driving import N0, N1, reach, row, start


@pytest.fixture
def machine() -> ClusterMachine:
    return machine_with_room()


def test_an_idle_cluster_plans_nothing(machine: ClusterMachine) -> None:
    assert machine.next_due() is None


def test_phases_come_in_the_order_of_the_guide(machine: ClusterMachine) -> None:
    start(machine)
    machine.advance(machine.now + 5 * 3600)
    phases = [effect.phase for effect in machine.take_effects() if isinstance(effect, PhaseEntered)]
    assert phases == [
        Phase.CONSOLIDATE_GROUPS,
        Phase.VALIDATE,
        Phase.SYNC_KERNEL,
        Phase.PUSH_IMAGE,
        Phase.INSTALL_SECONDARY,
        Phase.REBOOT_SECONDARY,
        Phase.COLD_SYNC_SECONDARY,
        Phase.PREPARE_DAEMONS,
        Phase.PREPARE_PFES,
        Phase.READY_FOR_SWITCHOVER,
        Phase.SWITCHOVER,
        Phase.INSTALL_PRIMARY,
        Phase.REBOOT_PRIMARY,
        Phase.COLD_SYNC_PRIMARY,
        Phase.COMPLETE,
    ]


def test_takes_about_fifty_virtual_minutes(machine: ClusterMachine) -> None:
    before = machine.now
    start(machine)
    reach(machine, Phase.COMPLETE)
    assert 45 * 60 < machine.now - before < 55 * 60


def test_groups_are_consolidated_with_the_manual_flag_and_255(machine: ClusterMachine) -> None:
    start(machine)
    reach(machine, Phase.VALIDATE)
    assert row(machine, N0, 1) == (255, "primary", "yes")
    assert row(machine, N0, 0) == (200, "primary", "no")


def test_the_window_is_open_on_both_nodes_until_the_old_primary_reboots(machine: ClusterMachine) -> None:
    start(machine)
    reach(machine, Phase.COLD_SYNC_SECONDARY)
    assert all(node.in_issu_window for node in machine.world.nodes())
    reach(machine, Phase.REBOOT_PRIMARY)
    assert not any(node.in_issu_window for node in machine.world.nodes())


def test_the_peer_is_lost_while_it_reboots(machine: ClusterMachine) -> None:
    start(machine)
    reach(machine, Phase.REBOOT_SECONDARY)
    machine.advance(machine.now + 60)
    lost = view(machine.world, N0, N1, 1)
    assert (lost.state, lost.priority, lost.preempt, lost.manual) == (GroupState.LOST, 0, "n/a", "n/a")


def test_a_booted_node_waits_in_hold(machine: ClusterMachine) -> None:
    start(machine)
    reach(machine, Phase.REBOOT_SECONDARY)
    while not any(isinstance(effect, NodeCameUp) for effect in machine.take_effects()):
        machine.advance(machine.next_due() or machine.now)
    assert row(machine, N1, 1)[1] == "hold"


def test_priority_is_zero_with_cs_during_cold_sync(machine: ClusterMachine) -> None:
    start(machine)
    reach(machine, Phase.COLD_SYNC_SECONDARY)
    shown = view(machine.world, N0, N1, 1)
    assert (shown.priority, shown.failures) == (0, "CS")
    assert view(machine.world, N0, N1, 0).priority == 100
    reach(machine, Phase.PREPARE_DAEMONS)
    assert view(machine.world, N0, N1, 1).failures == "None"


def test_switchover_moves_every_group_and_the_old_primary_is_secondary_at_once(
    machine: ClusterMachine,
) -> None:
    start(machine)
    reach(machine, Phase.INSTALL_PRIMARY)
    for group in (0, 1):
        assert row(machine, N1, group) == (255, "primary", "yes")
        assert row(machine, N0, group)[1] == "secondary"


def test_both_nodes_end_on_the_target_with_255_left_behind(machine: ClusterMachine) -> None:
    start(machine)
    reach(machine, Phase.COMPLETE)
    assert [node.release.text for node in machine.world.nodes()] == [TARGET, TARGET]
    assert all(node.cold_sync is ColdSync.COMPLETE for node in machine.world.nodes())
    assert row(machine, N1, 1) == (255, "primary", "yes")


def test_preempt_waits_for_the_failover_reset() -> None:
    machine = machine_with_room(example_spec(preempt=True))
    start(machine)
    reach(machine, Phase.COMPLETE)
    machine.advance(machine.now + 3600)
    assert row(machine, N1, 1)[1] == "primary"


def test_the_image_is_pushed_to_the_peer_before_it_reboots(machine: ClusterMachine) -> None:
    start(machine)
    machine.advance(machine.now + 5 * 3600)
    kinds = [type(effect) for effect in machine.take_effects()]
    assert kinds.index(FileCopied) < kinds.index(NodeWentDown)


def test_counters_start_again_with_a_reboot(machine: ClusterMachine) -> None:
    before = machine.world.node(N1).heartbeats_sent.read(machine.now)
    start(machine)
    reach(machine, Phase.COLD_SYNC_SECONDARY)
    assert machine.world.node(N1).heartbeats_sent.read(machine.now) < before


def test_rtos_flow_from_the_new_primary_to_the_new_secondary_afterwards(machine: ClusterMachine) -> None:
    start(machine)
    reach(machine, Phase.COMPLETE)
    sent, received = machine.world.node(N1).rtos_sent, machine.world.node(N0).rtos_received
    before = sent.read(machine.now), received.read(machine.now)
    machine.advance(machine.now + 60)
    assert sent.read(machine.now) > before[0]
    assert received.read(machine.now) > before[1]


def test_the_starter_takes_the_upgrade_down_with_it() -> None:
    machine = machine_with_room()
    start(machine)
    reach(machine, Phase.INSTALL_SECONDARY)
    machine.inject("node_power_off", node=N0)
    assert machine.world.state.phase is Phase.ABORTED
    assert row(machine, N1, 1, viewer=N1)[1] == "primary"


def test_same_seed_same_effects() -> None:
    def run() -> list[str]:
        machine = machine_with_room(seed=7)
        start(machine)
        machine.advance(machine.now + 4 * 3600)
        return [repr(effect) for effect in machine.take_effects()]

    assert run() == run()
