"""Pauses and limits of starting again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from srx_issu.stack.processes.restarts import LIMIT, STEADY_AFTER_S, RestartHistory

AT = datetime(2026, 1, 1, tzinfo=UTC)


def ended(times: int, lived_s: float = 5.0, history: RestartHistory | None = None) -> RestartHistory:
    history = history or RestartHistory()
    for number in range(times):
        history = history.after_end(f"end {number}", lived_s, AT)
    return history


@pytest.mark.parametrize(("ends", "pause_s"), [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (500, 60)])
def test_pauses_double_up_to_a_minute(ends: int, pause_s: float) -> None:
    assert ended(ends).pause_s == pause_s


def test_one_that_ran_for_minutes_starts_counting_anew_and_its_ends_are_still_known() -> None:
    again = ended(1, STEADY_AFTER_S, ended(LIMIT - 1))
    assert (again.ends, again.in_a_row, again.pause_s) == (LIMIT, 1, 1.0)
    assert not again.will_not_stay_up(LIMIT)


def test_will_not_stay_up_after_so_many_ends_in_a_row() -> None:
    assert not ended(LIMIT - 1).will_not_stay_up(LIMIT)
    assert ended(LIMIT).will_not_stay_up(LIMIT)


def test_keeps_the_last_reason() -> None:
    assert (ended(2).reason, ended(2).at) == ("end 1", AT)
