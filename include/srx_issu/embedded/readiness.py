"""Waiting for a starting stack, and noticing one that lives but does not work."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from srx_issu.embedded.health import HealthProbe, is_healthy

HEALTH_TIMEOUT_S = 120.0
PARSE_TIMEOUT_S = 60.0
NO_DAG_AFTER_S = 3.0  # a file that shows no DAG this long after the others makes none
SICK_FOR_S = 120.0  # a suspended laptop's components recover within a minute
POLL_S = 0.25


class Unhealthy(Exception):
    """A component's process is there, but does not do its work."""


def wait_for_health(
    probe: HealthProbe, check: Callable[[], None], timeout_s: float = HEALTH_TIMEOUT_S
) -> None:
    """Until every component is healthy. ``check`` raises when one died; Unhealthy after ``timeout_s``."""
    deadline = time.monotonic() + timeout_s
    while not is_healthy(said := probe.components()):
        check()
        if time.monotonic() > deadline:
            raise Unhealthy(f"not healthy within {timeout_s:.0f} s: {_sick(said)}")
        time.sleep(POLL_S)


def report_dags(
    probe: HealthProbe, folder: Path, since: datetime, check: Callable[[], None], say: Callable[[str], None]
) -> None:
    """Until each DAG file was read once; says which could not be, and why. Those do not end the stack:
    the others work, and Airflow reads a file again as soon as it is mended."""
    probe.log_in()
    expected = {
        str(path.relative_to(folder)) for path in folder.rglob("*.py") if "__pycache__" not in path.parts
    }
    progress = last_change = time.monotonic()
    settled: set[str] = set()
    while expected - settled and time.monotonic() - progress < PARSE_TIMEOUT_S:
        check()
        failed = {failure.file for failure in probe.import_failures()}
        now_settled = set(probe.parsed_since(since)) | {f for f in expected if Path(f).name in failed}
        if now_settled != settled:
            settled, last_change = now_settled, time.monotonic()
        elif settled and time.monotonic() - last_change > NO_DAG_AFTER_S:
            break
        time.sleep(POLL_S)
    for failure in probe.import_failures():
        say(f"DAG file {failure.file} cannot be loaded:\n{failure.trace.rstrip()}")


class HealthWatch:
    """Remembers for how long something was wrong."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._sick_since: float | None = None

    def look(self, said: Mapping[str, str]) -> None:
        """Takes one answer; raises Unhealthy when no answer was good for SICK_FOR_S."""
        if is_healthy(said):
            self._sick_since = None
            return
        if self._sick_since is None:
            self._sick_since = self._now()
        elif self._now() - self._sick_since > SICK_FOR_S:
            raise Unhealthy(f"not healthy for {SICK_FOR_S:.0f} s: {_sick(said)}")


def _sick(said: Mapping[str, str]) -> str:
    return ", ".join(f"{name}: {status}" for name, status in said.items() if status != "healthy")
