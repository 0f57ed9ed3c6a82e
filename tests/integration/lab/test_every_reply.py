"""Every command answers in every form, on every kind of platform, in good and bad times."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from lxml import etree

from srx_lab.machine.cluster import ClusterMachine
from srx_lab.machine.words import NodeId, Phase
from srx_lab.markup import Element, indented_lines
from srx_lab.rehearsal import example_spec, machine_with_room
from srx_lab.release import parse_release
from srx_lab.replies import configuration
from srx_lab.replies.answer import Reply, show
from srx_lab.replies.registry import SHOWS
from srx_lab.replies.scene import Query, Scene, Show, User
from srx_lab.wire.netconf import END, envelope
from tests.integration.lab.driving import N0, N1, reach, start


def healthy(machine: ClusterMachine) -> None:
    machine.inject("major_alarm")
    machine.inject("core_dump_after", at="now")


def mid_cold_sync(machine: ClusterMachine) -> None:
    start(machine)
    reach(machine, Phase.COLD_SYNC_SECONDARY)
    machine.advance(machine.now + 45)


def peer_away(machine: ClusterMachine) -> None:
    machine.inject("node_power_off")


SILENT = {"get-isis-adjacency-information", "get-probe-results"}
"""Nothing to tell: no IS-IS and no RPM probes in the lab."""

SITUATIONS = [healthy, mid_cold_sync, peer_away]


def answered(machine: ClusterMachine, each: Show, asked: NodeId, **arguments: str) -> Reply:
    here = User(name="lab", client="10.0.0.9", since=machine.now)
    scene = Scene(world=machine.world, node=asked, asked=asked, users=(here,))
    return show(machine.world, each, Query(rpc=each.rpc, arguments={**each.preset, **arguments}), scene)


def xml_of(reply: Reply, release: str = "21.4R3-S5.4") -> etree._Element:
    namespace = parse_release(release).envelope_namespace
    return etree.fromstring("".join(envelope({}, reply, namespace)).replace(END, ""))


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda each: each.__name__)
@pytest.mark.parametrize("each", SHOWS, ids=lambda each: each.cli)
def test_every_command_in_every_form(each: Show, situation: Callable[[ClusterMachine], None]) -> None:
    machine = machine_with_room()
    situation(machine)
    for asked in (N0, N1) if situation is not peer_away else (N0,):
        root = xml_of(answered(machine, each, asked))
        names = [name.text for name in root.iter("re-name")]
        if each.per_node:
            assert names == (["node0"] if situation is peer_away else ["node0", "node1"])
        else:
            assert names == []
        assert list(answered(machine, each, asked).lines or ()) or each.rpc in SILENT
        for part in answered(machine, each, asked).parts:
            if isinstance(part, Element):
                assert "".join(indented_lines(part)).startswith("<")


@pytest.mark.parametrize("model", ["SRX345", "SRX1600", "SRX5800", "vSRX"])
def test_other_platforms(model: str) -> None:
    machine = machine_with_room(example_spec(model))
    for each in SHOWS:
        assert len(xml_of(answered(machine, each, N0)))
        assert list(answered(machine, each, N0).lines or ()) or each.rpc in SILENT


def test_an_old_release_has_plain_replies_without_monitor_failures() -> None:
    machine = machine_with_room()
    for node in machine.world.nodes():
        node.release = parse_release("12.1X44-D35.5")
    status = next(each for each in SHOWS if each.rpc == "get-chassis-cluster-status")
    root = xml_of(answered(machine, status, N0), "12.1X44-D35.5")
    assert root.find(".//monitor-failures") is None
    assert list(answered(machine, status, N0).lines or ())


def test_the_5000_line_lists_sessions_per_pic() -> None:
    machine = machine_with_room(example_spec("SRX5800"))
    sessions = next(each for each in SHOWS if each.rpc == "get-flow-session-information")
    root = xml_of(answered(machine, sessions, N0, **{"no-forwarding": ""}))
    assert len(root.findall(".//{*}flow-fpc-pic-id")) == 4


@pytest.mark.parametrize("path", ["", "chassis cluster", "security policies", "system", "interfaces"])
@pytest.mark.parametrize("form", ["text", "set", "xml"])
def test_configuration_in_every_form(path: str, form: str) -> None:
    machine = machine_with_room()
    scene = Scene(world=machine.world, node=N0, asked=N0)
    query = Query(rpc="get-configuration", arguments={"filter": path, "format": form})
    root = xml_of(Reply(parts=(configuration.configuration(scene, query),)))
    assert len("".join(root.itertext()).strip()) > 20
    assert list(configuration.text(scene, query))
    assert all(line.startswith("set ") for line in configuration.all_set_lines(scene, query))
