"""Every element of every answer, spoilt: nothing breaks, and nothing bad looks good because of it.

A cluster with a lot wrong with it, so that most checks fail. Whatever is then lost or garbled on the way, a
check that failed must not pass. Rows that are gone as a whole (an alarm, a user) cannot be missed by anyone
and are not tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from lxml import etree

from srx_issu.adapters.devices.parse.reply import Element
from srx_issu.adapters.devices.state.catalogue import TABLE_QUESTIONS
from srx_issu.checks.post_checks import differences_of
from srx_issu.domain.checking import CheckResult
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.comparison.difference import Observation
from srx_issu.domain.verdict import Status
from tests.integration.checks.case import in_turn, injected, says, somebody_logs_in, uncommitted
from tests.integration.checks.judging import everything_unknown_is_told, intent, ready
from tests.integration.checks.lab_nodes import LabNodes, Name, Spoil
from tests.integration.checks.recording import Recording
from tests.integration.checks.spoiling import GARBLED, both, part_of
from tests.places import DEMO_TOPOLOGY

N0, N1 = NodeName.NODE0, NodeName.NODE1
PATH = intent().image.node_path

break_a_lot = in_turn(
    injected("rg1_priority_zero", N1),
    injected("var_tmp_full", N1),
    injected("cpu_high", N1),
    injected("major_alarm", N1),
    injected("core_dump_after", N1),
    injected("install_pending", N1),
    injected("license_ends", N1),
    injected("multi_node_ha", N1),
    injected("clock_skew", N1),
    injected("commit_unconfirmed"),
    injected("policies_out_of_sync_after"),
    injected("no_graceful_restart"),
    injected("fabric_link_down", after_s=30),
    says("get-pic-information", "pic-state", "Offline"),
    says("get-route-engine-information", "model", "RE-OTHER"),
    says("get-chassis-cluster-control-plane-statistics", "heartbeat-errors", "{now}"),
    says("get-performance-summary-information", "spu-cpu-utilization", "61"),
    says("get-chassis-cluster-cold-synchronization-information", "cold-synchronization-weight", "255"),
    says(
        "get-chassis-cluster-configuration-synchronization-information",
        "configuration-synchronization-last-result",
        "Failed",
    ),
    somebody_logs_in("cli configure exclusive"),
    uncommitted,
)


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    nodes = LabNodes.start(tmp_path_factory.mktemp("broken"), DEMO_TOPOLOGY)
    break_a_lot(nodes)
    return Recording.of(nodes, PATH)


Outcomes = dict[tuple[str, NodeName | None], set[Status]]


def outcomes(look: Observation) -> Outcomes:
    found: Outcomes = {}
    for result in judged(look):
        found.setdefault((result.check, result.node), set()).add(result.status)
    return found


def judged(look: Observation) -> tuple[CheckResult, ...]:
    return ready(look, everything_unknown_is_told(intent()))


@pytest.fixture(scope="module")
def baseline(broken: Recording) -> Observation:
    return broken.again().look(PATH)


def test_a_lot_is_wrong_with_it(baseline: Observation) -> None:
    failed = {check for (check, _), statuses in outcomes(baseline).items() if Status.FAIL in statuses}
    assert len(failed) >= 26, sorted(failed)


def words_of(broken: Recording) -> dict[Name, set[str]]:
    """Question -> names of the elements in its answers that hold a word."""
    found: dict[Name, set[str]] = {}
    for (_, question), reply in sorted(broken.asked.items()):
        leaves = (e for e in etree.fromstring(reply.encode()).iter() if not len(e) and (e.text or "").strip())
        found.setdefault(question, set()).update(etree.QName(leaf).localname for leaf in leaves)
    return found


def tables_of(question: Name) -> list[str]:
    """The tables that are read from this answer; the snapshot is always taken anew."""
    return sorted({t.table for t in TABLE_QUESTIONS if question in {form.name for form in t.question.forms}})


def dropped(one: Element) -> None:
    parent = one.getparent()
    assert parent is not None
    parent.remove(one)


def saying(word: str) -> Callable[[Element], None]:
    def change(one: Element) -> None:
        one.text = word
        for name in one.attrib:
            one.set(name, word)

    return change


WAYS: dict[str, Callable[[Element], None]] = {
    "dropped": dropped,
    "emptied": saying(""),
    "N/A": saying("N/A"),
    "garbled": saying(GARBLED),
    "in many lines": saying(f"\n\n {GARBLED}\n{GARBLED} \n"),
}
# A node whose name is gone, or is another's, is no answer of anyone: tried with the wire's contract tests.
NOT_TRIED = {"re-name"}


def every(tag: str, change: Callable[[Element], None]) -> Callable[[Element, Element], None]:
    def spoil(_root: Element, part: Element) -> None:
        for one in list(part.iter(f"{{*}}{tag}")):
            change(one)

    return spoil


def spoilt_look(broken: Recording, baseline: Observation, question: Name, spoil: Spoil) -> Observation:
    """Only what is read from the spoilt answer is read again."""
    again = broken.again().look(PATH, spoil, tables_of(question))
    tables = {table: getattr(again.state, table) for table in tables_of(question)}
    return replace(again, state=replace(baseline.state, **tables))


@pytest.mark.parametrize("way", WAYS)
def test_what_failed_does_not_pass_when_a_word_is_lost(
    way: str, broken: Recording, baseline: Observation
) -> None:
    """Every word of every answer, lost once: silence must never turn a check green."""
    before, tried, better = outcomes(baseline), 0, []
    for question, tags in words_of(broken).items():
        for tag in sorted(tags - NOT_TRIED):
            change = every(tag, WAYS[way])
            spoil = both(part_of(N0, question, change), part_of(N1, question, change))
            look = spoilt_look(broken, baseline, question, spoil)
            better += [(question, tag, *what) for what in now_good(before, outcomes(look))]
            differences_of(baseline, look, intent())  # does not break either
            tried += 1
    assert tried > 250
    assert [what for what in better if what not in EXCUSED] == []


def now_good(before: Outcomes, now: Outcomes) -> Iterator[tuple[str, NodeName | None]]:
    for what, statuses in before.items():
        if Status.FAIL in statuses and now.get(what) == {Status.PASS}:
            yield what


# Where any words are as good as others, or none at all is the usual answer, nobody can tell.
EXCUSED = {
    ("get-commit-information", "comment", "no_pending_commit", N0),
    ("get-commit-information", "comment", "no_pending_commit", N1),
    ("get-configuration", "configuration-output", "nothing_uncommitted", N0),
    ("get-configuration", "configuration-output", "nothing_uncommitted", N1),
    ("get-route-engine-information", "model", "engines_equal", None),
    ("get-system-users-information", "command", "nobody_configuring", N1),
    ("get-system-users-information", "command", "no_exclusive_lock", N1),
    ("request-package-checks-pending-install", "output", "no_pending_install", N1),
}


# -- what other releases do to a reply, and what must not matter ------------------------------------


def with_other_namespaces(_node: NodeName, _question: Name, reply: str) -> str:
    return reply.replace("/junos/21.4R", "/junos/25.2R").replace("21.4R0", "25.2R0")


def without_namespaces(_node: NodeName, _question: Name, reply: str) -> str:
    root = etree.fromstring(reply.encode())
    for element in root.iter(etree.Element):
        element.tag = etree.QName(element).localname
    etree.cleanup_namespaces(root)
    return etree.tostring(root, encoding="unicode")


def on_several_lines(_node: NodeName, _question: Name, reply: str) -> str:
    """Values as Junos pads them: a line break before and after."""
    root = etree.fromstring(reply.encode())
    for element in root.iter(etree.Element):
        if not len(element) and (element.text or "").strip():
            element.text = f"\n{element.text}\n"
    return etree.tostring(root, encoding="unicode")


def with_newer_elements(_node: NodeName, question: Name, reply: str) -> str:
    """Every block has one more element than we know; lists that are flat end with it."""
    root = etree.fromstring(reply.encode())
    for element in list(root.iter(etree.Element)):
        if len(element) and etree.QName(element).localname not in _FLAT:
            newer = etree.SubElement(element, "x-newer-than-this")
            newer.text = "something"
    return etree.tostring(root, encoding="unicode")


# Lists whose records are told apart by their order: something foreign between them is a reply not understood.
_FLAT = {"rpc-reply", "device-stats", "reth", "services-synchronized"}


@pytest.mark.parametrize(
    "change", [with_other_namespaces, without_namespaces, on_several_lines, with_newer_elements]
)
def test_other_releases_ways_of_writing_change_nothing(
    change: Spoil, broken: Recording, baseline: Observation
) -> None:
    told = broken.again().look(PATH, change)
    assert outcomes(told) == outcomes(baseline)
    assert [d.text for d in differences_of(baseline, told, intent()) if d.table != "monitoring"] == []


def test_a_release_without_the_column_of_monitor_failures_is_not_good_for_it(
    broken: Recording, baseline: Observation
) -> None:
    change = every("monitor-failures", dropped)
    spoil = both(*(part_of(node, "get-chassis-cluster-status", change) for node in (N0, N1)))
    found = outcomes(spoilt_look(broken, baseline, "get-chassis-cluster-status", spoil))
    assert {
        status for (check, _), all_ in found.items() if check == "monitor_failures" for status in all_
    } == {Status.ERROR}
    assert Status.FAIL in found["group_priorities", N1]
