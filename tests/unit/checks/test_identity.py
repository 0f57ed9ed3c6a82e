"""A device that disagrees with its inventory record is refused, with both values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from srx_issu.checks.readiness import check_readiness
from srx_issu.domain.checking import Readiness, ReadinessVerdict
from srx_issu.domain.cluster import rows
from srx_issu.domain.cluster.model import Identity, NodeName
from srx_issu.domain.verdict import Status
from tests.unit.checks.healthy import NODE0, NODE1, TARGET, Case, healthy
from tests.unit.checks.plain import plain_run


def known(case: Case, **record: Any) -> Case:
    """The healthy cluster, of which the inventory says who its nodes are."""
    told = {
        "cluster_id": 7,
        "node0_identity": Identity(hostname="fw-node0", serial="CZ0000"),
        "node1_identity": Identity(hostname="fw-node1", serial="CZ0001"),
        **record,
    }
    cluster = replace(case.intent.cluster, **told)
    return replace(case, intent=replace(case.intent, cluster=cluster))


def as_recorded() -> Case:
    case = known(healthy())
    for number, node in enumerate(NodeName):
        case = case.view(node, cluster_id=7).rows("chassis", node, rows.Chassis(serial=f"CZ000{number}"))
    return case


def judge(case: Case) -> Readiness:
    return check_readiness(case.snapshot, case.state, case.intent, case.support, plain_run)


def test_a_cluster_that_is_what_the_inventory_says_is_ready() -> None:
    assert judge(as_recorded()).verdict is ReadinessVerdict.READY


def test_what_the_inventory_does_not_say_cannot_be_wrong() -> None:
    readiness = judge(healthy())
    assert readiness.verdict is ReadinessVerdict.READY
    texts = [result.text for result in readiness.results if result.check == "hostname_as_in_inventory"]
    assert all(text.endswith("; the inventory does not name it") for text in texts)
    assert len(texts) == 2


@pytest.mark.parametrize(
    ("case", "words"),
    [
        (as_recorded().view(NODE1, hostname="other"), "host name is other, the inventory has fw-node1"),
        (
            as_recorded().rows("chassis", NODE0, rows.Chassis(serial="CZ9999")),
            "serial number is CZ9999, the inventory has CZ0000",
        ),
        (as_recorded().view(NODE0, cluster_id=8), "cluster id is 8, the inventory has 7"),
        (as_recorded().view(NODE0, model="SRX1500"), "model is SRX1500, the inventory has SRX4600"),
    ],
)
def test_a_device_that_disagrees_is_refused_with_both_values(case: Case, words: str) -> None:
    readiness = judge(case)
    assert readiness.verdict is ReadinessVerdict.NOT_READY
    assert words in readiness.reason


def test_a_stranger_that_runs_the_target_already_is_still_refused() -> None:
    case = as_recorded().view(NODE0, release=TARGET, hostname="other").view(NODE1, release=TARGET)
    readiness = judge(case)
    assert readiness.verdict is ReadinessVerdict.NOT_READY
    assert "host name is other" in readiness.reason


def test_a_node_that_does_not_show_what_the_inventory_knows_is_refused() -> None:
    readiness = judge(as_recorded().rows("chassis", NODE0, rows.Chassis(serial=None)))
    assert readiness.verdict is ReadinessVerdict.NOT_READY
    assert "serial" in readiness.reason


@pytest.mark.parametrize(
    ("shown", "recorded", "is_same"),
    [
        ("FW-node0", "fw-node0", True),
        ("fw-node0", "fw-node0.example.net", True),
        ("fw-node0.example.net.", "fw-node0", True),
        ("fw-node0.example.net", "fw-node0.example.org", False),
        ("fw-node00", "fw-node0", False),
    ],
)
def test_host_names_are_compared_as_names(shown: str, recorded: str, is_same: bool) -> None:
    case = known(as_recorded(), node0_identity=Identity(hostname=recorded)).view(NODE0, hostname=shown)
    results = [r for r in judge(case).results if r.check == "hostname_as_in_inventory" and r.node == NODE0]
    assert [result.status for result in results] == [Status.PASS if is_same else Status.FAIL]
