"""`software add` on one node, the way back, and both nodes rebooted together."""

from __future__ import annotations

import pytest

from srx_lab.machine import commands
from srx_lab.machine.cluster import ClusterMachine
from srx_lab.machine.effects import (
    FileRemoved,
    LoaderUpgraded,
    MixedReleasesHeard,
    NodeWentDown,
    RebootOrdered,
    TrafficMoved,
)
from srx_lab.machine.flow import session_share
from srx_lab.machine.installing import start_install
from srx_lab.machine.issu_rules import StartOptions
from srx_lab.machine.rollback import delete_backup, roll_back
from srx_lab.machine.software import Install
from srx_lab.machine.words import ColdSync, NodeId, Phase
from srx_lab.rehearsal import RUNNING, TARGET, example_image, example_spec, machine_with_room
from srx_lab.release import parse_release
from tests.integration.lab.driving import N0, N1, row, start

LATER = "24.4R1.9"


def cluster(model: str = "SRX340", running: str = RUNNING) -> ClusterMachine:
    machine = machine_with_room(example_spec(model))
    for node in machine.world.nodes():
        node.release = parse_release(running)
    return machine


def add(machine: ClusterMachine, node: NodeId, release: str = TARGET, **options: bool) -> Install:
    """Begin an install and let two hours pass."""
    model = machine.world.spec.platform.model
    install = Install(number=0, node=node, image=example_image(model, release), **options)
    start_install(machine.world, install)
    machine.advance(machine.now + 7200)
    return install


def pending(machine: ClusterMachine) -> list[str | None]:
    return [node.pending.text if node.pending else None for node in machine.world.nodes()]


def releases(machine: ClusterMachine) -> list[str]:
    return [node.release.text for node in machine.world.nodes()]


def reboot(machine: ClusterMachine, *nodes: NodeId, apart_s: float = 3.0) -> None:
    for node in nodes:
        commands.reboot(machine.world, (node,), user="lab")
        machine.advance(machine.now + apart_s)
    machine.advance(machine.now + 3 * 3600)


ENDS = {
    "SRX340": "JUNOS 22.4R3-S2.11 will become active at next reboot",
    "SRX4100": "Host OS upgrade staged. Reboot the system to complete installation!",
    "SRX5800": "NOTICE: 'pending' set will be activated at next reboot...",
    "SRX5800-RE3": "A REBOOT IS REQUIRED TO LOAD THIS SOFTWARE CORRECTLY.",
}


@pytest.mark.parametrize("model", ENDS)
def test_an_install_concerns_the_node_that_is_asked_and_no_other(model: str) -> None:
    machine = cluster(model)
    install = add(machine, N1)
    assert (install.outcome, install.result) == ("installed", 0)
    assert ENDS[model] in install.transcript
    assert "Validation succeeded" in install.transcript
    assert pending(machine) == [None, TARGET]
    assert releases(machine) == [RUNNING, RUNNING]


def test_the_options_of_an_install() -> None:
    machine = cluster()
    install = add(machine, N1, validates=False, unlinks=True, reboots=True, copies=False)
    assert not any("alidat" in line or "/var/sw/pkg" in line for line in install.transcript)
    done = machine.take_effects()
    assert FileRemoved(node=N1, path=install.image.path) in done
    assert RebootOrdered(node=N1, user="install", pending=TARGET) in done
    assert machine.world.node(N1).release.text == TARGET


@pytest.mark.parametrize(
    ("model", "words", "result"),
    [
        ("SRX340", "ERROR: There is already an install pending.", 1),
        ("SRX5800", "ERROR: There is already an install pending.", 1),
        ("SRX4100", "There is pending upgrade. upgrade_in_progress=stage", 0),
    ],
)
def test_a_second_install_is_refused_and_on_some_platforms_called_a_success(
    model: str, words: str, result: int
) -> None:
    machine = cluster(model)
    add(machine, N1)
    again = add(machine, N1, "23.2R2.21")
    assert words in again.transcript
    assert again.result == result
    assert pending(machine) == [None, TARGET]


def test_two_installs_at_once_and_one_in_an_issu_are_refused() -> None:
    machine = cluster("SRX4600")
    first = Install(number=0, node=N1, image=example_image())
    assert not start_install(machine.world, first).failed
    assert "in progress" in start_install(machine.world, first).text
    assert not start_install(machine.world, Install(number=0, node=N0, image=example_image())).failed
    machine = cluster("SRX4600")
    start(machine)
    assert "not allowed" in start_install(machine.world, first).text


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("var_tmp_full", "Not enough space in /var/tmp to unpack"),
        ("image_missing", "is not found or empty"),
        ("image_corrupt", "truncated or corrupted package"),
        ("image_wrong_platform", "is not a package for srx340"),
        ("validation_fails", "Current configuration not compatible"),
        ("install_refused", "ERROR: Package validation failed"),
        ("install_fails", "ERROR: Installation failed"),
    ],
)
def test_what_an_install_refuses_is_said_and_leaves_nothing_pending(fault: str, words: str) -> None:
    machine = cluster()
    machine.inject(fault, node=N1)
    install = add(machine, N1)
    assert words in "\n".join(install.transcript)
    assert (install.outcome, install.result) == ("failed", 1)
    assert pending(machine) == [None, None]


def test_room_is_no_hindrance_to_who_forces_it() -> None:
    machine = cluster()
    machine.inject("var_tmp_full", node=N1)
    assert add(machine, N1, forced=True).outcome == "installed"


def test_an_install_may_say_that_it_went_well_and_leave_nothing() -> None:
    machine = cluster()
    machine.inject("install_leaves_nothing_pending", node=N1)
    assert add(machine, N1).transcript[-1] == add(machine, N0).transcript[-1]
    assert pending(machine) == [TARGET, None]


def test_an_install_ends_with_its_node() -> None:
    machine = cluster()
    install = Install(number=0, node=N1, image=example_image("SRX340"))
    start_install(machine.world, install)
    machine.inject("node_power_off", node=N1)
    assert install.outcome == "cut short"
    assert install.result is None


def test_an_install_ends_with_its_session_only_when_the_fault_says_so() -> None:
    machine = cluster()
    install = Install(number=0, node=N1, image=example_image("SRX340"))
    start_install(machine.world, install)
    machine.session_closed(install.number)
    assert not install.outcome
    machine.inject("install_dies_with_session")
    machine.session_closed(install.number)
    assert install.outcome == "cut short"
    machine.advance(machine.now + 7200)
    assert pending(machine) == [None, None]


def test_both_nodes_rebooted_within_seconds_come_back_together_on_the_new_release() -> None:
    machine = cluster()
    add(machine, N1)
    add(machine, N0)
    reboot(machine, N1, N0)
    assert releases(machine) == [TARGET, TARGET]
    assert [node.cold_sync for node in machine.world.nodes()] == [ColdSync.COMPLETE] * 2
    assert {row(machine, node, 0)[1] for node in NodeId} == {"primary", "secondary"}
    downs = [each for each in machine.take_effects() if isinstance(each, NodeWentDown)]
    assert [(each.node, each.pending) for each in downs] == [(N1, TARGET), (N0, TARGET)]


@pytest.mark.parametrize(
    ("fault", "node", "come_back"),
    [
        ("reboot_lost", N0, [RUNNING, TARGET]),
        ("reboot_unheard", N0, [RUNNING, TARGET]),
        ("boots_old_release", N1, [TARGET, RUNNING]),
    ],
)
def test_a_node_that_does_not_take_part_stays_on_the_old_release(
    fault: str, node: NodeId, come_back: list[str]
) -> None:
    machine = cluster()
    add(machine, N1)
    add(machine, N0)
    machine.inject(fault, node=node)
    reboot(machine, N1, N0)
    assert releases(machine) == come_back


def test_a_reboot_that_is_lost_is_answered_like_any_other() -> None:
    machine, other = cluster(), cluster()
    machine.inject("reboot_lost", node=N0)
    machine.inject("reboot_unheard", node=N1)
    answers = [commands.reboot(each.world, (N0,), user="lab") for each in (machine, other)]
    assert answers[0] == answers[1]
    unheard = commands.reboot(machine.world, (N1,), user="lab")
    assert (unheard.answers, unheard.unfinished) == ((), True)


def test_a_node_that_boots_slowly_is_there_later() -> None:
    machine = cluster()
    machine.inject("boot_slow", node=N1)
    commands.reboot(machine.world, (N1,), user="lab")
    machine.advance(machine.now + 1000)
    assert not machine.world.node(N1).is_up
    machine.advance(machine.now + 3600)
    assert machine.world.node(N1).is_up


def test_power_that_fails_behind_an_install_boots_the_new_release_alone() -> None:
    machine = cluster()
    machine.inject("power_lost_after_install", node=N1)
    assert add(machine, N1).outcome == "installed"
    assert releases(machine) == [RUNNING, TARGET]


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("SRX340", "Junos version '21.4R3-S5.4' will become active at next reboot"),
        ("SRX1500", "Rollback of staged upgrade succeeded"),
        ("SRX5800", "NOTICE: The 'pending' set has been removed"),
    ],
)
def test_what_is_pending_can_be_taken_back(model: str, words: str) -> None:
    machine = cluster(model)
    add(machine, N1)
    assert words in roll_back(machine.world, N1, reboot=False).text
    assert pending(machine) == [None, None]


def test_with_two_root_partitions_a_second_rollback_boots_what_was_taken_back() -> None:
    machine = cluster()
    add(machine, N1)
    roll_back(machine.world, N1, reboot=False)
    roll_back(machine.world, N1, reboot=False)
    assert pending(machine) == [None, TARGET]


def test_a_rollback_may_be_answered_and_not_done() -> None:
    machine = cluster("SRX4600")
    add(machine, N1)
    machine.inject("rollback_refused", node=N1)
    assert roll_back(machine.world, N1, reboot=True).text == "There is NO image for ROLLBACK"
    machine.advance(machine.now + 3600)
    assert pending(machine) == [None, TARGET]
    assert machine.world.node(N1).boots == 1


def test_without_a_backup_there_is_no_way_back() -> None:
    machine = cluster()
    assert delete_backup(machine.world, N1).failed
    add(machine, N1)
    reboot(machine, N1)
    assert not delete_backup(machine.world, N1).failed
    assert roll_back(machine.world, N1, reboot=False).failed


def test_a_snapshot_is_written_over_what_was_installed() -> None:
    machine = cluster()
    add(machine, N1)
    commands.take_snapshot(machine.world, N0, vmhost=False)
    assert pending(machine) == [None, None]


def test_the_srx300_line_has_no_rollback_from_24_4_and_goes_back_by_an_install() -> None:
    machine = cluster(running="23.4R2-S3.5")
    install = add(machine, N1, LATER)
    assert "Upgrading Loader..." in install.transcript
    assert LoaderUpgraded(node=N1) in machine.take_effects()
    add(machine, N0, LATER)
    reboot(machine, N1, N0)
    assert releases(machine) == [LATER, LATER]
    assert "Cannot rollback" in roll_back(machine.world, N1, reboot=False).text
    assert pending(machine) == [None, None]
    assert "cannot be downgraded" in "\n".join(add(machine, N1, "22.4R3-S2.11").transcript)
    for node in (N1, N0):
        assert add(machine, node, "23.4R2-S3.5").outcome == "installed"
    reboot(machine, N1, N0)
    assert releases(machine) == ["23.4R2-S3.5"] * 2


def test_the_loader_is_replaced_even_where_the_install_fails_and_not_twice() -> None:
    machine = cluster()
    machine.inject("loader_upgraded_install_fails", node=N1)
    assert add(machine, N1, LATER).outcome == "failed"
    assert machine.world.node(N1).new_loader
    machine.clear("loader_upgraded_install_fails")
    again = add(machine, N1, LATER)
    assert again.outcome == "installed"
    assert "Upgrading Loader..." not in again.transcript


def test_an_issu_and_an_install_have_transcripts_of_their_own() -> None:
    machine = cluster("SRX4600")
    install = add(machine, N1)
    roll_back(machine.world, N1, reboot=False)
    machine.start_upgrade(N0, example_image(), StartOptions(reboot=True))
    assert machine.upgrade is not None
    assert machine.running(install.number) is install
    assert machine.running(machine.upgrade.number) is machine.upgrade
    assert machine.world.state.upgrade_starts == 1
    machine.advance(machine.now + 6 * 3600)
    assert machine.world.state.phase is Phase.COMPLETE


def test_a_reboot_of_both_is_an_outage_of_one_boot_and_ends_without_sessions() -> None:
    machine = cluster()
    add(machine, N1)
    add(machine, N0)
    for node in (N1, N0):
        commands.reboot(machine.world, (node,), user="lab")
    while not machine.world.state.flow.stopped_at:
        machine.advance(machine.next_due() or 0.0)
    while machine.world.state.flow.stopped_at:
        machine.advance(machine.next_due() or 0.0)
    assert session_share(machine.world, N1) == pytest.approx(0.1, abs=0.02)
    moved = [each for each in machine.take_effects() if isinstance(each, TrafficMoved)]
    durations = machine.world.durations
    assert moved[-1].outage_s == pytest.approx(durations.reboot + durations.cluster_hold, abs=1)


@pytest.mark.parametrize(("apart_s", "heard"), [(3.0, False), (400.0, False), (430.0, True)])
def test_a_second_reboot_behind_the_first_boot_lets_two_releases_hear_each_other(
    apart_s: float, heard: bool
) -> None:
    machine = cluster()
    add(machine, N1)
    add(machine, N0)
    reboot(machine, N1, N0, apart_s=apart_s)
    told = [each for each in machine.take_effects() if isinstance(each, MixedReleasesHeard)]
    assert bool(told) is heard


def test_a_release_that_is_pending_on_one_node_alone_lets_two_releases_hear_each_other() -> None:
    machine = cluster()
    machine.inject("install_leaves_nothing_pending", node=N1)
    add(machine, N1)
    add(machine, N0)
    reboot(machine, N1, N0)
    told = [each for each in machine.take_effects() if isinstance(each, MixedReleasesHeard)]
    assert [(each.node0, each.node1) for each in told] == [(TARGET, RUNNING)]
