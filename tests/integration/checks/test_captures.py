"""A real cluster whose node1 is ``disabled`` (vSRX 24.4), by the same way as the lab: NOT READY for the right
reasons, and not better for any word of its answers that is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import cast

import pytest
from lxml import etree

from srx_issu.adapters.devices.parse.reply import Element
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.comparison.difference import Observation
from srx_issu.domain.errors import UnknownCommand
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.domain.verdict import Status
from srx_lab.lab import LabCluster
from tests.integration.checks.judging import everything_unknown_is_told, intent, ready
from tests.integration.checks.lab_nodes import LabNodes, Spoil, TurnedClock
from tests.integration.checks.spoiling import both, part_of
from tests.integration.checks.test_spoilt_answers import NOT_TRIED, WAYS, Outcomes, every, now_good
from tests.places import CAPTURES, captures

N0, N1 = NodeName.NODE0, NodeName.NODE1
CLUSTER, LATER, ALONE = "vsrx244-cluster-unhealthy", "vsrx244-cluster", "vsrx244-standalone"


@dataclass(kw_only=True)
class CapturedNodes(LabNodes):
    """Answers as they were captured; other questions are unknown, as to a device that has no such command."""

    boxes: tuple[str, ...] = (CLUSTER, LATER)

    def _answered(self, node: NodeName, operation: Element) -> str:
        for box in self.boxes:
            path = CAPTURES / f"{box}__{operation.tag}.xml"
            if operation.tag != "command" and path.exists():
                return path.read_text().split("]]>")[0].strip()
        raise UnknownCommand(node, "syntax error")


def nodes(*boxes: str) -> CapturedNodes:
    captures(f"{CLUSTER}__get-chassis-cluster-status.xml")
    named = cast(LabCluster, SimpleNamespace(name="captured"))
    return CapturedNodes(cluster=named, clock=TurnedClock(), boxes=boxes or (CLUSTER, LATER))


def of_a_vsrx() -> Intent:
    """As if a vSRX were to be upgraded; the inventory does not say who its nodes are."""
    given = intent()
    cluster = replace(given.cluster, model="VSRX", cluster_id=None)
    nobody = replace(
        cluster, node0_identity=type(cluster.node0_identity)(), node1_identity=type(cluster.node1_identity)()
    )
    image = replace(given.image, models=frozenset({"VSRX"}), release="25.2R1.9")
    return everything_unknown_is_told(replace(given, cluster=nobody, image=image))


def outcomes(look: Observation) -> Outcomes:
    found: Outcomes = {}
    for result in ready(look, of_a_vsrx()):
        found.setdefault((result.check, result.node), set()).add(result.status)
    return found


@pytest.fixture(scope="module")
def captured() -> CapturedNodes:
    return nodes()


@pytest.fixture(scope="module")
def told(captured: CapturedNodes) -> Outcomes:
    return outcomes(captured.look())


def failing(told: Outcomes) -> dict[str, set[NodeName | None]]:
    found: dict[str, set[NodeName | None]] = {}
    for (check, node), statuses in told.items():
        if Status.FAIL in statuses:
            found.setdefault(check, set()).add(node)
    return found


def test_it_is_not_ready_for_the_right_reasons_and_for_no_others(told: Outcomes) -> None:
    assert failing(told) == {
        "group_states": {N1},
        "eligible": {None},
        "monitoring_failures": {N0},
        "ha_led": {N0, N1},
        "major_alarms": {N1},
        "minor_alarms": {N0, N1},
        "clock_follows_ntp": {N0, N1},
        "fabric_links": {N0, N1},
    }


def test_what_it_did_not_answer_is_not_known(told: Outcomes) -> None:
    unanswered = {"var_tmp_space", "fresh_core_dumps", "no_pending_commit", "pics_online", "policies_in_sync"}
    for check in unanswered:
        assert {told[check, node] == {Status.ERROR} for node in (N0, N1)} == {True}, check


def test_a_box_that_is_no_cluster_is_not_ready_in_its_own_words() -> None:
    results = ready(nodes(ALONE).look(), of_a_vsrx())
    (known,) = [result for result in results if result.check == "groups_known"]
    assert (known.status, known.blocks) == (Status.FAIL, True)
    assert "Chassis cluster is not enabled" in known.text
    asked = {"group_states", "group_priorities", "one_primary", "cold_sync", "no_issu_in_progress"}
    assert [r.text for r in results if r.check in asked and r.status is Status.PASS] == []


@pytest.mark.parametrize("way", WAYS)
def test_what_failed_does_not_pass_when_a_word_is_lost(
    way: str, captured: CapturedNodes, told: Outcomes
) -> None:
    tried, better = 0, []
    for (_, question), reply in sorted(captured.asked.items()):
        for tag in words_in(reply) - NOT_TRIED:
            spoil = spoilt(question, every(tag, WAYS[way]))
            now = outcomes(captured.look(None, spoil))
            better += [(question, tag, *what) for what in now_good(told, now)]
            tried += 1
    assert tried > 100
    assert better == []


def spoilt(question: str, change: Callable[[Element, Element], None]) -> Spoil:
    return both(part_of(N0, question, change), part_of(N1, question, change))


def words_in(reply: str) -> set[str]:
    root = etree.fromstring(reply.encode())
    return {
        etree.QName(e).localname for e in root.iter(etree.Element) if not len(e) and (e.text or "").strip()
    }
