"""Following one upgrade or recovery: its phases, and what the task under way last said."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from rich.console import Console

from srx_issu.cli.airflow_replies import ApiFailed, ApiUnreachable, Run
from srx_issu.cli.dag_runs import DagRuns
from srx_issu.cli.display import display_for
from srx_issu.cli.follow import follow_run
from srx_issu.cli.outcome import Ending, ending
from srx_issu.cli.progress import ProgressGroup, State, Step, current_step, in_order, phases

LOOK_EVERY_S = 1.0


@dataclass(frozen=True, kw_only=True)
class Followed:
    """A run that is over."""

    run: Run
    phases: tuple[ProgressGroup, ...]
    ending: Ending


@dataclass(frozen=True, kw_only=True)
class UpgradeLook:
    """What one look saw of a run's tasks; ``line`` is what the task under way last said."""

    phases: tuple[ProgressGroup, ...]
    line: str | None


@dataclass(kw_only=True)
class UpgradeFollower:
    """Looks at one run of one DAG. ``each_look`` is called before every look, and may raise."""

    runs: DagRuns
    console: Console
    each_look: Callable[[], None] = lambda: None
    pause: Callable[[float], None] = time.sleep
    _order: tuple[str, ...] = field(default=(), init=False)

    def follow(self, run_id: str) -> Followed:
        """Raises ApiFailed when Airflow does not know the run, or has not answered for two minutes."""
        with display_for(self.console, f"Run {run_id}") as display:
            run, seen = follow_run(
                lambda: self._look(run_id),
                lambda _, seen: display.show(seen.phases, seen.line, datetime.now(UTC)),
                each_look=self.each_look,
                pause=lambda: self.pause(LOOK_EVERY_S),
            )
            return Followed(run=run, phases=seen.phases, ending=ending(self.runs, run))

    def _look(self, run_id: str) -> tuple[Run, UpgradeLook]:
        # First the run, then its tasks: a run that is over has no task left that changes.
        run = self.runs.run(run_id)
        if not self._order:
            self._order = in_order(self.runs.task_edges())
        found = phases(self._order, self.runs.tasks(run_id))
        step = None if run.is_over else current_step(found)
        return run, UpgradeLook(phases=found, line=self._line(run_id, step) if step else None)

    def _line(self, run_id: str, step: Step) -> str | None:
        if step.state is State.ASKS:
            return f"waits for a person: srx-issu approve {run_id}"
        try:
            return self.runs.last_log_line(run_id, step.task)
        except ApiUnreachable:
            raise
        except ApiFailed:
            return None  # a task that has only just begun has no log yet
