"""The plan of MINIMAL_DOWNTIME: its order, its lines, and the baselines that it refuses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from srx_issu.domain.cluster.model import NextBoot, Snapshot
from srx_issu.domain.cluster.node_links import NodeLinks
from srx_issu.domain.gate.table import SendPurpose
from srx_issu.domain.procedure.action import ActionName, CommandKind
from srx_issu.domain.procedure.claim import StateClaim
from srx_issu.domain.routes.minimal_downtime import minimal_downtime_plan
from srx_issu.domain.routes.plan import RoutePhase, RoutePlan
from srx_issu.domain.routes.relaxed import left_over, relaxed
from srx_issu.ports import codec
from tests.fakes.apart import JOINED, apart_intent
from tests.fakes.snapshots import N0, N1, NEW, both, group, silent, snapshot, view

SETTINGS = frozenset(
    {
        "set chassis cluster control-link-recovery",
        "set chassis cluster redundancy-group 1 preempt",
        "set chassis cluster redundancy-group 1 interface-monitor ge-0/0/4 weight 255",
        "set chassis cluster redundancy-group 1 ip-monitoring global-weight 255",
        "set chassis cluster redundancy-group 2 preempt",
        "deactivate chassis cluster redundancy-group 2 preempt",
        "set interfaces ge-7/0/9 disable",
    }
)
LINKS = replace(JOINED, ports_down=frozenset({"ge-0/0/5", "ge-7/0/9"}), settings=SETTINGS)
WANTED = apart_intent()


def boots_what_it_runs(before: Snapshot) -> Snapshot:
    """Each of its nodes."""
    nodes = [replace(each, next_boot=NextBoot(is_other=False)) for each in before.views]
    return replace(before, node0=nodes[0], node1=nodes[1])


def plan(before: Snapshot | None = None, first_slot: int | None = 7) -> RoutePlan:
    look = boots_what_it_runs(before or both(links=LINKS))
    return minimal_downtime_plan(look, apart_intent(first_slot))


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (None, "node0 does not tell which image it will boot next"),
        (NextBoot(is_other=True, release=NEW), f"node0 will boot {NEW} next"),
    ],
)
def test_refuses_a_node_that_does_not_show_that_it_boots_what_it_runs(
    told: NextBoot | None, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        minimal_downtime_plan(both(links=LINKS, next_boot=told), apart_intent())


def test_goes_through_its_phases_in_this_order() -> None:
    assert [each.phase for each in plan().phases] == [
        RoutePhase.RELAX,
        RoutePhase.TAKE_APART,
        RoutePhase.SECONDARY,
        RoutePhase.MOVE_TRAFFIC,
        RoutePhase.OLD_PRIMARY,
        RoutePhase.JOIN,
        RoutePhase.IN_SYNC,
        RoutePhase.PUT_BACK,
    ]


def test_sends_these_commands_in_this_order() -> None:
    assert [f"{each.node}: {each.cli}" for each in plan().commands] == [
        "node0: commit: deactivate chassis cluster redundancy-group 1 interface-monitor; "
        "deactivate chassis cluster redundancy-group 1 ip-monitoring; "
        "deactivate chassis cluster redundancy-group 1 preempt; "
        "deactivate chassis cluster control-link-recovery; "
        "set security flow tcp-session no-syn-check; set security flow tcp-session no-sequence-check",
        "node0: commit: set interfaces ge-7/0/4 disable",
        f"node1: request system software add {WANTED.image.node_path}",
        "node1: request system reboot node 1",
        "node0: commit: set interfaces ge-0/0/4 disable; set interfaces ge-0/0/5 disable",
        "node1: commit: delete interfaces ge-7/0/4 disable",
        f"node0: request system software add {WANTED.image.node_path}",
        "node0: request system reboot node 0",
        "node0: request system halt",
        "node1: commit: delete interfaces ge-0/0/4 disable; delete interfaces ge-0/0/5 disable; "
        "delete interfaces ge-7/0/4 disable",
        "node1: commit: delete security flow tcp-session no-syn-check; "
        "delete security flow tcp-session no-sequence-check; "
        "activate chassis cluster redundancy-group 1 interface-monitor; "
        "activate chassis cluster redundancy-group 1 ip-monitoring; "
        "activate chassis cluster redundancy-group 1 preempt; activate chassis cluster control-link-recovery",
    ]


def test_is_held_back_by_window_and_stop_until_the_traffic_moves_and_not_after() -> None:
    purposes = [each.purpose for each in plan().commands]
    assert purposes == [SendPurpose.BEGIN, *[SendPurpose.CONTINUE] * 4, *[SendPurpose.COMPLETE] * 6]


def test_no_link_is_touched_before_both_nodes_show_every_port_of_the_secondary_down() -> None:
    isolate = plan().action(ActionName.ISOLATE_SECONDARY)
    assert isolate is not None
    closed = [each for each in isolate.done_when if each.claim is StateClaim.PORTS_DOWN]
    assert {(each.node, each.ports) for each in closed} == {(N0, ("ge-7/0/4",)), (N1, ("ge-7/0/4",))}


def test_both_nodes_must_show_both_links_down_whatever_the_person_says() -> None:
    apart = plan().action(ActionName.TAKE_LINKS_APART)
    assert apart is not None
    assert apart.asks
    assert not apart.commands
    assert {e.node for e in apart.done_when if e.claim is StateClaim.LINKS_APART} == {N0, N1}
    assert {e.node for e in apart.done_when if e.claim is StateClaim.NO_COMMIT_PENDING} == {N0, N1}


def test_the_old_primary_is_halted_only_when_seen_alone_on_the_target() -> None:
    names = [each.name for each in plan().actions]
    assert names.index(ActionName.OLD_PRIMARY_ALONE) + 1 == names.index(ActionName.HALT_NODE)
    seen = plan().action(ActionName.OLD_PRIMARY_ALONE)
    assert seen is not None
    assert any(e.claim is StateClaim.RUNS and e.release == NEW and e.node is N0 for e in seen.done_when)
    assert any(e.claim is StateClaim.BACK_ON_OTHER for e in seen.stop_when)


def test_once_the_links_are_seen_down_every_action_watches_them_until_they_are_joined() -> None:
    watched = [each.name for each in plan().actions if each.apart and each.apart.are_links_down]
    names = [each.name for each in plan().actions]
    first, last = names.index(ActionName.TAKE_LINKS_APART) + 1, names.index(ActionName.JOIN_LINKS)
    assert watched == names[first:last]


def test_survives_its_evidence() -> None:
    assert codec.loads(RoutePlan, codec.dumps(plan())) == plan()


def test_a_halt_is_sent_once() -> None:
    assert all(each.is_once for each in plan().commands if each.order is CommandKind.HALT)


@pytest.mark.parametrize(
    ("before", "first_slot", "words"),
    [
        (both(links=LINKS), None, "node1_first_slot"),
        (both(), 7, "same configuration"),
        (snapshot(view(N0, links=LINKS), view(N1, links=JOINED)), 7, "same configuration"),
        (both(links=LINKS, groups=(group(0), group(1, N1))), 7, "one node must carry everything"),
        (both(links=LINKS, groups=(group(0, None),)), 7, "no primary of RG0"),
        (both(links=NodeLinks(settings=frozenset())), 7, "no network port of node0"),
    ],
)
def test_refuses_a_baseline_that_lacks_something(
    before: Snapshot, first_slot: int | None, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        plan(before, first_slot)


def test_switches_off_nothing_that_a_cluster_does_not_have() -> None:
    checks = {"set security flow tcp-session no-syn-check", "set security flow tcp-session no-sequence-check"}
    assert relaxed(checks).lines == ()
    assert relaxed(checks).undo == ()


def test_names_what_is_left_on_each_node_and_all_of_it_where_a_node_is_silent() -> None:
    undo = ("delete interfaces ge-7/0/4 disable", "activate chassis cluster control-link-recovery")
    closed = replace(LINKS, settings=frozenset({"set interfaces ge-7/0/4 disable"}))
    assert left_over(undo, snapshot(view(N0, links=closed), silent(N1))) == {N0: undo[:1], N1: undo}
    assert left_over(undo, both(links=LINKS)) == {}
