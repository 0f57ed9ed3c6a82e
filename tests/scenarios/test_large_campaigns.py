"""Campaigns of a thousand clusters in virtual time, with the rules checked at every tick."""

from __future__ import annotations

import pytest

from tests.unit.campaign.worlds import assert_complete, play


@pytest.mark.parametrize("seed", range(100))
def test_no_rule_is_broken(seed: int) -> None:
    assert_complete(*play(seed, 1000))
