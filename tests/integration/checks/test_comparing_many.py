"""Comparing thousands of policies stays within its aim of memory; ``make bench-checks`` measures its time."""

from __future__ import annotations

from srx_demo.bench_checks import COMPARE_AIM_MB, compare_apart


def test_ten_thousand_policies() -> None:
    found = compare_apart(10_000)
    print(found)
    assert (found.policies, found.seconds > 0) == (10_000, True)
    assert found.peak_mb < COMPARE_AIM_MB
