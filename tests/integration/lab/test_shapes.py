"""The lab's replies have the shape of the captured ones: elements, order, nesting, wrapping, namespaces."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lxml import etree

from srx_lab.machine.cluster import ClusterMachine
from srx_lab.machine.words import NodeId
from srx_lab.rehearsal import example_spec, machine_with_room
from srx_lab.release import parse_release
from srx_lab.replies.answer import show
from srx_lab.replies.registry import BY_RPC
from srx_lab.replies.scene import Query, Scene
from srx_lab.wire.netconf import END, envelope, hello
from tests import places

places.captures()

REPEATED = {
    "package-information", "redundancy-group-state-transition-record", "redundancy-group",
    "redundancy-group-list",
    "alarm-detail", "filesystem", "ipsec-security-associations-block", "route-table", "protocols",
}  # fmt: skip
"""Elements of which there may be any number: only the first counts."""


def unhealthy(machine: ClusterMachine) -> None:
    """As in the capture: node1 disabled, the fabric down."""
    machine.inject("control_link_down")
    machine.advance(machine.now + 200)
    machine.clear("control_link_down")
    machine.inject("fabric_link_down")


def reply(rpc: str, *, node: NodeId = NodeId.NODE0, broken: bool = False, **arguments: str) -> etree._Element:
    machine = machine_with_room(example_spec("vSRX"))
    for each in machine.world.nodes():
        each.release = parse_release("24.4R1.9")
        each.rescue_saved = False
    if broken:
        unhealthy(machine)
    scene = Scene(world=machine.world, node=node, asked=node)
    answered = show(machine.world, BY_RPC[rpc], Query(rpc=rpc, arguments=arguments), scene)
    namespace = parse_release("24.4R1.9").envelope_namespace
    return etree.fromstring("".join(envelope({"message-id": "1"}, answered, namespace)).replace(END, ""))


def capture(name: str) -> etree._Element:
    return etree.fromstring(places.capture(name).encode())


def outline(element: etree._Element, depth: int = 0) -> Iterator[str]:
    """Tags with namespaces, attribute names and depth; repeated siblings once."""
    attributes = " ".join(sorted(name for name in element.attrib if name != "message-id"))
    yield f"{'  ' * depth}{element.tag} {attributes}".rstrip()
    seen: set[str] = set()
    for child in element:
        name = etree.QName(child).localname
        if name in REPEATED and name in seen:
            continue
        seen.add(name)
        yield from outline(child, depth + 1)


def padding(element: etree._Element) -> dict[str, bool]:
    """Which text elements carry newlines around their value."""
    return {
        etree.QName(each).localname: (each.text or "").startswith("\n")
        for each in element.iter()
        if isinstance(each.tag, str) and len(each) == 0 and (each.text or "").strip()
    }


@pytest.mark.parametrize(
    "rpc",
    [
        "get-chassis-cluster-status",
        "get-chassis-cluster-interfaces",
        "get-chassis-cluster-statistics",
        "get-chassis-cluster-control-plane-statistics",
        "get-chassis-cluster-data-plane-statistics",
        "get-software-information",
    ],
)
def test_cluster_replies(rpc: str) -> None:
    captured, ours = capture(f"vsrx244-cluster-unhealthy__{rpc}.xml"), reply(rpc, broken=True)
    if rpc == "get-chassis-cluster-interfaces":
        for each in (captured, ours):
            _same_fabric_and_reths(each)
    assert list(outline(ours)) == list(outline(captured))
    assert padding(ours) == padding(captured)


def _same_fabric_and_reths(root: etree._Element) -> None:
    """Numbers of fabric children and reths are the cluster's own."""
    fabrics = root.findall(".//fabric-information")
    for extra in fabrics[1:]:
        extra.getparent().remove(extra)
    reth = root.find(".//reth")
    assert reth is not None
    for extra in list(reth)[3:]:
        reth.remove(extra)


def test_cluster_information() -> None:
    captured = capture("vsrx244-cluster-unhealthy__get-chassis-cluster-information.xml")
    ours = reply("get-chassis-cluster-information", broken=True)
    assert list(outline(ours)) == list(outline(captured))
    words = [each.text for each in captured.iter("transition-reason")]
    assert {each.text for each in ours.iter("transition-reason")} <= {*words, "Better priority (200/100)"}


@pytest.mark.parametrize(
    "rpc", ["get-route-engine-information", "get-system-uptime-information", "get-system-alarm-information"]
)
def test_cluster_replies_of_a_day_later(rpc: str) -> None:
    captured, ours = capture(f"vsrx244-cluster__{rpc}.xml"), reply(rpc)
    assert list(outline(ours)) == list(outline(captured))


def test_routing_off_the_rg0_primary() -> None:
    captured = capture("vsrx244-cluster__get-bgp-summary-information.xml")
    ours = reply("get-bgp-summary-information", node=NodeId.NODE1)
    assert list(outline(ours)) == list(outline(captured))
    assert ours.findtext(".//{*}error-message") == captured.findtext(".//{*}error-message")


@pytest.mark.parametrize(
    ("rpc", "suffix", "arguments"),
    [
        ("get-system-storage", "", {}),
        ("get-flow-session-information", ".summary", {"summary": ""}),
        ("get-route-summary-information", "", {}),
        ("get-security-associations-information", "", {}),
    ],
)
def test_bodies_known_from_a_standalone_box(rpc: str, suffix: str, arguments: dict[str, str]) -> None:
    captured = capture(f"vsrx244-standalone__{rpc}{suffix}.xml")
    ours = reply(rpc, **{"no-forwarding": "", **arguments})
    assert list(outline(ours)) == list(outline(captured))
    assert padding(ours) == padding(captured)


def test_hello_to_the_letter() -> None:
    session = places.capture("vsrx244-cluster-unhealthy__session.raw.xml")
    captured = session[: session.index(END) + len(END) + 1]
    assert hello(82327, "netconf") == captured


def test_status_to_the_letter() -> None:
    captured = places.capture("vsrx244-cluster-unhealthy__get-chassis-cluster-status.xml")
    machine = machine_with_room(example_spec("vSRX", preempt=True))
    for each in machine.world.nodes():
        each.release = parse_release("24.4R1.9")
    for group in machine.world.state.groups.values():
        group.failovers = 8
    machine.inject("control_link_down")
    machine.advance(machine.now + 200)
    machine.clear("control_link_down")
    scene = Scene(world=machine.world, node=NodeId.NODE0, asked=NodeId.NODE0)
    answered = show(machine.world, BY_RPC["get-chassis-cluster-status"], Query(rpc=""), scene)
    ours = "".join(envelope({"message-id": "1"}, answered, parse_release("24.4R1.9").envelope_namespace))
    assert ours.replace(f"{END}\n", "").strip() == captured.strip()


def test_cli_text_of_cluster_status() -> None:
    captured = places.capture("cli__chassis_cluster_status_after_manual_failover_rg0.txt")
    machine = machine_with_room(example_spec())
    scene = Scene(world=machine.world, node=NodeId.NODE0, asked=NodeId.NODE0)
    answered = show(machine.world, BY_RPC["get-chassis-cluster-status"], Query(rpc=""), scene)
    ours = list(answered.lines or ())
    legend = captured.splitlines()[1:9]
    assert ours[:8] == legend
    assert "Node   Priority Status               Preempt Manual   Monitor-failures" in ours
    assert "node0  200      primary              no      no       None" in ours
