"""Any order of commands, faults and time keeps the machine's invariants."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from srx_lab.machine import commands
from srx_lab.machine.cluster import ClusterMachine
from srx_lab.machine.fault_catalogue import FAULTS
from srx_lab.machine.installing import start_install
from srx_lab.machine.issu_rules import StartOptions
from srx_lab.machine.rollback import roll_back
from srx_lab.machine.software import Image, Install
from srx_lab.machine.words import LEGAL_TRANSITIONS, GroupState, NodeId
from srx_lab.rehearsal import example_image, example_spec, machine_with_room

NODE = st.sampled_from(list(NodeId))
GROUP = st.sampled_from([0, 1])
STEP = st.one_of(
    st.tuples(st.just("advance"), st.sampled_from([0.5, 3.0, 60.0, 301.0, 700.0, 4000.0])),
    st.tuples(st.just("inject"), st.sampled_from(sorted(FAULTS))),
    st.tuples(st.just("clear"), st.sampled_from(sorted(FAULTS))),
    st.tuples(st.just("start"), NODE),
    st.tuples(st.just("install"), NODE),
    st.tuples(st.just("abort"), NODE),
    st.tuples(st.just("rollback"), NODE),
    st.tuples(st.just("reboot"), NODE),
    st.tuples(st.just("failover"), st.tuples(GROUP, NODE)),
    st.tuples(st.just("reset"), GROUP),
)


def image_of(machine: ClusterMachine) -> Image:
    return example_image(machine.world.spec.platform.model)


def carry_out(machine: ClusterMachine, step: tuple[str, object]) -> None:
    world = machine.world
    up = [node.node for node in world.nodes() if node.is_up] or list(NodeId)
    match step:
        case ("advance", float(seconds)):
            machine.advance(machine.now + seconds)
        case ("inject", str(name)):
            machine.inject(name)
        case ("clear", str(name)):
            machine.clear(name)
        case ("start", NodeId() as node):
            is_branch = world.spec.platform.dual_root
            machine.start_upgrade(
                node, image_of(machine), StartOptions(reboot=not is_branch, no_sync=is_branch)
            )
        case ("install", NodeId() as node):
            if world.node(node).is_up:
                start_install(world, Install(number=0, node=node, image=image_of(machine)))
        case ("abort", NodeId() as node):
            commands.abort_upgrade(world, node)
        case ("rollback", NodeId() as node):
            roll_back(world, node, reboot=False)
        case ("reboot", NodeId() as node):
            commands.reboot(world, (node,), user="lab")
        case ("failover", (int(group), NodeId() as node)):
            commands.fail_over_by_hand(world, up[0], group, node)
        case ("reset", int(group)):
            commands.reset_failover(world, up[0], group)


def check(machine: ClusterMachine, *, split_injected: bool) -> None:
    world = machine.world
    for group in world.state.groups:
        primaries = [n for n in world.nodes() if n.is_up and n.state_of(group) is GroupState.PRIMARY]
        assert len(primaries) <= 1 or split_injected
    for node in world.nodes():
        for held in node.groups.values():
            for record in held.history:
                assert record.after in LEGAL_TRANSITIONS[record.before]
            for one, following in zip(held.history, held.history[1:], strict=False):
                assert one.after is following.before
                assert one.at <= following.at


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(STEP, max_size=25), preempt=st.booleans(), model=st.sampled_from(["SRX4600", "SRX345"]))
def test_invariants_hold_in_any_order(steps: list[tuple[str, object]], preempt: bool, model: str) -> None:
    machine = machine_with_room(example_spec(model, preempt=preempt))
    split = False
    boots = dict.fromkeys(NodeId, 1)
    beats = dict.fromkeys(NodeId, 0)
    for step in steps:
        split = split or step == ("inject", "both_nodes_primary")
        carry_out(machine, step)
        check(machine, split_injected=split)
        for node in machine.world.nodes():
            sent = node.heartbeats_sent.read(machine.now)
            if node.boots == boots[node.node]:
                assert sent >= beats[node.node]
            boots[node.node], beats[node.node] = node.boots, sent


@settings(max_examples=30, deadline=None, derandomize=True)
@given(cuts=st.lists(st.floats(min_value=0.1, max_value=900), max_size=30))
def test_how_time_is_cut_does_not_matter(cuts: list[float]) -> None:
    def run(steps: list[float]) -> list[str]:
        machine = machine_with_room(seed=3)
        begin = machine.now
        machine.start_upgrade(NodeId.NODE0, example_image(), StartOptions(reboot=True))
        for step in steps:
            machine.advance(machine.now + step)
        machine.advance(max(machine.now, begin + 30_000))
        return [repr(effect) for effect in machine.take_effects()]

    assert run(cuts) == run([])
