"""Comparing two states: keys, tolerances in both directions, order, roles, noise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from srx_issu.domain.cluster import rows
from srx_issu.domain.cluster.model import (
    GroupMember,
    GroupState,
    NodeName,
    NodeView,
    RedundancyGroup,
    Snapshot,
)
from srx_issu.domain.cluster.state import ClusterState, NotAnswered, PerNode, Rows
from srx_issu.domain.comparison.compare import beyond, compare, compared_tables, ignoring
from srx_issu.domain.comparison.difference import DifferenceKind, Observation
from srx_issu.domain.comparison.noise_floor import noise_floor
from srx_issu.domain.comparison.sides import active_node
from srx_issu.domain.upgrade.intent import Tolerance
from tests.integration.adapters.devices.state.fake_nodes import NOW

NODE0, NODE1 = NodeName.NODE0, NodeName.NODE1


def snapshot(*primaries: NodeName) -> Snapshot:
    """RG1 and up with these primaries, as both nodes see them."""
    groups = tuple(
        RedundancyGroup(
            group_id=group_id,
            members=tuple(
                GroupMember(node=n, state=GroupState.PRIMARY if n is primary else GroupState.SECONDARY)
                for n in NodeName
            ),
        )
        for group_id, primary in enumerate(primaries, start=1)
    )
    views = [NodeView(node=n, reachable=True, groups=groups) for n in NodeName]
    return Snapshot(cluster="fw-a", taken_at=NOW, node0=views[0], node1=views[1])


def look(*primaries: NodeName, **tables: Any) -> Observation:
    state = ClusterState(cluster="fw-a", taken_at=NOW)
    return Observation(snapshot=snapshot(*(primaries or (NODE0,))), state=replace(state, **tables))


def split(node0: Any, node1: Any) -> PerNode[Any]:
    return PerNode(node0=Rows(rows=tuple(node0)), node1=Rows(rows=tuple(node1)))


def both(*found: Any) -> PerNode[Any]:
    return split(found, found)


def words(before: Observation, after: Observation, **tolerances: Tolerance) -> list[str]:
    return [d.text for d in compare(before, after, {k.replace("__", "."): t for k, t in tolerances.items()})]


def tunnel(gateway: str, tunnels: int = 1) -> rows.IpsecTunnel:
    return rows.IpsecTunnel(gateway=gateway, tunnels=tunnels)


def sessions(active: int) -> rows.SessionCount:
    return rows.SessionCount(active=active, maximum=None)


def policy(name: str, position: int, content: str = "x") -> rows.SecurityPolicy:
    return rows.SecurityPolicy(
        context="a > b", name=name, position=position, state="enabled", action="permit", content=content
    )


def hit(name: str, count: int, growth: int | None = None) -> rows.HitCount:
    return rows.HitCount(context="a > b", name=name, count=count, count_delta=growth)


def test_a_policy_that_was_plainly_hit_must_be_hit_again_on_either_node() -> None:
    before = look(
        hit_counts=split([hit("web", 900, 8), hit("mail", 50, 2)], [hit("web", 5, 2), hit("mail", 0)])
    )
    moved = look(NODE1, hit_counts=split([hit("web", 0, 0)], [hit("web", 1, 0), hit("mail", 0, 0)]))
    assert words(before, moved) == []
    silent = look(NODE1, hit_counts=split([hit("web", 0)], [hit("web", 0), hit("mail", 0)]))
    assert words(before, silent) == [
        "policy a > b / web has had no hit since the reboots (before: 10 between two samples)"
    ]


def test_hits_that_nobody_counts_any_more_are_a_finding_and_a_policy_that_is_gone_is_told_elsewhere() -> None:
    before = look(hit_counts=both(hit("web", 900, 20)))
    assert words(before, look(hit_counts=both())) == []
    gone = look(hit_counts=PerNode(node0=NotAnswered(reason="syntax error"), node1=Rows(rows=())))
    assert words(before, gone) == ["hit counts: no answer any more (syntax error)"]


@pytest.mark.parametrize(
    ("was", "now", "allowed", "fine"),
    [
        (100, 80, Tolerance(lost_percent=20), True),
        (100, 79, Tolerance(lost_percent=20), False),
        (100, 1000, Tolerance(lost_percent=20), True),
        (100, 106, Tolerance(lost_percent=None, gained_percent=5), False),
        (100, 105, Tolerance(lost_percent=None, gained_percent=5), True),
        (100, 0, Tolerance(lost_percent=None, gained_percent=5), True),
        (10, 2, Tolerance(lost_percent=0, absolute=8), True),
        (10, 1, Tolerance(lost_percent=0, absolute=8), False),
        (0, 5, Tolerance(gained_percent=50), False),
        (0, 0, Tolerance(), True),
    ],
)
def test_tolerances_hold_in_their_direction(was: float, now: float, allowed: Tolerance, fine: bool) -> None:
    assert (beyond(was, now, allowed) is None) is fine


def test_the_same_state_has_no_difference() -> None:
    one = look(ipsec=both(tunnel("a")), policies=both(policy("x", 1)), sessions=both(sessions(5)))
    assert compare(one, one, {}) == ()


def test_lost_added_and_changed_are_told_by_key() -> None:
    before = look(ipsec=both(tunnel("a", 2), tunnel("b")))
    after = look(ipsec=both(tunnel("a", 1), tunnel("c")))
    found = {(d.kind, d.key, d.text) for d in compare(before, after, {})}
    assert found == {
        (DifferenceKind.LOST, "b", "VPN peer b is lost"),
        (DifferenceKind.ADDED, "c", "VPN peer c is new"),
        (DifferenceKind.OUT_OF_TOLERANCE, "a", "VPN peer a: tunnels was 2, is 1: 50.0 % less, allowed 0 %"),
    }


def test_a_tolerance_for_one_figure_goes_before_that_of_its_table() -> None:
    before, after = look(sessions=both(sessions(1000))), look(sessions=both(sessions(700)))
    assert words(before, after, sessions=Tolerance(lost_percent=50)) == []
    strict = Tolerance(lost_percent=1)
    assert words(before, after, sessions=Tolerance(lost_percent=50), sessions__active=strict) != []


def test_a_policy_that_changed_inside_is_told_without_its_digest() -> None:
    (found,) = compare(
        look(policies=both(policy("x", 1))), look(policies=both(policy("x", 1, content="y"))), {}
    )
    assert (found.kind, found.text) == (DifferenceKind.CHANGED, "policy a > b / x has changed")


def test_an_inserted_policy_does_not_move_the_others_but_a_swap_does() -> None:
    before = look(policies=both(policy("x", 1), policy("y", 2)))
    inserted = look(policies=both(policy("new", 1), policy("x", 2), policy("y", 3)))
    assert [d.kind for d in compare(before, inserted, {})] == [DifferenceKind.ADDED]
    swapped = look(policies=both(policy("y", 1), policy("x", 2)))
    (moved,) = compare(before, swapped, {})
    assert (moved.kind, moved.text) == (
        DifferenceKind.MOVED,
        "policies a > b: order changed for 2, first a > b / x",
    )


def test_a_peer_that_comes_up_is_no_difference_and_one_that_goes_down_is() -> None:
    def peers(state: str) -> Rows[rows.BgpPeer]:
        return Rows(rows=(rows.BgpPeer(address="192.0.2.2", asn="1", state=state),))

    assert words(look(bgp=peers("Active")), look(bgp=peers("Established"))) == []
    assert words(look(bgp=peers("Active")), look(bgp=peers("Connect"))) == []
    told = words(look(bgp=peers("Established")), look(bgp=peers("Active")))
    assert told == ["BGP peer 192.0.2.2: was Established, is Active"]


def test_a_field_the_new_release_drops_is_told_and_one_it_brings_is_not() -> None:
    def module(kind: str | None) -> PerNode[Any]:
        return both(rows.Module(place="FPC 0", kind=kind))

    assert words(look(modules=module("FEB")), look(modules=module(None))) == [
        "module FPC 0: is no longer shown (was FEB)"
    ]
    assert words(look(modules=module(None)), look(modules=module("FEB"))) == []


def test_active_meets_active_when_the_roles_have_changed() -> None:
    before = look(NODE0, arp=split([rows.ArpCount(interface="reth0", entries=40)], []))
    after = look(NODE1, arp=split([], [rows.ArpCount(interface="reth0", entries=40)]))
    assert compare(before, after, {}) == ()
    wrong = look(NODE0, arp=split([], [rows.ArpCount(interface="reth0", entries=40)]))
    assert {d.node for d in compare(before, wrong, {})} == {NODE0, NODE1}


def test_groups_on_both_nodes_are_compared_as_one_cluster() -> None:
    before = look(NODE0, NODE1, ipsec=split([tunnel("a")], [tunnel("b")]))
    after = look(NODE1, NODE1, ipsec=split([], [tunnel("a"), tunnel("b")]))
    assert active_node(before.snapshot) is None
    assert compare(before, after, {}) == ()
    assert words(before, look(NODE1, NODE1, ipsec=split([], [tunnel("b")]))) == ["VPN peer a is lost"]


def test_what_belongs_to_a_box_is_compared_with_that_box() -> None:
    alarm = rows.Alarm(alarm_class="Major", text="x")
    before = look(NODE0, chassis_alarms=split([alarm], []))
    after = look(NODE1, chassis_alarms=split([], [alarm]))
    assert [(d.kind, d.node) for d in compare(before, after, {})] == [
        (DifferenceKind.LOST, NODE0),
        (DifferenceKind.ADDED, NODE1),
    ]


def test_what_both_nodes_lost_is_told_once() -> None:
    (found,) = compare(look(ipsec=both(tunnel("a"))), look(ipsec=both()), {})
    assert (found.node, found.text) == (None, "VPN peer a is lost")


def test_silence_after_an_answer_is_a_difference_and_silence_before_is_none() -> None:
    silent = PerNode(node0=NotAnswered(reason="syntax error"), node1=NotAnswered(reason="syntax error"))
    told, gone = look(ipsec=both(tunnel("a"))), look(ipsec=silent)
    (found,) = compare(told, gone, {})
    assert (found.kind, found.text) == (
        DifferenceKind.SILENT,
        "VPN peers: no answer any more (syntax error)",
    )
    assert compare(gone, told, {}) == ()
    assert "ipsec" in compared_tables(told)
    assert "ipsec" not in compared_tables(gone)


def test_ignored_keys_are_neither_lost_nor_new() -> None:
    before, after = look(ipsec=both(tunnel("10.0.0.1"))), look(ipsec=both(tunnel("10.0.0.2")))
    assert compare(before, after, {}, ignoring({"ipsec": [r"^10\."], "zones": []})) == ()
    assert len(compare(before, after, {}, ignoring({"zones": [r"^10\."]}))) == 2


def test_the_noise_of_several_samples_widens_the_tolerance() -> None:
    samples = [look(sessions=both(sessions(n))).state for n in (1000, 1400, 900)]
    widened = noise_floor(samples, {"sessions": Tolerance(lost_percent=1, absolute=10)})
    assert widened["sessions.active"] == Tolerance(lost_percent=1, absolute=500)
    assert noise_floor(samples[:1], {}) == {}
    before, after = look(sessions=both(sessions(1000))), look(sessions=both(sessions(520)))
    assert compare(before, after, widened) == ()
