"""Checks to Great Expectations suites: one suite a table, two expectations a check.

The first says that the value is known (no empty cell), the second what it must be. Great Expectations
ignores empty cells in the second kind, so the first is what keeps "not known" from passing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, assert_never

from srx_issu.checks.check import AtLeastColumn, Check, InRange, NoneOf, OneOf
from srx_issu.domain.checking import Severity

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite

KNOWN, VALUE, ROWS = "known", "value", "rows"

_GX_SEVERITY = {Severity.BLOCK: "critical", Severity.WARN: "warning", Severity.INFO: "info"}


def suite(table: str, checks: Iterable[Check]) -> ExpectationSuite:
    """The suite of one table; a table without rows fails it too."""
    import great_expectations as gx  # noqa: PLC0415 - 5 to 9 s, paid where it is used
    from great_expectations import expectations  # noqa: PLC0415

    gxe: Any = expectations  # its exports are not declared
    rows = gxe.ExpectTableRowCountToBeBetween(min_value=1, meta={"role": ROWS}, severity="critical")
    made: list[Any] = [rows]
    for check in checks:
        columns = [check.column]
        if isinstance(check.expect, AtLeastColumn):
            columns.append(check.expect.column)
        for column in columns:
            made.append(
                gxe.ExpectColumnValuesToNotBeNull(
                    column=column, meta=_meta(check, KNOWN), severity=_GX_SEVERITY[check.severity]
                )
            )
        made.append(_expectation(gxe, check))
    return gx.ExpectationSuite(name=table, expectations=made)


def _meta(check: Check, role: str) -> dict[str, str]:
    return {"check": check.name, "role": role}


def _expectation(gxe: Any, check: Check) -> Any:
    common = {"meta": _meta(check, VALUE), "severity": _GX_SEVERITY[check.severity]}
    match check.expect:
        case InRange(minimum=minimum, maximum=maximum, below=below):
            return gxe.ExpectColumnValuesToBeBetween(
                column=check.column, min_value=minimum, max_value=maximum, strict_max=below, **common
            )
        case OneOf(values=values):
            return gxe.ExpectColumnValuesToBeInSet(column=check.column, value_set=list(values), **common)
        case NoneOf(values=values):
            return gxe.ExpectColumnValuesToNotBeInSet(column=check.column, value_set=list(values), **common)
        case AtLeastColumn(column=other):
            return gxe.ExpectColumnPairValuesAToBeGreaterThanB(
                column_A=check.column,
                column_B=other,
                or_equal=True,
                ignore_row_if="either_value_is_missing",
                **common,
            )
    assert_never(check.expect)
