"""The clock of a wait is not the machine's time of day, which may be set while it waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from srx_issu.adapters.clock import SteadyClock

NOON = datetime(2026, 5, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("stepped_h", [-6, 6])
def test_setting_the_machines_clock_moves_it_neither_on_nor_back(stepped_h: int) -> None:
    wall, up_s = [NOON], [1000.0]
    clock = SteadyClock(made_at=lambda: wall[0], since_s=lambda: up_s[0])
    wall[0] += timedelta(hours=stepped_h)
    assert clock.now() == NOON
    up_s[0] += 90.0
    assert clock.now() == NOON + timedelta(seconds=90)
