"""How long the scheduler rests after a look that found nothing to do: shortly while tasks run, else longer.

Airflow has one pause for all cases. A look costs 30 to 60 ms of CPU, and upgrades wait for hours: nothing is
gained by looking often meanwhile. While workers work, the pause is what tasks wait for each other. With many
runs in flight a look takes as long as the pause, and looking more often finds nothing more.

This replaces a private attribute of Airflow 3.3's SchedulerJobRunner; ``tests/embedded/test_pace.py`` fails
when that is no longer what the scheduler asks. Without it the setting counts, as everywhere else.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

AT_WORK_S = 0.3  # the pause while workers work,
LINGER_S = 3.0  # and so long after: what they made ready often takes no worker
FEW_RUNS = 5
ATTRIBUTE = "_scheduler_idle_sleep_time"
_log = logging.getLogger(__name__)


class Pace:
    """Stands for the attribute: what the setting says, or less."""

    def __init__(self, runs_in_flight: Callable[[], int], now: Callable[[], float] = time.monotonic) -> None:
        self._runs_in_flight, self._now = runs_in_flight, now
        self._setting_s = 1.0
        self._at_work_until = 0.0

    def __set__(self, runner: Any, setting_s: float) -> None:
        self._setting_s = setting_s

    def __get__(self, runner: Any, kind: type | None = None) -> float:
        now = self._now()
        if any(executor.running or executor.queued_tasks for executor in runner.executors):
            self._at_work_until = now + LINGER_S
        shortly = now < self._at_work_until and self._runs_in_flight() <= FEW_RUNS
        return min(self._setting_s, AT_WORK_S) if shortly else self._setting_s


def runs_in_flight() -> int:
    """More than a few are not counted to the end, and no answer of the database counts as many."""
    from airflow.models.dagrun import DagRun  # noqa: PLC0415 - in the scheduler alone
    from airflow.utils.session import create_session  # noqa: PLC0415
    from airflow.utils.state import DagRunState  # noqa: PLC0415
    from sqlalchemy import select  # noqa: PLC0415
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

    few = select(DagRun.id).where(DagRun.state == DagRunState.RUNNING).limit(FEW_RUNS + 1)
    try:
        with create_session() as session:
            return len(session.execute(few).all())
    except SQLAlchemyError as error:
        _log.info("how many runs are in flight is not known: %s", error)
        return FEW_RUNS + 1


def install(runner: Any) -> None:
    """``runner``: the class SchedulerJobRunner."""
    setattr(runner, ATTRIBUTE, Pace(runs_in_flight))
