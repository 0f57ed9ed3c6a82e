"""Two folders of played rows are compared as what they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tests.stack.scenarios.failure_table import TABLE
from tests.stack.scenarios.played import FOLDER, Played, differences, keep

ROW, ANOTHER = TABLE[0], TABLE[1]


def a_result(tasks: Mapping[str, str | None] | None = None, reason: str = "") -> Played:
    return Played(ended=ROW.then, is_green=False, tasks=tasks or {"close": "failed"}, reason=reason)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(FOLDER, str(tmp_path))
    return tmp_path


def test_a_state_that_differs_is_told_with_its_task(folder: Path) -> None:
    keep("stack", ROW, a_result({"close": "failed", "report": "success"}))
    keep("oneprocess", ROW, a_result({"close": "failed", "report": "failed"}))
    (told,) = differences(folder / "stack", folder / "oneprocess")
    assert told == f"{ROW.name}: tasks.report: success in stack, failed in oneprocess"


def test_which_task_of_the_issu_heard_of_it_may_differ(folder: Path) -> None:
    row = next(row for row in TABLE if row.hearer_varies)
    keep("stack", row, a_result({"issu.start": "success", "issu.wait": "failed", "close": "failed"}))
    keep(
        "oneprocess",
        row,
        a_result({"issu.start": "failed", "issu.wait": "upstream_failed", "close": "failed"}),
    )
    assert list(differences(folder / "stack", folder / "oneprocess")) == []
    keep("oneprocess", row, a_result({"issu.start": "success", "issu.wait": "skipped", "close": "success"}))
    assert len(list(differences(folder / "stack", folder / "oneprocess"))) == 2


def test_one_task_alone_may_have_heard_of_it(folder: Path) -> None:
    row = next(row for row in TABLE if row.hearer_varies)
    for where in ("stack", "oneprocess"):
        keep(where, row, a_result({"issu.start": "failed", "issu.wait": "failed"}))
    told = list(differences(folder / "stack", folder / "oneprocess"))
    assert len(told) == 2
    assert all(": 2 tasks of the ISSU failed in " in words for words in told)


def test_every_task_counts_of_a_row_that_strikes_before_the_run(folder: Path) -> None:
    row = next(row for row in TABLE if not row.hearer_varies)
    keep("stack", row, a_result({"issu.start": "success"}))
    keep("oneprocess", row, a_result({"issu.start": "failed"}))
    assert len(list(differences(folder / "stack", folder / "oneprocess"))) == 1


def test_orders_that_differ_are_told(folder: Path) -> None:
    sent = replace(ROW.then, sent=("node0: request system reboot node 0",))
    keep("stack", ROW, a_result())
    keep("oneprocess", ROW, replace(a_result(), ended=sent))
    (told,) = differences(folder / "stack", folder / "oneprocess")
    assert "ended.sent" in told


def test_a_row_that_only_one_has_is_told(folder: Path) -> None:
    keep("stack", ROW, a_result())
    keep("oneprocess", ROW, a_result())
    keep("oneprocess", ANOTHER, a_result())
    (told,) = differences(folder / "stack", folder / "oneprocess")
    assert told.startswith(f"{ANOTHER.name}: only in ")


def test_what_is_said_to_people_may_differ(folder: Path) -> None:
    keep("stack", ROW, a_result(reason="at 03:00"))
    keep("oneprocess", ROW, a_result(reason="at 04:00"))
    assert list(differences(folder / "stack", folder / "oneprocess")) == []


def test_a_wrong_colour_is_not_as_told() -> None:
    assert a_result().is_as_told(ROW)
    assert not replace(a_result(), is_green=True).is_as_told(ROW)


def test_nothing_is_kept_where_nobody_asks_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FOLDER, raising=False)
    monkeypatch.chdir(tmp_path)
    keep("stack", ROW, a_result())
    assert list(tmp_path.iterdir()) == []
