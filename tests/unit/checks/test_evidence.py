"""Check results as evidence: read back as they were, and never as better than they were."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from srx_issu.checks.evidence import results_from_json, results_to_json, suite_from_json
from srx_issu.domain.checking import CheckResult, Severity
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.verdict import Status

SPACE = CheckResult(
    check="var_tmp_space",
    severity=Severity.BLOCK,
    status=Status.FAIL,
    node=NodeName.NODE1,
    measured="1.2 GB",
    limit="2.8 GB",
    text="node1: /var/tmp has 1.2 GB free, needs 2.8 GB",
    remedy="delete old images",
)


def read(*lines: object) -> tuple[CheckResult, ...]:
    return results_from_json(json.dumps({"results": lines}))


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("severity", Severity)
def test_results_come_back_as_they_were(status: Status, severity: Severity) -> None:
    bare = CheckResult(
        check="cold_sync",
        severity=severity,
        status=status,
        node=None,
        measured=None,
        limit=None,
        text="",
        because_silent=True,
    )
    results = (replace(SPACE, severity=severity, status=status), bare)
    text = results_to_json("readiness", "icu.readiness", datetime(2027, 3, 1, tzinfo=UTC), results)
    assert results_from_json(text) == results
    assert suite_from_json(text) == "icu.readiness"
    assert suite_from_json(json.dumps(json.loads(text)["results"])) is None
    assert results_from_json(json.dumps(json.loads(text)["results"])) == results  # a bare list


@pytest.mark.parametrize("word", ["PASSED", "ok", "", None, True, 1, ["PASS"]])
def test_a_status_that_is_not_recognised_is_an_error_and_is_shown(word: object) -> None:
    (found,) = read({"check": "cold_sync", "severity": "warn", "status": word, "text": "as told"})
    assert (found.status, found.severity) == (Status.ERROR, Severity.WARN)
    assert found.text.startswith("as told (")
    shown = word if isinstance(word, str) else json.dumps(word)
    expected = f"(status not recognised: {shown})" if word not in ("", None) else "(no status given)"
    assert found.text.endswith(expected)


def test_a_severity_or_node_that_is_not_recognised_is_taken_seriously_and_shown() -> None:
    (found,) = read({"check": "x", "severity": "fatal", "status": "FAIL", "node": "node7", "text": "bad"})
    assert (found.severity, found.node) == (Severity.BLOCK, None)
    assert found.text == "bad (severity not recognised: fatal) (node not recognised: node7)"


def test_words_in_another_case_are_the_same_words() -> None:
    (found,) = read({"check": "x", "severity": "WARN", "status": "pass", "node": "node0"})
    assert (found.severity, found.status, found.node) == (Severity.WARN, Status.PASS, NodeName.NODE0)
    assert found.text == ""


def test_what_is_no_result_is_kept_as_an_error() -> None:
    found = read(1, None, ["x"], {})
    assert [result.status for result in found] == [Status.ERROR] * 4
    assert [result.text for result in found] == [
        "not recognised as a result: 1",
        "not recognised as a result: null",
        'not recognised as a result: ["x"]',
        "(no status given) (no severity given)",
    ]
    assert {result.check for result in found} == {"unnamed check"}


def test_figures_that_are_not_text_are_shown_as_they_are() -> None:
    (found,) = read(
        {"check": "x", "severity": "info", "status": "PASS", "measured": 12345, "limit": [1, None]}
    )
    assert (found.measured, found.limit) == ("12345", "[1, null]")


@pytest.mark.parametrize("content", [b"", b"\xff\x00", b"3", b'{"results": 3}', b'{"other": []}', b"null"])
def test_a_document_without_a_list_of_results_says_so(content: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        results_from_json(content)
