"""An address that leads to the other node is noticed by which node answers, before a command goes there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from srx_issu.adapters.devices.transfer import SshNodeFiles
from srx_issu.adapters.devices.writer import PyezClusterWriter
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import DeviceUnreachable
from srx_issu.domain.upgrade.commands import ResetFailover
from srx_issu.domain.upgrade.intent import StartMethod, Timers
from tests.contract.worlds import Lab
from tests.fakes import replies
from tests.fakes.lines import send
from tests.fakes.node import SYNTAX_ERROR, Act, ScriptedNode
from tests.fakes.wires import WIRES, cluster_at, open_reader

N0, N1 = NodeName.NODE0, NodeName.NODE1
TIMERS = Timers(connect_s=5, rpc_s=2)


@pytest.mark.parametrize("wire", WIRES)
def test_swapped_addresses_are_told_for_both_nodes(wire: str, lab: Lab) -> None:
    swapped = replace(lab.cluster, node0=lab.cluster.node1, node1=lab.cluster.node0)
    with open_reader(wire, swapped, lab.credentials) as reader:
        seen = reader.observe()
    assert not seen.node0.reachable
    assert not seen.node1.reachable
    assert "the address of node0 answered as node1" in (seen.node0.error or "")
    assert "the address of node1 answered as node0" in (seen.node1.error or "")


@pytest.mark.parametrize("wire", WIRES)
def test_one_address_for_both_nodes_is_told_for_the_node_that_is_not_there(wire: str, lab: Lab) -> None:
    """As a master-only address (fxp0 with ``master-only``) does, which follows the primary of RG0."""
    both = replace(lab.cluster, node1=lab.cluster.node0)
    with open_reader(wire, both, lab.credentials) as reader:
        seen = reader.observe()
    assert seen.node0.reachable
    assert "the address of node1 answered as node0" in (seen.node1.error or "")


@pytest.mark.parametrize("method", StartMethod)
def test_no_command_goes_to_the_other_node(method: StartMethod, lab: Lab) -> None:
    swapped = replace(lab.cluster, node0=lab.cluster.node1, node1=lab.cluster.node0)
    writer = PyezClusterWriter(swapped, lab.credentials, TIMERS)
    try:
        with pytest.raises(DeviceUnreachable, match="the address of node0 answered as node1"):
            send(writer, N0, ResetFailover(group_id=0))
        with (
            pytest.raises(DeviceUnreachable, match="the address of node1 answered as node0"),
            writer.start_line(N1, method),
        ):
            pytest.fail("a line to the other node")
    finally:
        writer.close()


def test_no_file_of_the_other_node_is_touched(lab: Lab) -> None:
    with (
        SshNodeFiles("node0", lab.cluster.node1, lab.credentials, TIMERS) as files,
        pytest.raises(DeviceUnreachable, match="the address of node0 answered as node1"),
    ):
        files.delete("/var/tmp/any.tgz")


def _named(first: str) -> str:
    """The internal address of a node, as Junos lists it: 129 for node0, 130 for node1."""
    return (
        "<interface-information><logical-interface><name>em0.0</name><address-family>"
        f"<address-family-name>inet</address-family-name><interface-address><ifa-local>{first}.16.0.1/2"
        "</ifa-local></interface-address></address-family></logical-interface></interface-information>"
    )


@pytest.mark.parametrize(
    ("internal", "local", "told"),
    [
        (_named("129"), replies.wrapped({N1: replies.software(N1)}), False),  # they contradict each other
        (_named("130"), replies.wrapped({N0: replies.software(N0)}), False),
        (_named("130"), SYNTAX_ERROR, True),
        (_named("130"), replies.wrapped({N1: replies.software(N1)}), True),
        (SYNTAX_ERROR, replies.wrapped({N1: replies.software(N1)}), True),
        (SYNTAX_ERROR, replies.both(replies.software), False),  # "local" is not known: both answer
        (SYNTAX_ERROR, SYNTAX_ERROR, False),
    ],
)
def test_only_what_a_node_says_and_nothing_contradicts_speaks_against_an_address(
    internal: str, local: str, told: bool
) -> None:
    with ScriptedNode(dict(replies.healthy())) as node:
        node.answers["get-interface-information"] = internal
        node.answers["get-software-information"] = lambda request: (
            local if "<node>local</node>" in request else replies.both(replies.software)
        )
        with open_reader("netconf", cluster_at(node.address, node.address), node.credentials()) as reader:
            seen = reader.observe()
    assert seen.node0.reachable is not told
    assert ("answered as node1" in (seen.node0.error or "")) is told


@pytest.mark.parametrize("act", [Act.HANG, Act.CUT, Act.GARBAGE])
def test_a_node_that_cannot_be_asked_its_name_is_used_as_before(act: Act) -> None:
    with ScriptedNode(dict(replies.healthy())) as node, ScriptedNode(dict(replies.healthy())) as peer:
        node.answers["get-interface-information"] = act
        credentials = node.credentials(known_hosts=node.known_hosts + peer.known_hosts)
        cluster = cluster_at(node.address, peer.address)
        with open_reader("netconf", cluster, credentials, rpc_s=2) as reader:
            seen = reader.observe()
            node.hang_up()
            assert reader.observe().both_reachable
    assert seen.node0.reachable
    assert seen.node0.error is None
    assert node.requests.count("get-interface-information") == 1  # not again in the next session
