"""A validator without Great Expectations, so that the checks' own tests need no 9 s of import.

It gives the same outcomes; ``tests/integration/checks`` holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import assert_never

from srx_issu.checks.check import AtLeastColumn, Check, InRange, NoneOf, OneOf
from srx_issu.checks.frames import Cell, Frame, Row
from srx_issu.checks.runner import CheckOutcome, CheckRun
from srx_issu.domain.verdict import Status


def plain_run(frames: Sequence[Frame], checks: Iterable[Check], _: str) -> CheckRun:
    by_name = {frame.name: frame for frame in frames}
    outcomes: list[CheckOutcome] = []
    for check in checks:
        frame = by_name.get(check.table)
        if frame is None:
            outcomes.append(CheckOutcome(check=check, status=Status.ERROR, row=None, trouble="no table"))
        elif not frame.rows:
            outcomes.append(CheckOutcome(check=check, status=Status.FAIL, row=None, trouble="empty"))
        else:
            outcomes += [
                CheckOutcome(check=check, status=_status(check, row), row=i)
                for i, row in enumerate(frame.rows)
            ]
    return CheckRun(outcomes=tuple(outcomes))


def _status(check: Check, row: Row) -> Status:
    value = row[check.column]
    other = row[check.expect.column] if isinstance(check.expect, AtLeastColumn) else 0
    if value is None or other is None:
        return Status.ERROR
    return Status.PASS if _holds(check, value, other) else Status.FAIL


def _holds(check: Check, value: Cell, other: Cell) -> bool:
    match check.expect:
        case InRange(minimum=minimum, maximum=maximum, below=below):
            figure = float(value or 0)
            high = maximum is None or (figure < maximum if below else figure <= maximum)
            return (minimum is None or figure >= minimum) and high
        case OneOf(values=values):
            return value in values
        case NoneOf(values=values):
            return value not in values
        case AtLeastColumn():
            return float(value or 0) >= float(other or 0)
    assert_never(check.expect)
