"""The names that an operator's rules may use are those of the checks, and no check's words are broken."""

from __future__ import annotations

import string
from pathlib import Path

import pytest

from srx_issu.checks.check import AtLeastColumn, Check
from srx_issu.checks.frames import Subject
from srx_issu.checks.post_check_table import after_frame, comparison_frame, post_checks, priorities_frame
from srx_issu.checks.readiness import readiness_checks
from srx_issu.checks.tables import every_frame
from srx_issu.domain.checking import CHECKS, GUIDE_CHECKS
from srx_issu.domain.cluster.rows import SessionCount
from srx_issu.domain.cluster.state import NODE_TABLES, TABLES
from srx_issu.domain.comparison.tables import COMPARISONS
from tests.unit.checks.healthy import intent, snapshot, state

EVERY = {c.name: c for c in (*readiness_checks(intent()), *post_checks(intent(), state(), flags_reset=True))}

SUBJECT = Subject(snapshot=snapshot(), state=state(), intent=intent(), rules=intent().policy.checks)
FRAMES = (
    *every_frame(SUBJECT),
    after_frame(SUBJECT.snapshot, SUBJECT),
    priorities_frame(SUBJECT.snapshot, SUBJECT.snapshot),
    comparison_frame((), ()),
)
COLUMNS_OF = {frame.name: frame.columns for frame in FRAMES}


def test_the_list_of_checks_is_whole() -> None:
    assert set(EVERY) == set(CHECKS)
    assert {name for name, check in EVERY.items() if check.guide} == set(GUIDE_CHECKS)


@pytest.mark.parametrize("check", EVERY.values(), ids=EVERY.keys())
def test_a_check_only_speaks_of_columns_that_its_table_has(check: Check) -> None:
    columns = {*COLUMNS_OF[check.table], "row"}
    words = (check.what, check.good, check.bad, check.limit, check.remedy or "")
    spoken = {name for text in words for _, name, _, _ in string.Formatter().parse(text) if name}
    looked_at = {check.column} | ({check.expect.column} if isinstance(check.expect, AtLeastColumn) else set())
    assert spoken | looked_at <= columns


def test_every_comparison_is_of_a_table_that_exists_and_has_its_fields() -> None:
    for comparison in COMPARISONS:
        assert comparison.table in TABLES
        assert (comparison.side == "cluster") == (comparison.table not in NODE_TABLES)
    assert COMPARISONS[0].key(SessionCount(active=1, maximum=None)) == ""


def test_the_documentation_has_every_check_and_every_compared_table() -> None:
    page = (Path(__file__).parents[3] / "docs" / "checks.md").read_text()
    assert [name for name in sorted(CHECKS - {"unchanged"}) if f"`{name}`" not in page] == []
    assert [c.table for c in COMPARISONS if f"| `{c.table}` |" not in page] == []
