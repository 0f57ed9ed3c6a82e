"""The benchmark of the comparison finds what it took away, and its time grows no worse than linearly."""

from __future__ import annotations

import pytest

from srx_demo.bench_checks import COMPARE_AIM_S, Compared, as_table, compare_here


@pytest.mark.parametrize("policies", [100, 10_000])
def test_comparing_stays_within_its_aim(policies: int) -> None:
    found = compare_here(policies)
    print(f"{policies}: {found.seconds:.3f} s, {found.peak_mb:.1f} MB")
    assert found.seconds < COMPARE_AIM_S


def test_the_table_has_ratios_to_the_smallest() -> None:
    small, large = (Compared(policies=n, seconds=n / 1000, peak_mb=n / 10) for n in (100, 10_000))
    cells = [list(column.cells) for column in as_table([small, large]).columns]
    assert [column[1] for column in cells[3:]] == ["100.0", "100.0", "100.0"]
