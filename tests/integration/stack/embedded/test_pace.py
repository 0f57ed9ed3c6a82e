"""How often the scheduler looks, and that Airflow still asks for it where we answer."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field

import pytest

from srx_issu.stack.embedded.pace import ATTRIBUTE, FEW_RUNS, GLANCE_S, LINGER_S, SHORT_S, Pace

SETTING_S = 1.0


@dataclass
class Executor:
    """Its task ends at a moment."""

    is_working: bool = False
    has_news: bool = False
    queued_tasks: dict[str, object] = field(default_factory=dict)


class Looking:
    """A scheduler with a pace, an executor that has news after ``ends_after_s``, and a clock."""

    def __init__(self, runs: int = 1, setting_s: float = SETTING_S, ends_after_s: float = 3600) -> None:
        self.at = self.began = 100.0

        def sleep(seconds: float) -> None:
            self.at += seconds
            self.executor.has_news = self.at >= self.began + ends_after_s

        class Runner:
            rest = Pace(lambda: runs, now=lambda: self.at, sleep=sleep)

            def __init__(self) -> None:
                self.executors = [Executor()]
                self.rest = setting_s

        self._runner = Runner()
        self.executor = self._runner.executors[0]

    def rest(self) -> float:
        """How long it rested in all."""
        before = self.at
        left = self._runner.rest
        self.at += left
        return self.at - before


def test_rests_as_the_setting_says_while_everything_waits() -> None:
    assert Looking().rest() == SETTING_S


@pytest.mark.parametrize("where", ["works", "queued"])
def test_rests_no_longer_than_the_setting_while_workers_work(where: str) -> None:
    looking = Looking()
    if where == "works":
        looking.executor.is_working = True
    else:
        looking.executor.queued_tasks["task"] = object()
    assert looking.rest() == pytest.approx(SETTING_S, abs=GLANCE_S)


def test_ends_its_rest_when_a_task_has_ended() -> None:
    looking = Looking(ends_after_s=0.4)
    looking.executor.is_working = True
    assert looking.rest() == pytest.approx(0.4, abs=GLANCE_S)


def test_rests_shortly_a_little_while_after_an_end() -> None:
    looking = Looking(ends_after_s=0.4)
    looking.executor.is_working = True
    looking.rest()
    looking.executor.is_working = False
    assert looking.rest() == pytest.approx(SHORT_S)
    looking.at += LINGER_S
    assert looking.rest() == SETTING_S


def test_rests_long_with_many_runs_in_flight_whatever_they_do() -> None:
    looking = Looking(runs=FEW_RUNS + 1, ends_after_s=0.1)
    looking.executor.is_working = True
    assert looking.rest() == SETTING_S


def test_a_setting_that_is_shorter_still_counts() -> None:
    looking = Looking(setting_s=0.1)
    looking.executor.is_working = True
    assert looking.rest() == pytest.approx(0.1, abs=GLANCE_S)


def test_airflows_scheduler_takes_its_pause_from_there() -> None:
    """Private parts: when this fails, Airflow has moved them, and the setting alone counts."""
    from airflow.jobs.scheduler_job_runner import SchedulerJobRunner  # noqa: PLC0415 - seconds to load

    assert f"self.{ATTRIBUTE} = " in inspect.getsource(SchedulerJobRunner.__init__)
    assert f"time.sleep(min(self.{ATTRIBUTE}, " in inspect.getsource(SchedulerJobRunner._run_scheduler_loop)
