"""How long the scheduler rests after a look that found nothing to do: until a task ends, while tasks run.

Airflow has one pause for all cases. A look costs 30 to 60 ms of CPU, and upgrades wait for hours: nothing is
gained by looking often meanwhile. While workers work, the pause is what tasks wait for each other, so it ends
when one of them does; what an end makes ready often takes no worker, so a few short pauses follow. With many
runs in flight a look takes as long as the pause, and looking more often finds nothing more.

This replaces a private attribute of Airflow 3.3's SchedulerJobRunner; its test (``test_pace.py``) fails when
that is no longer what the scheduler asks. Without it the setting counts, as everywhere else.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

LINGER_S = 2.0  # so long after a task's end the pause is
SHORT_S = 0.3
GLANCE_S = 0.05  # between two glances at whether a task has ended; costs 10 us
FEW_RUNS = 5
ATTRIBUTE = "_scheduler_idle_sleep_time"
_log = logging.getLogger(__name__)


class Pace:
    """Stands for the attribute: what the setting says, or less. While workers work the pause is taken here,
    since only so it can end early, and nothing is left of it for the scheduler."""

    def __init__(
        self,
        runs_in_flight: Callable[[], int],
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._runs_in_flight, self._now, self._sleep = runs_in_flight, now, sleep
        self._setting_s = 1.0
        self._lively_until = 0.0

    def __set__(self, runner: Any, setting_s: float) -> None:
        self._setting_s = setting_s

    def __get__(self, runner: Any, kind: type | None = None) -> float:
        works = any(executor.is_working or executor.queued_tasks for executor in runner.executors)
        if works:
            self._lively_until = self._now() + LINGER_S
        if self._now() >= self._lively_until or self._runs_in_flight() > FEW_RUNS:
            return self._setting_s
        if not works:
            return min(self._setting_s, SHORT_S)
        self._until_news(runner.executors)
        return 0.0

    def _until_news(self, executors: Any) -> None:
        """As long as the setting says at the most."""
        end = self._now() + self._setting_s
        while self._now() < end and not any(executor.has_news for executor in executors):
            self._sleep(GLANCE_S)


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
    """``runner``: the class SchedulerJobRunner. Its executors are the embedded stack's own."""
    setattr(runner, ATTRIBUTE, Pace(runs_in_flight))
