"""The names that an operator's rules may use are those of the checks, and no check's words are broken."""

from __future__ import annotations

import ast
import string
from collections import Counter
from collections.abc import Iterable, Iterator

import pytest

from srx_issu.checks.check import AtLeastColumn, Check
from srx_issu.checks.frames import Subject
from srx_issu.checks.names import CHECK_NAMES, EVERY_CHECK, GUIDE_CHECKS
from srx_issu.checks.nodes.identity import IDENTITY
from srx_issu.checks.post_check_table import (
    _AS_BEFORE,
    _FLAGS,
    COMPARED,
    after_frame,
    comparison_frame,
    post_checks,
    priorities_frame,
)
from srx_issu.checks.readiness import _CAUSES, NEED_AN_IMAGE
from srx_issu.checks.tables import every_check, every_frame
from srx_issu.domain.cluster.rows import SessionCount
from srx_issu.domain.cluster.state import NODE_TABLES, TABLES
from srx_issu.domain.comparison.tables import COMPARISONS
from tests.places import ROOT
from tests.unit.checks.healthy import intent, snapshot, state

CHECKS = ROOT / "include" / "srx_issu" / "checks"


def name_of(check: Check) -> str:
    return check.name


AFTER = post_checks(intent(), state(), flags_reset=True)
EVERY = {check.name: check for check in (*every_check(intent().policy), *AFTER)}

SUBJECT = Subject(snapshot=snapshot(), state=state(), intent=intent(), rules=intent().policy.checks)
FRAMES = (
    *every_frame(SUBJECT),
    after_frame(SUBJECT.snapshot, SUBJECT),
    priorities_frame(SUBJECT.snapshot, SUBJECT.snapshot),
    comparison_frame((), ()),
)
COLUMNS_OF = {frame.name: frame.columns for frame in FRAMES}


def test_the_names_are_those_of_all_checks() -> None:
    assert set(EVERY) == CHECK_NAMES
    assert {name for name, check in EVERY.items() if check.guide} == GUIDE_CHECKS


def test_what_the_guide_itself_demands_is_not_for_rules_to_switch_off() -> None:
    assert {
        "cpu_load", "eligible", "group_priorities", "group_states", "groups_known", "has_rebooted",
        "image_for_model", "model_as_in_inventory", "node_reachable", "one_primary", "release_is_later",
        "releases_equal", "runs_target", "var_tmp_space",
    } == GUIDE_CHECKS  # fmt: skip


def written() -> Iterator[tuple[str, str]]:
    """Name of each check in the source, and its file."""
    for path in sorted(CHECKS.rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Check":
                name = next(word.value for word in call.keywords if word.arg == "name")
                if isinstance(name, ast.Constant):
                    yield str(name.value), str(path.relative_to(CHECKS))


@pytest.mark.parametrize(("name", "file"), list(written()))
def test_every_check_is_asked_for(name: str, file: str) -> None:
    folder = file.rpartition("/")[0]
    has_list = (CHECKS / folder / "table.py").exists() and folder
    where = f"CHECK_MODULES in checks/{folder}/table.py" if has_list else "checks/tables.py"
    assert name in CHECK_NAMES, f"checks/{file} has the check {name!r}, but its file is in no list: {where}"


def test_no_name_is_there_twice() -> None:
    assert [name for name, count in Counter(check.name for check in EVERY_CHECK).items() if count > 1] == []


@pytest.mark.parametrize("names", [NEED_AN_IMAGE, _CAUSES, _AS_BEFORE, _FLAGS, IDENTITY])
def test_what_is_said_of_a_check_is_said_of_one_that_exists(names: Iterable[str]) -> None:
    assert set(names) - CHECK_NAMES == set()


@pytest.mark.parametrize("check", EVERY.values(), ids=name_of)
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


PAGE = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
ROWS = {line.split("|")[1].strip(" `"): line for line in PAGE.splitlines() if line.startswith("| `")}


def meaning(check: Check) -> str:
    """The last columns of the check's line: failed, not known, whether it is the guide's."""
    failed = "asks" if check.asks else check.severity
    return f"| {failed} | {check.unknown_means} | {'guide' if check.guide else ''} |"


@pytest.mark.parametrize("check", [check for check in EVERY_CHECK if check.name != COMPARED], ids=name_of)
def test_the_documentation_has_every_check(check: Check) -> None:
    line = f"| `{check.name}` | {check.what} | {check.limit} {meaning(check)}"
    assert check.name in ROWS, f"docs/checks.md has no line for this check, such as\n{line}"
    assert ROWS[check.name].endswith(meaning(check)), f"docs/checks.md says otherwise than\n{line}"


def test_the_documentation_has_every_compared_table() -> None:
    assert [c.table for c in COMPARISONS if f"| `{c.table}` |" not in PAGE] == []
