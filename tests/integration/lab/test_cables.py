"""Links pulled and put in by a person: what each node shows, and what comes of nodes that meet again."""

from __future__ import annotations

import pytest

from srx_lab.machine.cables import NoSuchCable, switch_control_interface
from srx_lab.machine.effects import (
    BothActive,
    CableChanged,
    ConfigurationReplaced,
    DataPlaneDamaged,
    LinkChanged,
    MixedReleasesHeard,
    NodeWentDown,
    TrafficMoved,
    TrafficStopped,
)
from tests.integration.lab.apart import RELAXED, Pair
from tests.integration.lab.driving import N0, N1


def test_control_cable_alone_disables_the_secondary_after_180_seconds() -> None:
    pair = Pair()
    pair.pull("control")
    assert (pair.states(N0), pair.states(N1)) == (("primary", "lost"), ("lost", "ineligible"))
    pair.wait(181)
    assert pair.states(N1) == ("lost", "disabled")
    pair.pull("fabric")
    assert pair.states(N1) == ("lost", "disabled")


def test_fabric_cable_alone_leaves_the_groups_and_says_fl() -> None:
    pair = Pair()
    pair.pull("fabric")
    assert pair.states(N0, 1) == ("primary", "secondary")
    assert pair.world.state.links.control
    assert not pair.world.state.links.fabric


def test_both_within_180_seconds_make_both_primary() -> None:
    pair = Pair()
    pair.take_apart()
    assert (pair.states(N0, 1), pair.states(N1, 1)) == (("primary", "lost"), ("lost", "primary"))
    pair.wait(400)
    assert pair.states(N1) == ("lost", "primary")
    assert pair.told(BothActive) == []


def test_both_active_is_told_from_and_until() -> None:
    pair = Pair()
    pair.pull("control", "fabric")
    pair.wait(7)
    pair.switch_ports(N1, N1, off=True)
    assert pair.told(BothActive) == [
        BothActive(active=True, groups="1"),
        BothActive(active=False, groups="1", seconds=7.0),
    ]


def test_one_of_two_fabric_cables_changes_nothing() -> None:
    pair = Pair(fabric_links=2)
    pair.pull("fabric", child=1)
    assert pair.world.state.links.fabric
    assert pair.told(LinkChanged) == []
    pair.pull("fabric", child=0)
    assert not pair.world.state.links.fabric


@pytest.mark.parametrize(
    ("cable", "child", "says"),
    [("fabric", 1, "no fabric link 1"), ("em9", None, "no cable em9"), ("ge-0/0/4", 0, "a child is one of")],
)
def test_a_cable_that_is_not_there_is_named(cable: str, child: int | None, says: str) -> None:
    with pytest.raises(NoSuchCable, match=says):
        Pair().pull(cable, child=child)


def test_node_that_boots_apart_is_primary_of_everything() -> None:
    pair = Pair()
    pair.take_apart()
    pair.upgrade(N1)
    assert pair.states(N1, 1) == ("lost", "primary")
    assert pair.states(N0, 1) == ("primary", "lost")
    assert pair.told(MixedReleasesHeard) == []


def test_the_whole_procedure_has_an_outage_of_seconds_and_ends_in_sync() -> None:
    pair = Pair("SRX345", *RELAXED)
    pair.take_apart()
    pair.upgrade(N1)
    pair.switch_ports(N0, N0, off=True)
    pair.wait(2)
    pair.switch_ports(N1, N1, off=False)
    pair.wait(5)
    assert len(pair.told(TrafficStopped)) == 1
    assert pair.told(TrafficMoved) == [TrafficMoved(node=N1, group=1, outage_s=5.0)]
    pair.upgrade(N0)
    assert pair.states(N0) == ("primary", "lost")
    pair.machine.inject("node_power_off", node=N0)
    pair.put_in("fabric", "control")
    pair.machine.clear("node_power_off")
    pair.wait(1500)
    assert pair.states(N0, 1) == pair.states(N1, 1) == ("secondary", "primary")
    assert pair.told(ConfigurationReplaced) == [ConfigurationReplaced(node=N0, by="peer")]
    assert pair.told(MixedReleasesHeard) == pair.told(BothActive) == pair.told(DataPlaneDamaged) == []
    assert {node.cold_sync.value for node in pair.world.nodes()} == {"complete"}


@pytest.mark.parametrize(("cables", "over"), [(("control",), "control"), (("fabric",), "fabric")])
def test_two_releases_that_hear_each_other_lose_everything(cables: tuple[str, ...], over: str) -> None:
    pair = Pair()
    pair.take_apart()
    pair.upgrade(N1)
    pair.put_in(*cables)
    assert [each.over for each in pair.told(MixedReleasesHeard)] == [over]
    assert {each.what for each in pair.told(DataPlaneDamaged)} == {"cards"}
    assert len(pair.told(TrafficStopped)) == 1
    lost = [each for each in pair.told(ConfigurationReplaced) if each.by == "lost"]
    assert bool(lost) is (over == "control")


def test_a_boot_into_the_other_release_is_heard_too() -> None:
    pair = Pair()
    pair.upgrade(N1)
    assert [each.over for each in pair.told(MixedReleasesHeard)] == ["control+fabric"]


def test_nodes_that_are_merely_reconnected_are_damaged_until_a_reboot() -> None:
    pair = Pair()
    pair.take_apart()
    pair.commit(N1, "set system host-name other")
    pair.put_in("control", "fabric")
    assert pair.told(ConfigurationReplaced) == [ConfigurationReplaced(node=N1, by="peer")]
    assert pair.told(DataPlaneDamaged) == [DataPlaneDamaged(node=N1, what="spus")]
    assert pair.states(N0) == ("primary", "secondary")
    pair.wait(3600)
    assert pair.world.node(N1).cold_sync.value == "failed"
    pair.reboot(N1)
    assert pair.world.node(N1).cold_sync.value == "complete"
    assert pair.states(N0, 1) == ("primary", "secondary")


def test_disabled_node_stays_out_when_the_link_is_back() -> None:
    pair = Pair()
    pair.pull("control")
    pair.wait(200)
    pair.put_in("control")
    pair.wait(3600)
    assert pair.states(N0) == ("primary", "disabled")
    pair.reboot(N1)
    assert pair.states(N0) == ("primary", "secondary")


@pytest.mark.parametrize("after_s", [60, 400])
def test_control_link_recovery_reboots_the_node_by_itself(after_s: float) -> None:
    pair = Pair("SRX345", "set chassis cluster control-link-recovery")
    pair.pull("control")
    pair.wait(after_s)
    pair.put_in("control")
    pair.wait(1500)
    assert [each.node for each in pair.told(NodeWentDown)] == [N1]
    assert pair.states(N0, 1) == ("primary", "secondary")


def test_control_interface_off_by_command_is_on_after_a_reboot() -> None:
    pair = Pair("SRX1500")
    switch_control_interface(pair.world, N1, on=False)
    pair.wait(0)
    assert pair.states(N1) == ("lost", "ineligible")
    pair.reboot(N1)
    assert pair.states(N0) == ("primary", "secondary")


def test_control_interface_off_by_configuration_stays_off() -> None:
    pair = Pair("SRX1500")
    pair.commit(N0, "set chassis cluster control-interface node1 disable")
    assert pair.states(N1) == ("lost", "ineligible")
    pair.commit(N0, "set interfaces fab0 disable")
    assert pair.states(N1, 1) == ("lost", "primary")
    pair.reboot(N1)
    assert pair.states(N1, 1) == ("lost", "primary")
    pair.commit(N0, "delete chassis cluster control-interface node1 disable")
    assert not pair.world.state.links.control
    pair.commit(N1, "delete chassis cluster control-interface node1 disable")
    assert pair.world.state.links.control


def test_fabric_taken_out_of_the_configuration_disables_the_secondary() -> None:
    pair = Pair()
    pair.commit(N0, "delete interfaces fab1")
    pair.wait(200)
    assert pair.states(N0) == ("primary", "disabled")


@pytest.mark.parametrize(
    ("fault", "parameters", "moved"),
    [
        ("person_does_nothing", {}, []),
        ("person_takes_the_wrong_cable", {}, ["fabric"]),
        ("person_takes_the_wrong_cable", {"cable": "ge-0/0/4"}, ["ge-0/0/4"]),
    ],
)
def test_a_person_may_do_something_else(fault: str, parameters: dict[str, str], moved: list[str]) -> None:
    pair = Pair()
    pair.machine.inject(fault, **parameters)
    pair.pull("control")
    assert [each.cable for each in pair.told(CableChanged)] == moved
    assert pair.world.state.links.control


def test_a_person_may_be_late_and_may_plug_too_early() -> None:
    pair = Pair()
    pair.machine.inject("person_is_late", late_s="120")
    pair.pull("fabric")
    assert pair.world.state.links.fabric
    pair.wait(121)
    assert not pair.world.state.links.fabric
    pair.machine.clear("person_is_late")
    pair.machine.inject("person_plugs_too_early", after_s="50")
    pair.pull("control")
    assert not pair.world.state.links.control
    pair.wait(51)
    assert pair.world.state.links.control


def test_a_link_may_come_back_by_itself() -> None:
    pair = Pair()
    pair.take_apart()
    pair.machine.inject("link_comes_back", link="fabric", after_s="40")
    pair.wait(41)
    assert pair.world.state.links.fabric
    assert [each.what for each in pair.told(DataPlaneDamaged)] == ["spus"]


def test_a_node_may_come_back_on_the_old_release() -> None:
    pair = Pair()
    pair.take_apart()
    pair.machine.inject("boots_old_release", node=N1)
    before = pair.world.node(N1).release
    pair.upgrade(N1)
    assert pair.world.node(N1).release == before
    assert pair.world.node(N1).pending is None
