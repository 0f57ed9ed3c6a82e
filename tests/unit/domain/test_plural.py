"""Nobody reads "1 fault(s)" at 3 a.m."""

from __future__ import annotations

from srx_issu.domain.plural import many


def test_one_and_several() -> None:
    assert [many(count, "fault") for count in (0, 1, 2)] == ["0 faults", "1 fault", "2 faults"]
    assert many(1, "row was", "rows were") == "1 row was"
    assert many(2, "row was", "rows were") == "2 rows were"
