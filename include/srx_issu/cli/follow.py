"""Following a run until it is over, whatever is shown of it. Looking only: leaving off changes nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from srx_issu.cli.airflow_replies import ApiUnreachable, Run
from srx_issu.cli.dag_runs import DagRuns

Seen = TypeVar("Seen")
PATIENCE_S = 120.0  # an API server that restarts is back by then


def follow_run(
    look: Callable[[], tuple[Run, Seen]],
    show: Callable[[Run, Seen], None],
    *,
    each_look: Callable[[], None],
    pause: Callable[[], None],
) -> tuple[Run, Seen]:
    """The last look. ``each_look`` comes before every one, and may raise. Raises ApiFailed when Airflow
    refuses a look, or has not answered for two minutes."""
    silent_since: float | None = None
    while True:
        each_look()
        try:
            run, seen = look()
        except ApiUnreachable:
            silent_since = silent_since or time.monotonic()
            if time.monotonic() - silent_since > PATIENCE_S:
                raise
        else:
            silent_since = None
            show(run, seen)
            if run.is_over:
                return run, seen
        pause()


def await_end(
    runs: DagRuns, run_id: str, *, looks: int, every_s: float, pause: Callable[[float], None]
) -> Run | None:
    """A short run, without a word; None when it is not over after so many looks."""
    for _ in range(looks):
        run = runs.run(run_id)
        if run.is_over:
            return run
        pause(every_s)
    return None
