"""What is Offline on both nodes alike does not block; what differs between nodes, or from before, is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from srx_issu.checks.readiness import check_readiness
from srx_issu.domain.checking import CheckResult, CheckRules
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.cluster.rows import Pic
from srx_issu.domain.cluster.state import NotAnswered
from srx_issu.domain.comparison.compare import compare
from srx_issu.domain.comparison.difference import DifferenceKind, Observation
from srx_issu.domain.verdict import Status
from tests.unit.checks.healthy import NODE0, NODE1, Case, healthy
from tests.unit.checks.plain import plain_run

FLOW = Pic(fpc=0, pic=1, kind="SPU Flow", state="Online", card="SRX5k SPC II")
POINT = replace(FLOW, pic=0, kind="SPU Cp", state="Offline")
PORTS = Pic(fpc=2, pic=3, kind="3x 40GE QSFPP", state="Offline", card="SRX5k IOC3 24XGE+6XLG")
PASS, FAIL, ERROR = Status.PASS, Status.FAIL, Status.ERROR


def with_pics(node0: tuple[Pic, ...], node1: tuple[Pic, ...], first_slot: int | None = 6) -> Case:
    case = healthy().rows("pics", NODE0, *node0).rows("pics", NODE1, *node1)
    return replace(case, support=replace(case.support, node1_first_slot=first_slot))


def results(case: Case, check: str, node: NodeName = NODE0) -> list[CheckResult]:
    found = check_readiness(case.snapshot, case.state, case.intent, case.support, plain_run).results
    return [r for r in found if r.check == check and r.node is node]


def statuses(case: Case, node: NodeName = NODE0) -> tuple[list[Status], list[Status]]:
    return (
        [r.status for r in results(case, "pics_online", node)],
        [r.status for r in results(case, "pics_offline_in_health", node)],
    )


def on_node1(*pics: Pic, first_slot: int = 6) -> tuple[Pic, ...]:
    return tuple(replace(pic, fpc=pic.fpc + first_slot) for pic in pics)


@pytest.mark.parametrize("first_slot", [0, 6])
def test_a_central_point_and_an_ioc3_may_be_offline_on_both_nodes(first_slot: int) -> None:
    pics = (POINT, FLOW, PORTS)
    case = with_pics(pics, on_node1(*pics, first_slot=first_slot))
    for node in NodeName:
        assert statuses(case, node) == ([PASS] * 3, [PASS] * 3)
    assert "FPC 0 PIC 0 is Offline on both nodes" in results(case, "pics_online")[0].text


def test_another_kind_that_is_offline_on_both_nodes_is_a_warning() -> None:
    dead = replace(FLOW, state="Offline")
    case = with_pics((dead,), on_node1(dead))
    assert statuses(case) == ([PASS], [FAIL])
    (told,) = results(case, "pics_offline_in_health")
    assert "FPC 0 PIC 1 (SPU Flow) is Offline on both nodes" in told.text
    assert not told.blocks


def test_policy_names_what_is_offline_in_health() -> None:
    dead = replace(FLOW, state="Offline")
    case = with_pics((dead,), on_node1(dead))
    rules = CheckRules(pics_offline_in_health=("^SPU Flow / SRX5k SPC II$",))
    policy = replace(case.intent.policy, checks=rules)
    assert statuses(replace(case, intent=replace(case.intent, policy=policy))) == ([PASS], [PASS])


@pytest.mark.parametrize("pic", [POINT, PORTS, replace(FLOW, state="Offline")])
def test_what_is_offline_on_one_node_alone_blocks_whatever_it_is(pic: Pic) -> None:
    case = with_pics((pic,), on_node1(replace(pic, state="Online")))
    (told,) = results(case, "pics_online")
    assert (told.status, told.blocks) == (FAIL, True)
    assert statuses(case, NODE1) == ([PASS], [PASS])


@pytest.mark.parametrize(
    "peer",
    [
        replace(POINT, pic=2),
        replace(POINT, fpc=1),
        replace(POINT, kind="SPU Flow"),
        replace(POINT, card="SRX5k SPC3"),
        replace(POINT, state="Fault"),
    ],
)
def test_another_pic_of_the_peer_is_no_excuse(peer: Pic) -> None:
    (told,) = results(with_pics((POINT,), on_node1(peer)), "pics_online")
    assert (told.status, told.blocks) == (FAIL, True)


def test_a_peer_that_does_not_answer_is_no_excuse() -> None:
    case = with_pics((POINT,), ())
    pics = replace(case.state.pics, node1=NotAnswered(reason="timeout"))
    case = replace(case, state=replace(case.state, pics=pics))
    assert statuses(case) == ([FAIL], [PASS])


def test_a_state_that_nobody_knows_is_never_alike() -> None:
    strange = replace(POINT, state="Sulking")
    assert statuses(with_pics((strange,), on_node1(strange)))[0] == [ERROR]


def test_what_was_online_before_and_is_offline_after_is_told_on_both_nodes_too() -> None:
    before = with_pics((POINT, FLOW), on_node1(POINT, FLOW))
    dead = replace(FLOW, state="Offline")
    after = with_pics((POINT, dead), on_node1(POINT, dead))
    found = compare(
        Observation(snapshot=before.snapshot, state=before.state.only(("pics",))),
        Observation(snapshot=after.snapshot, state=after.state.only(("pics",))),
        {},
    )
    assert [(d.node, d.kind, d.text) for d in found] == [
        (NODE0, DifferenceKind.CHANGED, "PIC FPC 0 PIC 1: was Online, is Offline"),
        (NODE1, DifferenceKind.CHANGED, "PIC FPC 6 PIC 1: was Online, is Offline"),
    ]
