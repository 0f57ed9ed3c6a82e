"""The benchmark of the comparison finds what it took away, and tells figures as ratios."""

from __future__ import annotations

from srx_demo.bench_checks import Compared, as_table, compare_here


def test_measures_one_comparison() -> None:
    found = compare_here(100)
    assert (found.policies, found.seconds > 0, found.peak_mb >= 0) == (100, True, True)


def test_the_table_has_ratios_to_the_smallest() -> None:
    small, large = (Compared(policies=n, seconds=n / 1000, peak_mb=n / 10) for n in (100, 10_000))
    cells = [list(column.cells) for column in as_table([small, large]).columns]
    assert [column[1] for column in cells[3:]] == ["100.0", "100.0", "100.0"]
