"""Following one run until it is over. Looking only: leaving off changes nothing about the run."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from rich.console import Console

from srx_issu.cli.airflow_api import AirflowApi
from srx_issu.cli.airflow_replies import ApiFailed, ApiUnreachable, Run
from srx_issu.cli.display import display_for
from srx_issu.cli.outcome import Ending, ending
from srx_issu.cli.progress import ProgressGroup, State, Step, current_step, in_order, phases

LOOK_EVERY_S = 1.0
PATIENCE_S = 120.0  # an API server that restarts is back by then


@dataclass(frozen=True, kw_only=True)
class Followed:
    """A run that is over."""

    run: Run
    phases: tuple[ProgressGroup, ...]
    ending: Ending


@dataclass(kw_only=True)
class Follower:
    """Looks at one run of one Airflow. ``each_look`` is called before every look, and may raise."""

    api: AirflowApi
    console: Console
    each_look: Callable[[], None] = lambda: None
    pause: Callable[[float], None] = time.sleep
    _order: tuple[str, ...] = field(default=(), init=False)

    def follow(self, run_id: str) -> Followed:
        """Raises ApiFailed when Airflow does not know the run, or has not answered for two minutes."""
        with display_for(self.console, f"Run {run_id}") as display:
            silent_since: float | None = None
            while True:
                self.each_look()
                try:
                    run, found, words = self._look(run_id)
                except ApiUnreachable:
                    silent_since = silent_since or time.monotonic()
                    if time.monotonic() - silent_since > PATIENCE_S:
                        raise
                    self.pause(LOOK_EVERY_S)
                    continue
                silent_since = None
                display.show(found, words, datetime.now(UTC))
                if run.is_over:
                    return Followed(run=run, phases=found, ending=ending(self.api, run))
                self.pause(LOOK_EVERY_S)

    def _look(self, run_id: str) -> tuple[Run, tuple[ProgressGroup, ...], str | None]:
        # First the run, then its tasks: a run that is over has no task left that changes.
        run = self.api.run(run_id)
        if not self._order:
            self._order = in_order(self.api.task_edges())
        found = phases(self._order, self.api.tasks(run_id))
        step = None if run.is_over else current_step(found)
        return run, found, self._words(run_id, step) if step else None

    def _words(self, run_id: str, step: Step) -> str | None:
        if step.state is State.ASKS:
            return f"waits for a person: srx-issu approve {run_id}"
        try:
            return self.api.last_log_line(run_id, step.task)
        except ApiUnreachable:
            raise
        except ApiFailed:
            return None  # a task that has only just begun has no log yet
