"""The fault catalogue: every entry ends as it should."""

from __future__ import annotations

import pytest

from srx_lab.__main__ import main
from srx_lab.machine.fault_catalogue import FAULTS
from srx_lab.machine.fault_routes import IN_ICU
from srx_lab.machine.fault_spec import Route, Scope
from srx_lab.machine.faults import UnknownFault, make_fault
from srx_lab.machine.issu_rules import StartOptions
from srx_lab.machine.words import NodeId, Phase
from srx_lab.rehearsal import example_image, machine_with_room, rehearse

CLEAN = {"var_tmp_full", "var_tmp_full_on_both", "rg1_priority_zero", "already_current", "ineligible_release",
         "cpu_high", "image_truncated", "image_corrupt", "image_wrong_platform", "validation_fails",
         "rg_failover_error", "ksyncd_error", "chassisd_error", "issu_refused", "issu_ends",
         "control_link_down", "fabric_link_down", "both_nodes_primary", "node_power_off"}  # fmt: skip
NOT_STARTED = {"issu_already_in_progress", "image_missing", "remote_site_unreachable"}
DIRTY = {"secondary_reboot_fails", "cold_sync_never_completes", "cold_sync_stalls", "failover_refused",
         "primary_upgrade_fails", "node_never_comes_back", "failover_leaves_priority_zero"}  # fmt: skip


def expected_end(name: str) -> Phase:
    if name in NOT_STARTED:
        return Phase.IDLE
    if name == "issu_asks":
        return Phase.VALIDATE  # nobody answers
    if name in CLEAN:
        return Phase.REFUSED
    if name in DIRTY:
        return Phase.ABORTED
    return Phase.REBOOT_PRIMARY if name == "primary_reboot_fails" else Phase.COMPLETE


@pytest.mark.parametrize(
    "name",
    [name for name, spec in FAULTS.items() if spec.scope is not Scope.WIRE and spec.route is Route.ISSU],
)
def test_each_fault_ends_as_it_should(name: str) -> None:
    ending = rehearse(name)
    assert ending.phase == expected_end(name)
    assert ending.window is (name in DIRTY | {"issu_already_in_progress", "issu_asks"})


ICU_REFUSES = {"var_tmp_full", "image_truncated", "image_corrupt", "image_wrong_platform", "validation_fails"}
ICU_STOPS = {"rg_failover_error", "secondary_reboot_fails", "node_never_comes_back", "primary_upgrade_fails",
             "push_fails", "secondary_install_fails"}  # fmt: skip
ICU_HALF_WAY = {
    "image_missing": Phase.IDLE,
    "primary_reboot_fails": Phase.REBOOT_PRIMARY,
    "boots_old_release": Phase.COLD_SYNC_PRIMARY,
}


@pytest.mark.parametrize("name", [*IN_ICU, *(n for n, spec in FAULTS.items() if spec.route is Route.ICU)])
def test_each_fault_of_an_icu_ends_as_it_should(name: str) -> None:
    ending = rehearse(name, Route.ICU)
    expected = (
        Phase.REFUSED if name in ICU_REFUSES else Phase.ABORTED if name in ICU_STOPS else Phase.COMPLETE
    )
    assert ending.phase == ICU_HALF_WAY.get(name, expected)
    assert not ending.window


@pytest.mark.parametrize("no_validate", [True, False])
def test_without_validation_nobody_holds_the_configuration_against_the_image(no_validate: bool) -> None:
    machine = machine_with_room()
    machine.inject("validation_fails")
    options = StartOptions(reboot=True, no_validate=no_validate)
    machine.start_upgrade(NodeId.NODE0, example_image(), options)
    machine.advance(machine.now + 6 * 3600)
    assert machine.world.state.phase is (Phase.COMPLETE if no_validate else Phase.REFUSED)


def test_a_fault_waits_for_its_phase() -> None:
    machine = machine_with_room()
    machine.inject("control_link_down", at="cold_sync_secondary")
    assert machine.world.state.links.control
    assert [fault.active for fault in machine.world.faults] == [False]


@pytest.mark.parametrize(
    ("name", "given"),
    [("no_such_fault", {}), ("cpu_high", {"parameters": {"colour": "red"}}), ("cpu_high", {"at": "teatime"})],
)
def test_unknown_faults_are_named(name: str, given: dict[str, object]) -> None:
    with pytest.raises(UnknownFault):
        make_fault(name, **given)  # type: ignore[arg-type]


def test_a_mistyped_fault_says_what_was_meant_and_where_all_are(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["inject", "--state", "/nowhere", "--cluster", "c1", "no_sftpp"])
    shown = capsys.readouterr().err.strip()
    assert status == 2
    assert shown == "no fault named 'no_sftpp'; did you mean 'no_sftp'? 'python -m srx_lab faults' lists all"


def test_clock_skew_moves_one_clock() -> None:
    machine = machine_with_room()
    machine.inject("clock_skew", node=NodeId.NODE1, seconds="900")
    clocks = [machine.world.device_time(node) for node in NodeId]
    assert (clocks[1] - clocks[0]).total_seconds() == 900


def test_a_fault_that_lasts_for_a_while_heals_by_itself() -> None:
    machine = machine_with_room()
    machine.inject("node_power_off", node=NodeId.NODE1, lasts_s=300)
    machine.advance(machine.now + 299)
    assert machine.world.fault("node_power_off", NodeId.NODE1)
    machine.advance(machine.now + 1 + 3600)
    assert machine.world.fault("node_power_off") is None
    assert machine.world.node(NodeId.NODE1).is_up
