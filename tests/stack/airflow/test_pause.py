"""The pause between two looks at a state that is coming back."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from srx_issu.adapters.clock import SystemClock
from srx_issu.airflow.triggers.pause import PauseTrigger


def test_it_ends_when_it_is_time_also_when_a_triggerer_took_it_over_late() -> None:
    for seconds in (-60.0, 0.2):
        until = SystemClock().now() + timedelta(seconds=seconds)
        path, kwargs = PauseTrigger(until.isoformat()).serialize()
        assert path == "srx_issu.airflow.triggers.pause.PauseTrigger"
        event = asyncio.run(anext(PauseTrigger(**kwargs).run()))  # type: ignore[arg-type]
        assert event.payload is None
        assert SystemClock().now() >= until
