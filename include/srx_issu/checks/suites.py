"""Checks to Great Expectations suites: one suite a table, two expectations a check.

The first says that the value is known (no empty cell), the second what it must be. Great Expectations
ignores empty cells in the second kind, so the first is what keeps "not known" from passing.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, assert_never

from srx_issu.checks.check import AtLeastColumn, Check, InRange, NoneOf, OneOf
from srx_issu.domain.checking import Severity

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite

KNOWN, VALUE, ROWS = "known", "value", "rows"
LEAN = "Lean"  # what the names of our expectations begin with; the rest is the library's

_GX_SEVERITY = {Severity.BLOCK: "critical", Severity.WARN: "warning", Severity.INFO: "info"}


def suite(name: str, checks: Iterable[Check]) -> ExpectationSuite:
    """The suite of one table; a table without rows fails it too."""
    import great_expectations as gx  # noqa: PLC0415 - 5 to 9 s, paid where it is used

    lean = _lean()
    rows = lean["ExpectTableRowCountToBeBetween"](min_value=1, meta={"role": ROWS}, severity="critical")
    made: list[Any] = [rows]
    for check in checks:
        columns = [check.column]
        if isinstance(check.expect, AtLeastColumn):
            columns.append(check.expect.column)
        for column in columns:
            made.append(
                lean["ExpectColumnValuesToNotBeNull"](
                    column=column, meta=_meta(check, KNOWN), severity=_GX_SEVERITY[check.severity]
                )
            )
        made.append(_expectation(lean, check))
    return gx.ExpectationSuite(name=name, expectations=made)


@cache
def _lean() -> dict[str, Any]:
    """The library's own expectations, by the names of their classes, made to keep their configuration: the
    library makes it anew forty times an expectation, each time to read one argument of it."""
    from great_expectations import expectations  # noqa: PLC0415
    from great_expectations.compatibility.pydantic import PrivateAttr  # noqa: PLC0415

    class Lean:
        @property
        def configuration(self) -> Any:
            made: Any = self._made  # type: ignore[has-type]
            if made is None:
                made = self._made = super().configuration  # type: ignore[misc]
            return made

    names = (
        "ExpectTableRowCountToBeBetween",
        "ExpectColumnValuesToNotBeNull",
        "ExpectColumnValuesToBeBetween",
        "ExpectColumnValuesToBeInSet",
        "ExpectColumnValuesToNotBeInSet",
        "ExpectColumnPairValuesAToBeGreaterThanB",
    )
    found = {name: getattr(expectations, name) for name in names}
    return {
        name: type(own)(f"{LEAN}{name}", (Lean, own), {"_made": PrivateAttr(None), "__module__": __name__})
        for name, own in found.items()
    }


def _meta(check: Check, role: str) -> dict[str, str]:
    return {"check": check.name, "role": role}


def _expectation(lean: dict[str, Any], check: Check) -> Any:
    common = {"meta": _meta(check, VALUE), "severity": _GX_SEVERITY[check.severity]}
    match check.expect:
        case InRange(minimum=minimum, maximum=maximum, below=below):
            return lean["ExpectColumnValuesToBeBetween"](
                column=check.column, min_value=minimum, max_value=maximum, strict_max=below, **common
            )
        case OneOf(values=values):
            return lean["ExpectColumnValuesToBeInSet"](column=check.column, value_set=list(values), **common)
        case NoneOf(values=values):
            return lean["ExpectColumnValuesToNotBeInSet"](
                column=check.column, value_set=list(values), **common
            )
        case AtLeastColumn(column=other):
            return lean["ExpectColumnPairValuesAToBeGreaterThanB"](
                column_A=check.column,
                column_B=other,
                or_equal=True,
                ignore_row_if="either_value_is_missing",
                **common,
            )
    assert_never(check.expect)
