"""The guide's restore procedure, manual failover and reset, abort, rollback, reboot."""

from __future__ import annotations

import pytest

from srx_lab.machine import commands
from srx_lab.machine.cluster import ClusterMachine
from srx_lab.machine.commits import commit
from srx_lab.machine.issu_rules import StartOptions
from srx_lab.machine.rollback import roll_back
from srx_lab.machine.words import GroupState, Phase
from srx_lab.rehearsal import RUNNING, TARGET, example_image, example_spec, machine_with_room
from tests.integration.lab.driving import N0, N1, reach, row, start


def aborted_with(fault: str) -> ClusterMachine:
    machine = machine_with_room()
    machine.inject(fault)
    start(machine)
    reach(machine, Phase.ABORTED)
    return machine


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("secondary_reboot_fails", "(error-code: 4.1)"),
        ("cold_sync_never_completes", "to sync(error-code: 6.1)"),
        ("failover_refused", "(error-code: 7.1)"),
    ],
)
def test_the_guides_procedure_restores_the_cluster(fault: str, code: str) -> None:
    machine = aborted_with(fault)
    world = machine.world
    assert machine.upgrade is not None
    assert any(code in line for line in machine.upgrade.transcript)
    assert "both nodes are in ISSU window" in "\n".join(machine.upgrade.transcript)
    machine.clear(fault)
    machine.advance(machine.now + 3600)
    assert world.node(N1).release.text == TARGET

    assert not roll_back(world, N1, reboot=False).failed
    assert row(machine, N0, 0)[1] == row(machine, N0, 1)[1] == "primary"
    for node in (N0, N1):
        assert commands.abort_upgrade(world, node).text == "ISSU aborted and exiting ISSU window"
    assert not commands.reboot(world, (N1,), user="lab").failed
    machine.advance(machine.now + 3600)
    for group in (0, 1):
        commands.reset_failover(world, N0, group)

    assert [node.release.text for node in world.nodes()] == [RUNNING, RUNNING]
    assert not any(node.in_issu_window for node in world.nodes())
    assert [row(machine, node, 1) for node in (N0, N1)] == [(200, "primary", "no"), (100, "secondary", "no")]


def test_a_second_start_is_refused_until_abort_on_both_nodes() -> None:
    machine = aborted_with("failover_refused")
    options = StartOptions(reboot=True)
    assert machine.start_upgrade(N0, example_image(), options).text == "warning: ISSU in progress"
    commands.abort_upgrade(machine.world, N0)
    assert machine.start_upgrade(N0, example_image(), options).text == "warning: ISSU in progress"
    commands.abort_upgrade(machine.world, N1)
    assert machine.start_upgrade(N0, example_image(), options).upgrade == 2


def test_only_the_group_whose_switchover_is_refused_cannot_be_moved_by_hand() -> None:
    machine = machine_with_room()
    machine.inject("failover_refused", group="1")
    assert "not permitted" in commands.fail_over_by_hand(machine.world, N0, 1, N1).text
    assert not commands.fail_over_by_hand(machine.world, N0, 0, N1).failed


def test_abort_ends_a_running_upgrade() -> None:
    machine = machine_with_room()
    start(machine)
    reach(machine, Phase.INSTALL_SECONDARY)
    commands.abort_upgrade(machine.world, N0)
    assert machine.world.state.phase is Phase.ABORTED
    machine.advance(machine.now + 7200)
    assert machine.world.node(N1).boots == 1


def test_rollback_without_a_node_rolls_back_both() -> None:
    machine = machine_with_room()
    start(machine)
    reach(machine, Phase.COMPLETE)
    roll_back(machine.world, None, reboot=True)
    machine.advance(machine.now + 3600)
    assert [node.release.text for node in machine.world.nodes()] == [RUNNING, RUNNING]


def test_rollback_without_a_previous_image_is_refused() -> None:
    machine = machine_with_room()
    assert roll_back(machine.world, N1, reboot=False).failed
    assert roll_back(machine.world, N1, reboot=True).failed
    machine.advance(machine.now + 3600)
    assert machine.world.node(N1).boots == 1, "what was refused reboots nothing"


def test_a_rollback_that_is_impossible_is_a_plain_warning_and_reboots_nothing() -> None:
    machine = aborted_with("cold_sync_never_completes")
    machine.inject("rollback_impossible")
    result = roll_back(machine.world, N1, reboot=True)
    assert not result.failed
    assert result.text == "WARNING: Cannot rollback, /packages/junos.old is not valid"
    boots = machine.world.node(N1).boots
    machine.advance(machine.now + 3600)
    assert (machine.world.node(N1).boots, machine.world.node(N1).release.text) == (boots, TARGET)


def test_manual_failover_leaves_255_the_flag_and_secondary_hold() -> None:
    machine = machine_with_room()
    result = commands.fail_over_by_hand(machine.world, N0, 0, N1)
    assert result.text == "Initiated manual failover for redundancy group 0"
    assert row(machine, N1, 0) == (255, "primary", "yes")
    assert row(machine, N0, 0) == (200, "secondary-hold", "yes")


def test_reset_restores_the_priority_but_not_the_hold() -> None:
    machine = machine_with_room()
    commands.fail_over_by_hand(machine.world, N0, 0, N1)
    commands.reset_failover(machine.world, N0, 0)
    assert row(machine, N1, 0) == (100, "primary", "no")
    assert row(machine, N0, 0) == (200, "secondary-hold", "no")


@pytest.mark.parametrize(("group", "hold_s"), [(0, 301), (1, 2)])
def test_the_hold_down_lets_no_group_come_back_early(group: int, hold_s: int) -> None:
    machine = machine_with_room()
    commands.fail_over_by_hand(machine.world, N0, group, N1)
    machine.advance(machine.now + hold_s - 1)
    assert "secondary-hold" in commands.fail_over_by_hand(machine.world, N1, group, N0).text
    machine.advance(machine.now + 1)
    assert not commands.fail_over_by_hand(machine.world, N1, group, N0).failed


def test_preempt_takes_a_group_back_after_the_reset() -> None:
    machine = machine_with_room(example_spec(preempt=True))
    commands.fail_over_by_hand(machine.world, N0, 1, N1)
    machine.advance(machine.now + 60)
    assert row(machine, N1, 1)[1] == "primary"
    commands.reset_failover(machine.world, N0, 1)
    machine.advance(machine.now + 60)
    assert row(machine, N0, 1) == (200, "primary", "no")


def test_the_peer_takes_over_when_the_primary_reboots() -> None:
    machine = machine_with_room()
    commands.reboot(machine.world, (N0,), user="lab")
    machine.advance(machine.now + 30)
    assert row(machine, N1, 0, viewer=N1)[1] == "primary"
    assert machine.world.node(N1).groups[0].history[-1].reason == "Only node present"


def test_reboot_is_refused_while_an_upgrade_runs() -> None:
    machine = machine_with_room()
    start(machine)
    reach(machine, Phase.INSTALL_SECONDARY)
    assert commands.reboot(machine.world, (N1,), user="lab").failed


def test_commit_is_refused_in_the_window() -> None:
    machine = machine_with_room()
    assert not commit(machine.world, N0, (), user="lab", client="cli").failed
    start(machine)
    assert commit(machine.world, N0, (), user="lab", client="cli").failed


def test_a_lost_control_link_disables_the_secondary_after_180_s() -> None:
    machine = machine_with_room()
    machine.inject("control_link_down")
    here = machine.world.node(N1)
    assert here.state_of(0) is GroupState.INELIGIBLE
    machine.advance(machine.now + 179)
    assert here.state_of(1) is GroupState.INELIGIBLE
    machine.advance(machine.now + 1)
    assert here.state_of(1) is GroupState.DISABLED
    machine.clear("control_link_down")
    assert row(machine, N1, 0) == (100, "disabled", "no")
    commands.reboot(machine.world, (N1,), user="lab")
    machine.advance(machine.now + 3600)
    assert row(machine, N1, 0)[1] == "secondary"


def test_both_nodes_primary_until_the_links_return() -> None:
    machine = machine_with_room()
    machine.inject("both_nodes_primary")
    assert {node.state_of(1) for node in machine.world.nodes()} == {GroupState.PRIMARY}
    machine.clear("both_nodes_primary")
    assert [node.state_of(1).value for node in machine.world.nodes()] == ["primary", "secondary"]


def test_a_rebooted_primary_that_never_reboots_by_itself_can_be_rebooted_by_hand() -> None:
    machine = machine_with_room()
    machine.inject("primary_reboot_fails")
    start(machine)
    machine.advance(machine.now + 2 * 3600)
    assert machine.world.node(N0).pending is not None
    commands.reboot(machine.world, (N0,), user="lab")
    machine.advance(machine.now + 3600)
    assert machine.world.state.phase is Phase.COMPLETE
    assert machine.world.node(N0).release.text == TARGET


def test_policies_out_of_sync_until_resync() -> None:
    machine = machine_with_room()
    machine.inject("policies_out_of_sync_after")
    start(machine)
    reach(machine, Phase.COMPLETE)
    assert not any(node.policies_in_sync for node in machine.world.nodes())
    commands.resync_policies(machine.world, N1)
    assert all(node.policies_in_sync for node in machine.world.nodes())


def test_a_session_that_closes_takes_the_upgrade_only_when_the_fault_says_so() -> None:
    machine = machine_with_room()
    start(machine)
    reach(machine, Phase.INSTALL_SECONDARY)
    machine.session_closed(1)
    assert machine.world.state.phase is Phase.INSTALL_SECONDARY
    machine.inject("issu_dies_with_session")
    machine.session_closed(1)
    assert machine.world.state.phase is Phase.ABORTED
