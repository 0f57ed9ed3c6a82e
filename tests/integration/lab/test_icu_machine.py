"""An in-band cluster upgrade: its order, its failures, and an abort that comes too late."""

from __future__ import annotations

import pytest

from srx_lab.machine import commands
from srx_lab.machine.cluster import ClusterMachine
from srx_lab.machine.effects import (
    NodeCameUp,
    NodeWentDown,
    RebootOrdered,
    ReleasePending,
    SynCheckChanged,
    TrafficMoved,
)
from srx_lab.machine.flow import session_share
from srx_lab.machine.issu_rules import StartOptions
from srx_lab.machine.rollback import roll_back
from srx_lab.machine.words import ColdSync, Phase
from srx_lab.rehearsal import RUNNING, TARGET, example_image, example_spec, machine_with_room
from srx_lab.release import parse_release
from tests.integration.lab.driving import N0, N1, reach

HOURS = 3600.0


def begin(model: str = "SRX340", **options: bool | float) -> ClusterMachine:
    machine = machine_with_room(example_spec(model))
    start(machine, **options)
    return machine


def start(machine: ClusterMachine, **options: bool | float) -> None:
    model = machine.world.spec.platform.model
    given = StartOptions(no_sync=True, **options)  # type: ignore[arg-type]
    assert not machine.start_upgrade(N0, example_image(model), given).answers


def releases(machine: ClusterMachine) -> list[str]:
    return [node.release.text for node in machine.world.nodes()]


def pending(machine: ClusterMachine) -> list[str | None]:
    return [node.pending.text if node.pending else None for node in machine.world.nodes()]


def wait(machine: ClusterMachine, hours: float = 4) -> None:
    machine.advance(machine.now + hours * HOURS)


@pytest.mark.parametrize("model", ["SRX300", "SRX320", "SRX340", "SRX345", "SRX380"])
def test_both_nodes_are_installed_before_the_secondary_and_then_the_primary_reboots(model: str) -> None:
    machine = begin(model)
    wait(machine)
    steps = [
        (type(effect).__name__, effect.node)
        for effect in machine.take_effects()
        if isinstance(effect, ReleasePending | RebootOrdered | NodeWentDown | NodeCameUp)
    ]
    assert steps == [
        ("ReleasePending", N1),
        ("ReleasePending", N0),
        ("RebootOrdered", N1),
        ("NodeWentDown", N1),
        ("NodeCameUp", N1),
        ("RebootOrdered", N0),
        ("NodeWentDown", N0),
        ("NodeCameUp", N0),
    ]
    assert releases(machine) == [TARGET, TARGET]
    assert machine.world.state.phase is Phase.COMPLETE


def test_nothing_is_synchronized_between_two_releases() -> None:
    machine = begin()
    reach(machine, Phase.REBOOT_PRIMARY)
    assert releases(machine) == [RUNNING, TARGET]
    assert machine.world.node(N1).cold_sync is ColdSync.UNKNOWN
    wait(machine)
    assert [node.cold_sync for node in machine.world.nodes()] == [ColdSync.COMPLETE] * 2


@pytest.mark.parametrize(
    ("fault", "installed"),
    [
        ("push_fails", [None, None]),
        ("secondary_install_fails", [None, None]),
        ("primary_upgrade_fails", [None, TARGET]),
        ("rg_failover_error", [TARGET, TARGET]),
    ],
)
def test_what_was_installed_when_an_icu_fails_stays_installed(
    fault: str, installed: list[str | None]
) -> None:
    machine = machine_with_room(example_spec("SRX340"))
    machine.inject(fault)
    start(machine)
    wait(machine)
    assert machine.world.state.phase is Phase.ABORTED
    assert machine.upgrade is not None
    assert machine.upgrade.transcript[-1] == "Aborting ICU upgrade"
    assert pending(machine) == installed
    assert releases(machine) == [RUNNING, RUNNING]


def test_without_validation_a_configuration_that_does_not_fit_is_no_hindrance() -> None:
    machine = machine_with_room(example_spec("SRX340"))
    machine.inject("validation_fails")
    start(machine, no_validate=True)
    wait(machine)
    assert releases(machine) == [TARGET, TARGET]


@pytest.mark.parametrize(
    ("phase", "installed"),
    [
        (Phase.PUSH_IMAGE, [None, None]),
        (Phase.INSTALL_SECONDARY, [None, TARGET]),
        (Phase.INSTALL_PRIMARY, [TARGET, TARGET]),
    ],
)
def test_an_abort_waits_for_the_operation_under_way(phase: Phase, installed: list[str | None]) -> None:
    machine = begin()
    reach(machine, phase)
    said = commands.abort_upgrade(machine.world, N0)
    assert "current operation" in said.text
    assert machine.world.state.phase is phase
    wait(machine)
    assert machine.world.state.phase is Phase.ABORTED
    assert pending(machine) == installed
    assert releases(machine) == [RUNNING, RUNNING]


def test_an_abort_may_be_answered_and_not_heeded() -> None:
    machine = begin()
    machine.inject("abort_unheeded")
    reach(machine, Phase.INSTALL_SECONDARY)
    heeded = begin()
    reach(heeded, Phase.INSTALL_SECONDARY)
    answers = [commands.abort_upgrade(each.world, N0).text for each in (machine, heeded)]
    assert answers[0] == answers[1]
    wait(machine)
    assert releases(machine) == [TARGET, TARGET]


def aborted_too_late() -> ClusterMachine:
    machine = begin()
    reach(machine, Phase.REBOOT_SECONDARY)
    commands.abort_upgrade(machine.world, N0)
    wait(machine)
    assert releases(machine) == [RUNNING, TARGET]
    return machine


def test_an_abort_after_the_secondarys_reboot_is_undone_on_the_secondary_alone_and_in_order() -> None:
    machine = aborted_too_late()
    world = machine.world
    assert roll_back(world, N1, reboot=False).failed  # before the abort on the secondary
    assert "not in progress" in commands.abort_upgrade(world, N0).text
    assert roll_back(world, N1, reboot=False).failed
    commands.abort_upgrade(world, N1)
    assert not roll_back(world, N1, reboot=False).failed
    commands.reboot(world, (N1,), user="lab")
    wait(machine)
    assert releases(machine) == [RUNNING, RUNNING]
    assert world.node(N1).cold_sync is ColdSync.COMPLETE
    assert pending(machine) == [TARGET, None]  # what the ICU installed on the primary is still there


def test_no_icu_is_started_while_an_earlier_one_holds_the_secondary() -> None:
    machine = aborted_too_late()
    again = machine.start_upgrade(N0, example_image("SRX340"), StartOptions(no_sync=True))
    assert "ISSU in progress" in again.text


def test_a_session_that_is_cut_may_end_it_between_the_reboots() -> None:
    machine = begin()
    machine.inject("issu_dies_with_session")
    reach(machine, Phase.REBOOT_SECONDARY)
    machine.session_closed(1)
    wait(machine)
    assert releases(machine) == [RUNNING, TARGET]
    assert roll_back(machine.world, N1, reboot=False).failed


def test_checks_of_tcp_are_off_for_a_while_and_on_again() -> None:
    machine = begin(no_tcp_syn_check_s=1800.0)
    reach(machine, Phase.REBOOT_SECONDARY)
    off_until = machine.world.state.syn_check_off_until
    assert off_until == machine.now + 1800
    machine.advance(off_until)
    assert machine.world.state.syn_check_off_until is None
    changes = [each for each in machine.take_effects() if isinstance(each, SynCheckChanged)]
    assert [(each.is_off, each.seconds) for each in changes] == [(True, 1800.0), (False, 0.0)]


@pytest.mark.parametrize(
    ("model", "running", "target", "refused"),
    [
        ("SRX340", "21.4R3.15", "24.4R1.9", "error: ICU is not supported"),
        ("SRX340", "21.4R3.15", "24.4R2.8", "error: ICU is not supported"),
        ("SRX340", "24.4R1.9", "24.4R2.8", ""),
        ("SRX340", "24.4R1.9", "23.4R2-S3.5", ""),
        ("SRX340", "24.4R1.9", "24.2R2.10", ""),
        ("SRX340", "24.4R1.9", "23.4R2.13", "downgrade"),
        ("SRX340", "24.4R1.9", "23.2R2.5", "downgrade"),
        ("SRX340", "21.4R3.15", "18.1R1.9", ""),
        ("SRX340", "21.4R3.15", "17.4R3.16", "downgrade"),
        ("SRX1500", "15.1X49-D60.7", "15.1X49-D50.3", ""),
        ("SRX4100", "15.1X49-D70.3", "15.1X49-D65.1", "downgrade"),
    ],
)
def test_pairs_of_releases(model: str, running: str, target: str, refused: str) -> None:
    machine = machine_with_room(example_spec(model))
    for node in machine.world.nodes():
        node.release = parse_release(running)
    machine.start_upgrade(N0, example_image(model, target), StartOptions(no_sync=True))
    wait(machine, 6)
    assert machine.upgrade is not None
    assert (releases(machine) == [target, target]) is (refused == "")
    assert refused in "\n".join(machine.upgrade.transcript)


@pytest.mark.parametrize("seconds", [-1.0, 14_401.0])
def test_a_window_without_checks_has_a_limit(seconds: float) -> None:
    machine = machine_with_room(example_spec("SRX340"))
    options = StartOptions(no_sync=True, no_tcp_syn_check_s=seconds)
    assert "not within range" in machine.start_upgrade(N0, example_image("SRX340"), options).text


@pytest.mark.parametrize(("fault", "seconds"), [(None, 30.0), ("icu_long_outage", 300.0)])
def test_traffic_stops_for_a_while_when_the_primary_goes_down(fault: str | None, seconds: float) -> None:
    machine = machine_with_room(example_spec("SRX340"))
    if fault:
        machine.inject(fault)
    start(machine)
    wait(machine)
    moved = [each for each in machine.take_effects() if isinstance(each, TrafficMoved)]
    assert [(each.node, each.outage_s) for each in moved] == [(N1, seconds)]


@pytest.mark.parametrize(("checks_off", "share"), [(None, 0.1), (7200.0, 0.9)])
def test_sessions_go_on_where_nobody_checks_how_they_began(checks_off: float | None, share: float) -> None:
    machine = begin(no_tcp_syn_check_s=checks_off) if checks_off else begin()
    reach(machine, Phase.REBOOT_PRIMARY)
    machine.advance(machine.now + 10 + 30)
    assert session_share(machine.world, N1) == share
    wait(machine)
    assert session_share(machine.world, N0) == session_share(machine.world, N1) == 1.0
