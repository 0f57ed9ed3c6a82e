"""Great Expectations and the unit tests' plain validator say the same of the same cluster."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import replace

import pytest

from srx_issu.checks.check import Check, InRange
from srx_issu.checks.frames import Frame
from srx_issu.checks.post_checks import run_post_checks
from srx_issu.checks.readiness import check_readiness
from srx_issu.checks.runner import CheckRun, run
from srx_issu.domain.checking import PostCheckVerdict, ReadinessVerdict
from srx_issu.domain.cluster.model import GroupState
from srx_issu.domain.verdict import Status
from tests.unit.checks.healthy import NODE0, NODE1, Case, healthy
from tests.unit.checks.plain import plain_run
from tests.unit.checks.test_post_checks import baseline, upgraded
from tests.unit.checks.test_readiness import BLOCKERS


def spoilt_everywhere() -> Case:
    """Every spoiling of the readiness tests at once, as far as they do not undo each other."""
    case = healthy()
    for _, spoil, _ in BLOCKERS:
        case = spoil(case)
    return case


def unanswered() -> Case:
    case = healthy()
    for table in ("var_tmp", "cpu", "pics", "links", "policy_sync", "core_dumps"):
        case = case.unanswered(table, NODE1)
    return case.member(NODE1, 1, priority=None, monitor_failures=None)


def silent() -> Case:
    return healthy().view(NODE1, reachable=False, groups=(), release=None)


def without_groups() -> Case:
    return healthy().view(NODE0, groups=()).view(NODE1, groups=())


CASES: list[tuple[str, Callable[[], Case], ReadinessVerdict]] = [
    ("healthy", healthy, ReadinessVerdict.READY),
    ("spoilt", spoilt_everywhere, ReadinessVerdict.NOT_READY),
    ("unanswered", unanswered, ReadinessVerdict.NOT_READY),
    ("silent", silent, ReadinessVerdict.NOT_READY),
    ("no groups", without_groups, ReadinessVerdict.NOT_READY),
]


@pytest.mark.parametrize(("name", "make", "verdict"), CASES, ids=[case[0] for case in CASES])
def test_both_validators_agree(name: str, make: Callable[[], Case], verdict: ReadinessVerdict) -> None:
    case = make()
    by_gx = check_readiness(case.snapshot, case.state, case.intent, case.support)
    plainly = check_readiness(case.snapshot, case.state, case.intent, case.support, plain_run)
    assert by_gx.verdict is verdict

    def outcomes(results: object) -> list[tuple[str, str, str]]:
        assert isinstance(results, tuple)
        return sorted(
            (r.check, str(r.status), r.text) for r in results if "could not be judged" not in r.text
        )

    assert outcomes(by_gx.results) == outcomes(plainly.results)
    assert {r.check for r in by_gx.results} == {r.check for r in plainly.results}


def test_the_librarys_own_results_are_json_evidence() -> None:
    case = healthy()
    readiness = check_readiness(case.snapshot, case.state, case.intent, case.support)
    again = json.loads(json.dumps(readiness.validations))
    assert {"nodes", "members", "cluster", "pfes"} <= again.keys()
    assert all(again[table]["success"] for table in ("members", "pfes"))
    assert {table["suite_name"] for table in again.values()} == {f"issu.readiness.{name}" for name in again}
    kinds = {result["expectation_config"]["type"] for table in again.values() for result in table["results"]}
    assert all(kind.startswith("expect_") for kind in kinds), kinds


def _judge(frame: Frame) -> CheckRun:
    check = Check(
        name="figure", what="it", table="t", column="x", expect=InRange(minimum=1), good="", bad="", limit=""
    )
    return run([frame], [check], "issu.readiness")


def test_a_word_where_a_number_should_be_is_an_error_and_never_a_pass() -> None:
    frame = Frame("t", ("node", "x"))
    frame.add({"node": "node0", "x": "garbled"})
    frame.add({"node": "node1", "x": 5})
    outcomes = _judge(frame).outcomes
    assert {outcome.status for outcome in outcomes} == {Status.ERROR}


def test_a_column_that_does_not_exist_is_an_error() -> None:
    frame = Frame("t", ("node",))
    frame.add({"node": "node0"})
    assert [outcome.status for outcome in _judge(frame).outcomes] == [Status.ERROR]


def test_an_empty_table_fails() -> None:
    assert [outcome.status for outcome in _judge(Frame("t", ("node", "x"))).outcomes] == [Status.FAIL]


def test_a_table_that_nobody_made_is_an_error() -> None:
    assert [outcome.status for outcome in _judge(Frame("other", ("x",))).outcomes] == [Status.ERROR]


def test_a_whole_column_of_empty_cells_is_an_error() -> None:
    frame = Frame("t", ("node", "x"))
    frame.add({"node": "node0"})
    frame.add({"node": "node1"})
    assert {outcome.status for outcome in _judge(frame).outcomes} == {Status.ERROR}


def test_the_comparison_by_great_expectations() -> None:
    before, after = baseline(), upgraded().rows("zones", NODE1).member(NODE0, 1, state=GroupState.SECONDARY)
    post_checks = run_post_checks(
        before=before.snapshot,
        before_state=before.state,
        after=after.snapshot,
        after_state=after.state,
        intent=replace(after.intent),
    )
    assert post_checks.verdict is PostCheckVerdict.FINDINGS
    assert post_checks.findings == ("node1: zone trust / reth0.0 is lost",)


def test_the_library_stays_quiet(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.INFO)
    case = healthy()
    check_readiness(case.snapshot, case.state, case.intent, case.support)
    assert [r for r in caplog.records if r.name.startswith("great_expectations")] == []
    assert capsys.readouterr().err == ""
