"""Documents by name, and how things are written."""

from __future__ import annotations

import pytest

from srx_issu.domain.cluster.model import NodeName
from srx_issu.ports import codec
from srx_issu.report import formatting
from srx_issu.report.checked import check_table
from srx_issu.report.documents import Documents
from srx_issu.report.nodes import moments
from srx_issu.report.traffic import traffic
from srx_issu.report.verdicts import css_class
from tests.integration.report.samples import NEW, OLD, checks, line, snapshot, state


def test_of_numbered_documents_the_newest_counts_by_id_or_name() -> None:
    documents = Documents({"run/after.json": b"1", "run/after-10.json": b"10", "run/after-9.json": b"9"})
    assert documents.newest("after.json") == b"10"
    assert documents.newest("before.json") is None
    assert [line.name for line in documents.listing()] == ["after.json", "after-10.json", "after-9.json"]


def test_checks_that_need_eyes_come_first() -> None:
    table = check_table(
        "r.json",
        checks(
            line("a", "PASS"),
            line("b", "SKIPPED"),
            line("c", "FAIL", "warn"),
            line("d", "ERROR"),
            line("e", "FAIL"),
            line("f", "NEW-WORD"),
        ),
    )
    assert table is not None
    assert [result.check for result in table.results] == ["e", "c", "d", "f", "b", "a"]
    assert [css_class(result) for result in table.results] == ["bad", "note", "bad", "bad", "calm", "good"]


def test_a_node_that_did_not_answer_is_a_gap_not_a_zero() -> None:
    before = codec.dumps(state(10, 20, 1)).encode()
    after = codec.dumps(state(10, 20, 1)).replace('"active": 20', '"active": 0')
    silent = after.replace('"sessions"', '"no_sessions"')
    sessions = traffic(
        Documents({"baseline-state.json": before, "after-state.json": silent.encode()})
    ).overview[0]
    assert [[p.value for p in g.points] for g in sessions.groups] == [[10.0, None], [20.0, None]]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "–"),
        (0.04, "0.0 s"),
        (59.6, "1 min"),
        (192, "3 min 12 s"),
        (3840, "1 h 04 min"),
        (97_200, "1 d 3 h"),
    ],
)
def test_durations(seconds: float | None, words: str) -> None:
    assert formatting.duration(seconds) == words


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 B"), (999, "999 B"), (4_100, "4.1 kB"), (2_345_678_901, "2.3 GB")]
)
def test_sizes(count: int, words: str) -> None:
    assert formatting.size(count) == words


def test_foreign_text_loses_controls_and_secrets_only() -> None:
    assert formatting.plain("a\tb\r\nc \x1b[1m \u202e $9$abc ü") == "a\tb\nc   [secret removed] ü"


def test_real_time_objects_are_summed_and_listed_by_service() -> None:
    documents = Documents({"baseline-state.json": codec.dumps(state(10, 20, 5)).encode()})
    found = traffic(documents)
    _, totals = found.overview
    values = {group.label: group.points[0].value for group in totals.groups}
    assert values == {"node0 sent": 83.0, "node0 received": 83.0, "node1 received": 83.0}
    sent, _ = found.by_service
    assert "node0 IPSec SA create/import" not in [group.label for group in sent.groups]


def test_the_cluster_is_shown_at_every_moment_it_was_looked_at() -> None:
    old = codec.dumps(snapshot(OLD, NodeName.NODE0)).encode()
    new = codec.dumps(snapshot(NEW, NodeName.NODE1)).encode()
    found = moments(Documents({"baseline-snapshot.json": old, "final-snapshot.json": new}))
    assert found.names == ("Before", "At the end")
    assert found.facts[0].values == (OLD, NEW)
    assert found.facts[1].values == ("primary, priority 200", "secondary, priority 200")
    assert moments(Documents({"baseline-snapshot.json": b"{}"})).names == ()
