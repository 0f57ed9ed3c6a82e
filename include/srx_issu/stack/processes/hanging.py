"""Tells a component that hangs from one that is late. Pure: answers and times in, names out.

Airflow calls a component unhealthy when its last heartbeat is 30 s old. Under load a triggerer beats late,
but it beats: only one whose heartbeat stood still in every look for minutes hangs. Time counts only between
looks that were answered by a database that works, so an outage, a slow API server or a suspended machine is
nobody's fault. Each restart that did not help doubles the patience.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from srx_issu.stack.processes.health import Health

PATIENCE_S, LONGEST_PATIENCE_S = 180.0, 1800.0
MOST_A_LOOK_S = 60.0  # what one look can count for, however long ago the last one was
API_SERVER, POSTGRES = "api-server", "postgres"
BEATING = {"scheduler": "scheduler", "triggerer": "triggerer", "dag_processor": "dag-processor"}


@dataclass(frozen=True, kw_only=True)
class Hanging:
    """A component to be started again, and what is known of it."""

    name: str
    reason: str


@dataclass(kw_only=True)
class _Doubt:
    beat: str = ""
    still_s: float = 0.0
    patience_s: float


@dataclass(kw_only=True)
class HangWatch:
    """Remembers what was seen at earlier looks."""

    patience_s: float = PATIENCE_S
    _doubts: dict[str, _Doubt] = field(default_factory=dict)
    _last: float | None = None

    def look(self, at: float, health: Health | None, age_s: Callable[[str], float]) -> tuple[Hanging, ...]:
        """One look at ``at``, a monotonic clock's seconds; ``health`` None when the API server was silent;
        ``age_s`` says for how long a component's process is there."""
        passed = min(MOST_A_LOOK_S, at - self._last) if self._last is not None else 0.0
        self._last = at
        if health is None:
            return self._count(API_SERVER, passed, age_s, "no answer over HTTP")
        self._clear(API_SERVER)
        if health.words.get("metadatabase") != "healthy":
            return self._count(POSTGRES, passed, age_s, "the API server cannot ask it")
        self._clear(POSTGRES)
        return tuple(
            hanging
            for theirs, ours in BEATING.items()
            for hanging in self._beats(theirs, ours, health, passed, age_s)
        )

    def _beats(
        self, theirs: str, ours: str, health: Health, passed: float, age_s: Callable[[str], float]
    ) -> tuple[Hanging, ...]:
        doubt, beat = self._doubt(ours), health.beats.get(theirs, "")
        if health.words.get(theirs) == "healthy":
            self._clear(ours)
            return ()
        if beat != doubt.beat:
            doubt.beat, doubt.still_s = beat, 0.0
            return ()
        return self._count(ours, passed, age_s, f"its last heartbeat is of {beat}")

    def _count(
        self, name: str, passed: float, age_s: Callable[[str], float], what: str
    ) -> tuple[Hanging, ...]:
        doubt = self._doubt(name)
        doubt.still_s = min(doubt.still_s + passed, age_s(name))
        if doubt.still_s < doubt.patience_s:
            return ()
        still_s, doubt.still_s = doubt.still_s, 0.0
        doubt.patience_s = min(2 * doubt.patience_s, LONGEST_PATIENCE_S)
        return (Hanging(name=name, reason=f"{what}, for {still_s:.0f} s"),)

    def _doubt(self, name: str) -> _Doubt:
        return self._doubts.setdefault(name, _Doubt(patience_s=self.patience_s))

    def _clear(self, name: str) -> None:
        self._doubts.pop(name, None)
