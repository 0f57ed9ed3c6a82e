"""What the new release has renamed, dropped or no longer answers is a finding, never a crash."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from srx_issu.adapters.devices.state.catalogue import TABLE_QUESTIONS
from srx_issu.checks.post_checks import differences_of
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.comparison.difference import Observation
from srx_issu.domain.comparison.tables import COMPARISONS
from tests.integration.checks.case import an_issu_is_under_way
from tests.integration.checks.judging import intent
from tests.integration.checks.lab_nodes import LabNodes

HITS, RTOS = "get-security-policies-hit-count", "get-chassis-cluster-data-plane-statistics"


def told(before: Observation, nodes: LabNodes) -> list[str]:
    return [difference.text for difference in differences_of(before, nodes.look(), intent())]


def test_nothing_differs_between_two_looks(healthy: Observation, fresh: Callable[[], LabNodes]) -> None:
    assert told(healthy, fresh()) == []


def upgraded(nodes: LabNodes) -> LabNodes:
    """After a whole ISSU, both nodes rebooted."""
    an_issu_is_under_way(nodes)
    nodes.pass_time(4 * 3600)
    return nodes


def test_nothing_differs_after_a_good_upgrade(healthy: Observation, fresh: Callable[[], LabNodes]) -> None:
    nodes = upgraded(fresh())
    look = nodes.look()
    assert {view.release for view in look.snapshot.views} == {intent().image.release}
    assert [d.text for d in differences_of(healthy, look, intent())] == []


def test_what_an_upgrade_loses_is_named_and_nothing_else(
    healthy: Observation, fresh: Callable[[], LabNodes]
) -> None:
    nodes = fresh()
    machine = nodes.cluster.machine
    machine.inject("policies_lost", fraction="0.05")
    machine.inject("tunnels_lost", fraction="0.25")
    machine.inject("rtos_stop", service="Session close")
    found = told(healthy, upgraded(nodes))
    assert found[:-1] == [
        "policy trust > vpn / allow-000038 is lost",
        "policy untrust > trust / allow-000039 is lost",
        "IKE peer 198.51.100.4 is lost",
        "VPN peer 198.51.100.4 is lost",
    ]
    assert found[-1].startswith("RTO service Session close: 0 sent, 0 received (before: ")


def test_a_package_that_is_gone(healthy: Observation, fresh: Callable[[], LabNodes]) -> None:
    """An optional one that the image did not bring: it does not come back by waiting."""
    nodes = fresh()
    nodes.inject("package_gone", NodeName.NODE1)
    (found,) = differences_of(healthy, nodes.look(), intent())
    assert (found.text, found.node, found.may_return) == ("package junos-idp is lost", NodeName.NODE1, False)


def test_policies_without_traffic(healthy: Observation, fresh: Callable[[], LabNodes]) -> None:
    nodes = fresh()
    nodes.inject("reply_says", rpc=HITS, element="policy-hit-count-count", text="0")
    found = told(healthy, nodes)
    assert len(found) > 5
    assert all(" has had no hit since the reboots (before: " in words for words in found)


@pytest.mark.parametrize(
    ("question", "element", "words"),
    [
        (RTOS, "service-name", "no answer any more"),  # every service has another name: listed twice
        ("get-alg-status", "alg-status", "ALG"),
        ("get-security-associations-information", "sa-remote-gateway", "VPN peer renamed"),
        ("get-zones-information", "zones-security-zonename", "zone renamed"),
        ("get-bgp-summary-information", "peer-address", "BGP peer renamed"),
        ("get-license-summary-information", "name", "license renamed"),
    ],
)
def test_what_is_renamed(
    question: str, element: str, words: str, healthy: Observation, fresh: Callable[[], LabNodes]
) -> None:
    nodes = fresh()
    nodes.inject("reply_says", rpc=question, element=element, text="renamed")
    found = told(healthy, nodes)
    assert any(words in each for each in found), found


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("hit_counts", "hit counts: no answer any more"),
        ("rtos", "RTO counters: no answer any more"),
        *((each.table, f"{each.many}: no answer any more") for each in COMPARISONS),
    ],
)
def test_what_is_dropped(table: str, words: str, healthy: Observation, fresh: Callable[[], LabNodes]) -> None:
    """Neither the RPC nor the command answers in a way we know."""
    nodes, forms = fresh(), forms_of(table)
    nodes.spoil = lambda _, name, reply: reply if name not in forms else "<rpc-reply><other/></rpc-reply>"
    found = told(healthy, nodes)
    assert any(words in each for each in found), found


def forms_of(table: str) -> set[str]:
    return {form.name for each in TABLE_QUESTIONS if each.table == table for form in each.question.forms}
