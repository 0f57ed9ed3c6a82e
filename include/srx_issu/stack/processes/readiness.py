"""Waiting for a starting stack."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from srx_issu.stack.processes.health import ApiServerSilent, HealthProbe, ImportFailure, is_healthy

HEALTH_TIMEOUT_S = 300.0  # 12 s are usual; a machine that starts again does all its work at once
PARSE_TIMEOUT_S = 60.0
NO_DAG_AFTER_S = 3.0  # a file that shows no DAG this long after the others makes none
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
    """Until each DAG file was read once; says which could not be, and why. Those do not end the stack: the
    others work, and Airflow reads a file again as soon as it is mended. Nor does an API server that is late:
    it is asked again, and after PARSE_TIMEOUT_S nobody waits for it."""
    files = (path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)
    waiting = _Parsing(expected=frozenset(str(path.relative_to(folder)) for path in files))
    began = time.monotonic()
    while not waiting.is_over and time.monotonic() - began < PARSE_TIMEOUT_S:
        check()
        with suppress(ApiServerSilent):
            waiting.look(probe, since)
        time.sleep(POLL_S)
    for failure in waiting.failures:
        say(f"DAG file {failure.file} cannot be loaded:\n{failure.trace.rstrip()}")


@dataclass(kw_only=True)
class _Parsing:
    """What is known of the first reading of the DAG files."""

    expected: frozenset[str]  # relative to the DAGs folder
    failures: tuple[ImportFailure, ...] = ()
    is_over: bool = False
    _settled: frozenset[str] = frozenset()
    _changed: float = field(default_factory=time.monotonic)
    _has_login: bool = False

    def look(self, probe: HealthProbe, since: datetime) -> None:
        if not self._has_login:
            probe.log_in()
            self._has_login = True
        self.failures = probe.import_failures()
        failed = {failure.file for failure in self.failures}
        settled = probe.parsed_since(since) | {f for f in self.expected if Path(f).name in failed}
        if settled != self._settled:
            self._settled, self._changed = settled, time.monotonic()
        quiet = bool(settled) and time.monotonic() - self._changed > NO_DAG_AFTER_S
        self.is_over = quiet or settled >= self.expected


def _sick(said: Mapping[str, str]) -> str:
    return ", ".join(f"{name}: {status}" for name, status in said.items() if status != "healthy")
