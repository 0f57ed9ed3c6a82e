"""Whole campaigns in virtual time, many of them, with the rules checked at every tick."""

from __future__ import annotations

import pytest

from tests.unit.campaign.worlds import assert_complete, play


@pytest.mark.parametrize("seed", range(100))
@pytest.mark.parametrize("size", [5, 50, 1000])
def test_no_rule_is_broken(size: int, seed: int) -> None:
    assert_complete(*play(seed, size))
