"""Comparing thousands of policies stays within its aim of time and memory, in a process of its own."""

from __future__ import annotations

from srx_demo.bench_checks import COMPARE_AIM_MB, COMPARE_AIM_S, compare_apart


def test_ten_thousand_policies() -> None:
    found = compare_apart(10_000)
    print(found)
    assert found.seconds < COMPARE_AIM_S
    assert found.peak_mb < COMPARE_AIM_MB
