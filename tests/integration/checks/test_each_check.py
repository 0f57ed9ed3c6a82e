"""Each check passes on the healthy lab and fails on the broken one; not known is ERROR, never PASS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from srx_issu.checks.post_check_table import COMPARED, post_checks
from srx_issu.checks.readiness import readiness_checks
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.cluster.state import TABLES, NotAnswered
from srx_issu.domain.comparison.difference import Observation
from srx_issu.domain.upgrade.route import Route
from srx_issu.domain.upgrade.support import Support
from srx_issu.domain.verdict import Status
from tests.integration.checks.case import Case, Reads
from tests.integration.checks.cases import AFTERWARDS, BY_CHECK, READINESS
from tests.integration.checks.judging import (
    afterwards,
    everything_unknown_is_told,
    intent,
    ready,
    support,
    worst,
)
from tests.integration.checks.lab_nodes import LabNodes
from tests.integration.checks.recording import Recording
from tests.integration.checks.spoiling import Change, both, is_empty, is_garbled, is_missing, part_of
from tests.places import DEMO_TOPOLOGY

N0, N1 = NodeName.NODE0, NodeName.NODE1
CASES = "tests/integration/checks/cases.py"
UNANSWERED = {"missing": is_missing, "empty": is_empty}


def named(case: Case) -> str:
    return case.check


def by_hand(given: Support) -> Support:
    """As the matrix says of releases up to 11.4, which the lab does not run."""
    return replace(given, consolidate_by_hand=True)


def support_for(case: Case, look: Observation) -> Support:
    given = support(look, case.judged_by(intent()))
    return by_hand(given) if case.check == "groups_together" else given


def test_no_check_is_without_its_case(healthy: Observation) -> None:
    suites = [replace(intent(), route=route) for route in Route]
    every = {check.name for given in suites for check in readiness_checks(given)}
    every |= {check.name for check in post_checks(intent(), healthy.state, flags_reset=True)}
    assert every - set(BY_CHECK) == set(), f"{CASES} has no case for these checks"
    assert set(BY_CHECK) - every == set(), f"{CASES} has cases for checks that do not exist"


def test_the_lab_answers_every_question(healthy: Observation) -> None:
    unanswered = {
        table: answer.reason
        for table in TABLES
        for _, answer in healthy.state.answers(table)
        if isinstance(answer, NotAnswered)
    }
    assert unanswered == {}, (
        "'not asked' has no question in adapters/devices/state; all else has no line in SHOWS of a file of "
        "srx_lab/replies that its registry.py lists"
    )


# -- readiness ------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", READINESS, ids=named)
def test_passes_on_a_healthy_cluster(case: Case, healthy: Observation, fresh: Callable[[], LabNodes]) -> None:
    given = case.asked(replace(intent(), window_end="2026-03-01T23:00:00+00:00"))
    look = healthy
    if case.passes:
        case.passes(nodes := fresh())
        look = nodes.look(intent().image.node_path)
    results = ready(look, given)
    for node in (N0, N1) if case.node else (None,):
        result = worst(results, case.check, node)
        assert result.status is Status.PASS, result.text


@pytest.mark.parametrize("case", READINESS, ids=named)
def test_fails_on_a_broken_one(case: Case, fresh: Callable[[], LabNodes]) -> None:
    nodes = fresh()
    case.fails(nodes)
    look = nodes.look(intent().image.node_path)
    given = case.asked(case.judged_by(intent()))
    result = worst(ready(look, given, support_for(case, look)), case.check, case.node)
    assert result.status is Status.FAIL, result.text
    assert case.words in result.text
    assert result.remedy is None or result.remedy in result.text


def readings(cases: tuple[Case, ...]) -> Iterator[tuple[Case, Reads]]:
    """Each case with each answer that it hangs on; a question once a case."""
    for case in cases:
        yield from ((case, reads) for reads in case.reads)


def spoilt(recording: Recording, reads: Reads, change: Change) -> Observation:
    spoils = [part_of(node, reads.question, change) for node in reads.asked_of]
    return recording.again().look(intent().image.node_path, both(*spoils))


def judged(case: Case, look: Observation) -> Status:
    """Of node1, or of the cluster: what the case's check says where nothing that is unknown is skipped."""
    given = case.asked(everything_unknown_is_told(intent()))
    asked = by_hand(support(look, given)) if case.check == "groups_together" else support(look, given)
    results = ready(look, given, asked)
    return worst(results, case.check, N1 if case.node else None).status


ANSWERS = [
    pytest.param(case, reads, how, id=f"{case.check}-{reads.question}-{how}")
    for case, reads in readings(READINESS)
    for how in UNANSWERED
    if not (how == "empty" and reads.empty_is_none)
]


@pytest.mark.parametrize(("case", "reads", "how"), ANSWERS)
def test_an_answer_of_one_node_that_is_missing_or_empty_is_an_error(
    case: Case, reads: Reads, how: str, recording: Recording
) -> None:
    assert judged(case, spoilt(recording, reads, UNANSWERED[how])) is Status.ERROR


GARBLED = [
    pytest.param(case, reads, id=f"{case.check}-{reads.element}-{reads.word}")
    for case, reads in readings(READINESS)
    if reads.element
]


@pytest.mark.parametrize(("case", "reads"), GARBLED)
def test_a_garbled_value_is_an_error(case: Case, reads: Reads, recording: Recording) -> None:
    look = spoilt(recording, reads, is_garbled(reads.element, reads.word))
    assert judged(case, look) is reads.garbled


# -- after an upgrade -----------------------------------------------------------------------------


@pytest.fixture(scope="session")
def upgraded(tmp_path_factory: pytest.TempPathFactory, healthy: Observation) -> Recording:
    """The same cluster on the target, both nodes rebooted."""
    nodes = LabNodes.start(tmp_path_factory.mktemp("upgraded"), DEMO_TOPOLOGY)
    assert healthy.snapshot.node0.booted_at is not None
    nodes.inject("already_current", release=intent().image.release)
    for node in nodes.cluster.machine.world.nodes():
        node.booted_at = nodes.clock.time - 3600
    return Recording.of(nodes, intent().image.node_path)


@pytest.mark.parametrize("case", AFTERWARDS, ids=named)
def test_after_an_upgrade_passes_when_all_is_back(
    case: Case, healthy: Observation, upgraded: Recording
) -> None:
    results = afterwards(healthy, upgraded.again().look(), intent())
    nodes = (N0, N1) if case.node else (None,)
    assert {worst(results, case.check, node).status for node in nodes} == {Status.PASS}


@pytest.mark.parametrize("case", AFTERWARDS, ids=named)
def test_after_an_upgrade_fails_when_not(
    case: Case, healthy: Observation, fresh: Callable[[], LabNodes]
) -> None:
    nodes = fresh()
    case.fails(nodes)
    results = afterwards(healthy, nodes.look(), intent())
    if case.check == COMPARED:  # told difference by difference
        assert [r for r in results if r.status is Status.FAIL and case.words in r.text]
        return
    result = worst(results, case.check, case.node)
    assert result.status is Status.FAIL, result.text
    assert case.words in result.text


AFTER_ANSWERS = [
    pytest.param(case, reads, change, expected, id=f"{case.check}-{reads.question}-{how}")
    for case, reads in readings(AFTERWARDS)
    for how, change, expected in (
        *(
            (how, change, Status.ERROR)
            for how, change in UNANSWERED.items()
            if case.check != "priority_restored"
        ),
        ("garbled", is_garbled(reads.element, reads.word), reads.garbled),
    )
]


@pytest.mark.parametrize(("case", "reads", "change", "expected"), AFTER_ANSWERS)
def test_after_an_upgrade_what_is_not_known_is_an_error(
    case: Case, reads: Reads, change: Change, expected: Status, healthy: Observation, upgraded: Recording
) -> None:
    look = spoilt(upgraded, reads, change)
    given = everything_unknown_is_told(intent())
    assert worst(afterwards(healthy, look, given), case.check, N1).status is expected
