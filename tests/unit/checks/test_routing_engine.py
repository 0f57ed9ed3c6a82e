"""The engine that a node shows is held against inventory and image, on platforms that have several."""

from __future__ import annotations

from dataclasses import replace

import pytest

from srx_issu.checks.readiness import check_readiness
from srx_issu.domain.checking import CheckResult
from srx_issu.domain.cluster import rows
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.cluster.routing_engine import generation
from srx_issu.domain.cluster.state import NotAnswered, PerNode, Rows
from srx_issu.domain.upgrade.commands import SoftwareFamily
from srx_issu.domain.upgrade.support import InService, Platform, SupportMatrix
from srx_issu.domain.verdict import Status
from tests.unit.checks.healthy import NODE0, NODE1, Case, healthy
from tests.unit.checks.plain import plain_run

RE1, RE2, RE3 = "SRX5k RE-13-20", "SRX5k RE-1800X4", "SRX5k RE-2000x6"
SYSTEM, VMHOST = SoftwareFamily.SYSTEM, SoftwareFamily.VMHOST
SRX5800 = Platform(
    model="SRX4600", in_service=InService.ISSU, reason="guide", routing_engines={"RE3": SoftwareFamily.VMHOST}
)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (RE1, "RE1"),
        ("SRX5K-RE-13-20-A", "RE1"),
        (RE2, "RE2"),
        (RE3, "RE3"),
        ("SRX5K-RE3-128G", "RE3"),
        ("SRX5k RE-9000x9", None),
        ("", None),
        (None, None),
    ],
)
def test_the_engine_is_read_from_its_description_or_its_model_number(
    words: str | None, found: str | None
) -> None:
    assert generation(words) == found


def with_engines(*shown: str, software: SoftwareFamily, inventory: str | None = None) -> Case:
    """What 'show chassis hardware' says of each slot of node0; node1 has the first of them."""
    case = healthy()
    cluster = replace(case.intent.cluster, routing_engine=inventory)
    support = SupportMatrix(platforms={"SRX4600": SRX5800})
    case = replace(case, intent=replace(case.intent, cluster=cluster, support=support, software=software))
    slots = [rows.Module(place=f"Routing Engine {slot}", kind=kind) for slot, kind in enumerate(shown)]
    modules = PerNode(node0=Rows(rows=tuple(slots)), node1=Rows(rows=tuple(slots[:1])))
    return replace(case, state=replace(case.state, modules=modules))


def result(case: Case, node: NodeName = NODE0) -> CheckResult:
    found = check_readiness(case.snapshot, case.state, case.intent, case.support, plain_run).results
    return next(r for r in found if r.check == "routing_engine_fits" and r.node is node)


@pytest.mark.parametrize(
    ("shown", "software", "inventory"),
    [
        (RE3, VMHOST, "RE3"),
        (RE3, VMHOST, None),
        (RE2, SYSTEM, "RE2"),
        (RE2, SYSTEM, None),
        (RE1, SYSTEM, "RE1"),
    ],
)
def test_an_engine_that_takes_the_image_and_is_the_inventorys_passes(
    shown: str, software: SoftwareFamily, inventory: str | None
) -> None:
    case = with_engines(shown, software=software, inventory=inventory)
    assert {result(case, node).status for node in NodeName} == {Status.PASS}


@pytest.mark.parametrize(
    ("shown", "software", "inventory", "words"),
    [
        (RE3, SYSTEM, None, "SRX5k RE-2000x6 (RE3), expected one that takes system software"),
        (RE3, SYSTEM, "RE2", "expected RE2 (inventory), one that takes system software"),
        (
            RE2,
            VMHOST,
            "RE3",
            "SRX5k RE-1800X4 (RE2), expected RE3 (inventory), one that takes vmhost software",
        ),
        (RE1, SYSTEM, "RE2", "SRX5k RE-13-20 (RE1), expected RE2 (inventory)"),
    ],
)
def test_another_engine_blocks(
    shown: str, software: SoftwareFamily, inventory: str | None, words: str
) -> None:
    found = result(with_engines(shown, software=software, inventory=inventory))
    assert found.status is Status.FAIL
    assert words in found.text


def test_two_engines_of_one_node_that_differ_block_whatever_the_image_is() -> None:
    for software in SoftwareFamily:
        case = with_engines(RE2, RE3, software=software)
        assert result(case).status is Status.FAIL
    assert result(with_engines(RE2, RE2, software=SYSTEM)).status is Status.PASS


def test_an_engine_of_words_that_nobody_knows_is_not_known() -> None:
    found = result(with_engines("SRX5k RE-9000x9", software=SYSTEM))
    assert found.status is Status.ERROR
    assert "'show chassis hardware' says SRX5k RE-9000x9" in found.text


@pytest.mark.parametrize("answer", [Rows(rows=()), NotAnswered(reason="timeout")])
def test_a_node_that_shows_none_is_not_known(answer: Rows[rows.Module] | NotAnswered) -> None:
    case = with_engines(RE2, software=SYSTEM)
    modules = PerNode(node0=case.state.modules.node0, node1=answer)
    assert result(replace(case, state=replace(case.state, modules=modules)), NODE1).status is Status.ERROR


def test_a_platform_with_one_kind_of_engine_is_not_asked() -> None:
    assert result(healthy()).status is Status.PASS
