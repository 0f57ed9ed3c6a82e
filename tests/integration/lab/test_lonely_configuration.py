"""What a configuration does to the machine, on nodes that hear each other and on nodes that do not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from srx_lab.machine.effects import ConfigurationReplaced, NodeWentDown, TrafficMoved
from srx_lab.machine.flow import session_share
from srx_lab.machine.groups import priority
from srx_lab.machine.monitoring import monitor_failures
from srx_lab.markup import Element
from srx_lab.replies.answer import show
from srx_lab.replies.registry import BY_RPC
from srx_lab.replies.scene import Query, Scene
from srx_lab.replies.traffic import active_sessions, bgp_peers_up, routes
from tests.integration.lab.apart import RELAXED, Pair
from tests.integration.lab.driving import N0, N1

MONITORED = tuple(
    f"set chassis cluster redundancy-group 1 interface-monitor {port} weight 255"
    for port in ("ge-0/0/4", "ge-5/0/4")
)
IP = "set chassis cluster redundancy-group 1 ip-monitoring"
PINGED = (f"{IP} global-weight 255", f"{IP} global-threshold 100", f"{IP} family inet 10.0.0.2 weight 100")


def lines(pair: Pair, asked: str, rpc: str, arguments: Mapping[str, str] | None = None) -> list[str]:
    """What the CLI of a node prints."""
    node = N0 if asked == "node0" else N1
    scene = Scene(world=pair.world, node=node, asked=node)
    reply = show(pair.world, BY_RPC[rpc], Query(rpc=rpc, arguments=arguments or {}), scene)
    return [" ".join(line.split()) for line in reply.lines or ()]


def terse(pair: Pair, asked: str) -> list[str]:
    return lines(pair, asked, "get-interface-information", {"terse": ""})


def scene(pair: Pair, node: str) -> Scene:
    at = N0 if node == "node0" else N1
    return Scene(world=pair.world, node=at, asked=at)


def test_a_disabled_port_is_down_on_both_nodes_screens() -> None:
    pair = Pair()
    pair.commit(N0, "set interfaces ge-5/0/4 disable")
    for asked in ("node0", "node1"):
        assert "ge-5/0/4 down down" in terse(pair, asked)
        assert "ge-0/0/4 up up" in terse(pair, asked)
    pair.commit(N0, "delete interfaces ge-5/0/4 disable")
    assert "ge-5/0/4 up down" in terse(pair, "node0")
    pair.wait(4)
    assert "ge-5/0/4 up up" in terse(pair, "node0")
    assert "ge-5/0/4.0 up up aenet --> reth0.0" in terse(pair, "node0")


def test_a_group_of_one_node_disables_that_nodes_ports() -> None:
    pair = Pair()
    pair.commit(N0, "set groups node1 interfaces ge-5/0/4 disable")
    assert "ge-5/0/4 down down" in terse(pair, "node1")
    pair.commit(N0, "deactivate groups node1 interfaces ge-5/0/4")
    pair.wait(4)
    assert "ge-5/0/4 up up" in terse(pair, "node1")


def test_a_reth_is_down_where_the_primary_has_no_link() -> None:
    pair = Pair()
    pair.switch_ports(N0, N0, off=True)
    assert "reth0 up down" in terse(pair, "node0")
    assert "reth0 Down 1" in lines(pair, "node0", "get-chassis-cluster-interfaces")
    pair.commit(N0, "set interfaces reth0 disable")
    assert "reth0 down down" in terse(pair, "node0")


def test_a_lonely_node_sees_its_own_ports_alone() -> None:
    pair = Pair()
    pair.take_apart()
    shown = lines(pair, "node0", "get-chassis-cluster-interfaces")
    assert {"Control link status: Down", "Fabric link status: Down", "fab0 ge-0/0/2 Down / Down"} <= set(
        shown
    )
    assert "ge-5/0/5 down down" in terse(pair, "node0")
    assert "ge-0/0/5 up up" in terse(pair, "node0")


def test_interface_monitoring_fails_the_group_over() -> None:
    pair = Pair("SRX345", *MONITORED)
    assert "ge-5/0/4 255 Up 1" in lines(pair, "node0", "get-chassis-cluster-interfaces")
    pair.commit(N0, "set interfaces ge-0/0/4 disable")
    pair.wait(5)
    assert monitor_failures(pair.world, N0, 1) == ("IF",)
    assert pair.states(N0, 1) == ("secondary", "primary")
    assert [each.outage_s for each in pair.told(TrafficMoved)] == [0.0]


@pytest.mark.parametrize("verb", ["delete", "deactivate"])
def test_without_monitoring_a_disabled_port_moves_nothing(verb: str) -> None:
    pair = Pair("SRX345", *MONITORED)
    pair.commit(N0, f"{verb} chassis cluster redundancy-group 1 interface-monitor")
    pair.commit(N0, "set interfaces ge-0/0/4 disable")
    assert priority(pair.world, N0, 1) == 200
    assert pair.states(N0, 1) == ("primary", "secondary")


def test_ip_monitoring_counts_what_a_node_cannot_reach() -> None:
    pair = Pair("SRX345", *PINGED)
    pair.commit(N0, "set interfaces ge-5/0/4 disable")
    assert monitor_failures(pair.world, N1, 1) == ("IP",)
    assert priority(pair.world, N1, 1) == 0
    pair.commit(N0, f"deactivate {IP.removeprefix('set ')}")
    assert monitor_failures(pair.world, N1, 1) == ()


def test_ip_monitoring_is_shown_per_node() -> None:
    pair = Pair("SRX345", *PINGED)
    pair.commit(N0, "set interfaces ge-5/0/4 disable")
    show_it = BY_RPC["get-chassis-cluster-ip-monitoring-status"]
    body = show_it.body(replace(scene(pair, "node1")), Query(rpc=show_it.rpc))
    assert isinstance(body, Element)
    assert body.value("ip-reachability-status") == "unreachable"


def test_preempt_goes_and_comes_by_configuration() -> None:
    pair = Pair("SRX345", *MONITORED, preempt=True)
    pair.commit(N0, "deactivate chassis cluster redundancy-group 1 preempt")
    pair.commit(N0, "set interfaces ge-0/0/4 disable")
    pair.wait(5)
    pair.commit(N0, "delete interfaces ge-0/0/4 disable")
    pair.wait(60)
    assert pair.states(N0, 1) == ("secondary", "primary")
    pair.commit(N0, "activate chassis cluster redundancy-group 1 preempt")
    pair.wait(60)
    assert pair.states(N0, 1) == ("primary", "secondary")


def test_commits_reach_both_nodes_until_they_are_apart() -> None:
    pair = Pair()
    assert "only permitted on the primary" in pair.commit(N1, "set system host-name x")
    pair.take_apart()
    assert pair.commit(N1, "set system host-name x") == "commit complete"
    assert "set system host-name x" not in pair.world.node(N0).configuration.committed
    pair.machine.inject("node_power_off", node=N1)
    pair.put_in("control", "fabric")
    pair.machine.clear("node_power_off")
    pair.wait(1500)
    assert pair.world.node(N1).configuration.committed == pair.world.node(N0).configuration.committed


def test_an_unconfirmed_commit_goes_on_where_the_confirmation_does_not_reach() -> None:
    pair = Pair()
    pair.commit(N0, "set security flow tcp-session no-syn-check", confirm_min=10)
    pair.pull("control", "fabric")
    pair.commit(N0)
    pair.wait(601)
    assert pair.world.node(N0).settings.no_syn_check
    assert not pair.world.node(N1).settings.no_syn_check
    assert pair.told(ConfigurationReplaced) == [ConfigurationReplaced(node=N1, by="rollback")]


def test_an_unconfirmed_commit_is_rolled_back_after_a_boot() -> None:
    pair = Pair()
    pair.commit(N0, "set interfaces reth0 disable", confirm_min=1)
    pair.reboot(N1)
    assert [each.node for each in pair.told(ConfigurationReplaced)] == [N0, N1]
    assert pair.world.node(N1).settings.disabled == frozenset()


def test_a_confirmation_may_be_lost_on_one_node() -> None:
    pair = Pair()
    pair.machine.inject("confirmation_lost", node=N1)
    pair.commit(N0, "set interfaces reth0 disable", confirm_min=5)
    pair.commit(N0)
    pair.wait(301)
    assert pair.world.node(N0).settings.disabled == {"reth0"}
    assert pair.told(ConfigurationReplaced) == [ConfigurationReplaced(node=N1, by="rollback")]


def test_a_commit_may_be_refused_and_nothing_is_changed() -> None:
    pair = Pair()
    pair.machine.inject("commit_refused", words="error: commit failed: (statements constraint check failed)")
    assert "statements constraint" in pair.commit(N0, "set interfaces reth0 disable")
    assert pair.world.node(N0).configuration.committed == ()


def test_power_may_fail_right_behind_a_commit() -> None:
    pair = Pair()
    pair.machine.inject("power_lost_after_commit", node=N0, off_s="30")
    pair.commit(N0, "set interfaces ge-5/0/4 disable")
    pair.wait(900)
    assert [each.node for each in pair.told(NodeWentDown)] == [N0]
    assert pair.world.node(N0).is_up
    assert pair.world.node(N0).settings.disabled == {"ge-5/0/4"}


@pytest.mark.parametrize(("checks", "kept"), [(RELAXED, 0.9), ((), 0.1)])
def test_sessions_go_on_where_tcp_checks_are_relaxed(checks: tuple[str, ...], kept: float) -> None:
    pair = Pair("SRX345", *checks)
    pair.take_apart()
    pair.upgrade(N1)
    waits = scene(pair, "node1")
    assert (active_sessions(waits), routes(waits), bgp_peers_up(waits)) == (0, 0, 0)
    pair.switch_ports(N0, N0, off=True)
    pair.switch_ports(N1, N1, off=False)
    pair.wait(3)
    assert session_share(pair.world, N1) == pytest.approx(kept)
    assert bgp_peers_up(waits) == 2
    pair.wait(900)
    assert session_share(pair.world, N1) == 1.0
