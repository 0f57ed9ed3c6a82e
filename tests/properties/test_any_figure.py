"""Any two figures under any tolerance."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from srx_issu.domain.comparison.compare import beyond
from srx_issu.domain.upgrade.intent import Tolerance


@given(
    was=st.integers(0, 10**6),
    now=st.integers(0, 10**6),
    percent=st.one_of(st.none(), st.floats(0, 100)),
    absolute=st.integers(0, 1000),
)
def test_an_unchanged_figure_is_always_fine_and_a_wider_tolerance_never_stricter(
    was: int, now: int, percent: float | None, absolute: int
) -> None:
    allowed = Tolerance(lost_percent=percent, gained_percent=percent, absolute=absolute)
    assert beyond(was, was, allowed) is None
    if beyond(was, now, allowed) is None:
        wider = replace(allowed, absolute=absolute + 1)
        assert beyond(was, now, wider) is None
