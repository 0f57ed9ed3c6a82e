"""Faults that change what a reply says, or one service; a pending install; a resync in vain."""

from __future__ import annotations

from srx_lab.machine.cluster import ClusterMachine
from srx_lab.machine.commands import resync_policies
from srx_lab.machine.words import NodeId
from srx_lab.rehearsal import machine_with_room
from srx_lab.replies import configuration
from srx_lab.replies.registry import SHOWS
from srx_lab.replies.scene import Query, Scene, Show
from tests.integration.lab.driving import N0
from tests.integration.lab.test_every_reply import answered, xml_of


def show(rpc: str) -> Show:
    return next(each for each in SHOWS if each.rpc == rpc)


def texts(machine: ClusterMachine, rpc: str, element: str) -> list[str]:
    root = xml_of(answered(machine, show(rpc), N0))
    return [(found.text or "").strip() for found in root.iter(f"{{*}}{element}")]


def test_one_element_of_one_reply_of_one_node_says_something_else() -> None:
    machine = machine_with_room()
    machine.inject(
        "reply_says",
        node=NodeId.NODE1,
        rpc="get-pic-information",
        element="pic-state",
        text="Offline",
    )
    states = texts(machine, "get-pic-information", "pic-state")
    assert set(states[: len(states) // 2]) == {"Online"}
    assert set(states[len(states) // 2 :]) == {"Offline"}
    machine.clear("reply_says")
    assert set(texts(machine, "get-pic-information", "pic-state")) == {"Online"}


def test_a_reply_without_content() -> None:
    machine = machine_with_room()
    machine.inject("reply_empty", rpc="get-alarm-information")
    root = xml_of(answered(machine, show("get-alarm-information"), N0))
    assert [len(found) for found in root.iter("{*}alarm-information")] == [0, 0]


def test_one_service_stops_and_goes_on() -> None:
    machine = machine_with_room()
    machine.inject("rtos_stop", at="now", service="IPSec VPN")

    def sent() -> dict[str, str]:
        rpc = "get-chassis-cluster-data-plane-statistics"
        return dict(zip(texts(machine, rpc, "service-name"), texts(machine, rpc, "rtos-sent"), strict=False))

    assert sent()["IPSec VPN"] == "0"
    assert sent()["Session create"] != "0"
    machine.clear("rtos_stop")
    assert sent()["IPSec VPN"] != "0"


def test_a_resync_that_does_not_help() -> None:
    machine = machine_with_room()
    machine.inject("policies_out_of_sync_after", at="now", resync="in vain")
    resync_policies(machine.world, N0)
    assert not machine.world.node(N0).policies_in_sync
    machine.clear("policies_out_of_sync_after")
    resync_policies(machine.world, N0)
    assert machine.world.node(N0).policies_in_sync


def test_an_install_waits_for_its_reboot() -> None:
    machine = machine_with_room()
    machine.inject("install_pending", node=NodeId.NODE1)
    assert machine.world.node(NodeId.NODE1).pending is not None
    assert machine.world.node(N0).pending is None
    machine.clear("install_pending")
    assert machine.world.node(NodeId.NODE1).pending is None


def test_policies_that_are_lost_stay_configured() -> None:
    machine = machine_with_room()
    scene = Scene(world=machine.world, node=N0, asked=N0)
    query = Query(rpc="get-configuration", arguments={})
    before = list(configuration.all_set_lines(scene, query))
    machine.inject("policies_lost", at="now", fraction="0.5")
    assert list(configuration.all_set_lines(scene, query)) == before
