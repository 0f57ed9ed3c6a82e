"""Cables, commits, boots and faults in any order: the lab stays a lab, and its record tells what was."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from srx_lab.machine.effects import BothActive, MixedReleasesHeard, TrafficMoved, TrafficStopped
from srx_lab.machine.fault_catalogue import FAULTS
from srx_lab.machine.fault_spec import Route
from srx_lab.machine.flow import carriers
from srx_lab.machine.words import GroupState, NodeId
from tests.integration.lab.apart import Pair
from tests.integration.lab.driving import N0, N1

CABLE = st.sampled_from(("control", "fabric", "ge-0/0/4", "ge-5/0/5"))
NODE = st.sampled_from((N0, N1))
LINE = st.sampled_from(
    (
        *("set interfaces ge-5/0/4 disable", "delete interfaces ge-5/0/4 disable"),
        *("set interfaces reth0 disable", "delete interfaces reth0 disable", "delete interfaces fab0"),
        *("set chassis cluster redundancy-group 1 preempt", "set chassis cluster control-link-recovery"),
        "set chassis cluster redundancy-group 1 interface-monitor ge-0/0/4 weight 255",
        "deactivate chassis cluster redundancy-group 1 interface-monitor",
        *("set chassis cluster control-interface node1 disable", "delete chassis cluster control-interface"),
    )
)
FAULT_NAMES = (
    *sorted(name for name, spec in FAULTS.items() if spec.route is Route.MINIMAL_DOWNTIME),
    *("control_link_down", "fabric_link_down", "node_power_off", "both_nodes_primary"),
)
STEP = st.one_of(
    st.tuples(st.just("wait"), st.sampled_from((1.0, 30.0, 200.0, 900.0))),
    st.tuples(st.just("pull"), CABLE),
    st.tuples(st.just("plug"), CABLE),
    st.tuples(st.just("commit"), st.tuples(NODE, LINE)),
    st.tuples(st.just("upgrade"), NODE),
    st.tuples(st.just("reboot"), NODE),
    st.tuples(st.just("fault"), st.sampled_from(FAULT_NAMES)),
    st.tuples(st.just("clear"), st.just(None)),
)


def take(pair: Pair, step: tuple[str, object]) -> None:
    match step:
        case ("wait", float(seconds)):
            pair.wait(seconds)
        case ("pull", str(cable)):
            pair.pull(cable)
        case ("plug", str(cable)):
            pair.put_in(cable)
        case ("commit", (NodeId() as node, str(line))):
            if pair.world.node(node).is_up:
                pair.commit(node, line)
        case ("upgrade", NodeId() as node):
            pair.upgrade(node)
        case ("reboot", NodeId() as node):
            pair.reboot(node)
        case ("fault", str(name)):
            pair.machine.inject(name)
            pair.wait(0)
        case ("clear", _):
            pair.machine.clear()
            pair.wait(0)


def check(pair: Pair) -> None:
    world = pair.world
    both_up = all(node.is_up for node in world.nodes())
    for group in world.state.groups:
        holders = [n for n in world.nodes() if n.is_up and n.state_of(group) is GroupState.PRIMARY]
        assert len(holders) < 2 or not world.state.links.control
    begun = [each for each in pair.seen if isinstance(each, BothActive)]
    open_ = bool(begun) and begun[-1].active
    assert open_ == (len(carriers(world, 1)) == 2)
    assert [each.active for each in begun] == [index % 2 == 0 for index in range(len(begun))]
    told = [each for each in pair.seen if isinstance(each, TrafficStopped | TrafficMoved)]
    assert not told or isinstance(told[-1], TrafficStopped) == (not carriers(world, 1))
    if both_up and world.hears_anything and len({node.release for node in world.nodes()}) == 2:
        assert any(isinstance(each, MixedReleasesHeard) for each in pair.seen)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.lists(STEP, max_size=12))
def test_any_order_of_cables_commits_and_boots(steps: list[tuple[str, object]]) -> None:
    pair = Pair()
    for step in steps:
        take(pair, step)
        check(pair)
