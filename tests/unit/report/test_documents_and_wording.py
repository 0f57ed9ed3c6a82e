"""Documents by name, and how things are written."""

from __future__ import annotations

import pytest

from srx_issu.ports import codec
from srx_issu.report import wording
from srx_issu.report.checked import check_table
from srx_issu.report.documents import Documents
from srx_issu.report.traffic import comparisons
from tests.unit.report.samples import checks, line, state


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
    assert [result.tone for result in table.results] == ["bad", "note", "bad", "bad", "calm", "good"]


def test_a_node_that_did_not_answer_is_a_gap_not_a_zero() -> None:
    before = codec.dumps(state(10, 20, 1)).encode()
    after = codec.dumps(state(10, 20, 1)).replace('"active": 20', '"active": 0')
    silent = after.replace('"sessions"', '"no_sessions"')
    (sessions, *_) = comparisons(
        Documents({"baseline-state.json": before, "after-state.json": silent.encode()})
    )
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
    assert wording.duration(seconds) == words


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 B"), (999, "999 B"), (4_100, "4.1 kB"), (2_345_678_901, "2.3 GB")]
)
def test_sizes(count: int, words: str) -> None:
    assert wording.size(count) == words


def test_foreign_text_loses_controls_and_secrets_only() -> None:
    assert wording.plain("a\tb\r\nc \x1b[1m \u202e $9$abc ü") == "a\tb\nc �[1m � [secret removed] ü"
