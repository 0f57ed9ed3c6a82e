"""How often the scheduler looks, and that Airflow still asks for it where we answer."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field

import pytest

from srx_issu.embedded.pace import AT_WORK_S, ATTRIBUTE, FEW_RUNS, LINGER_S, Pace

SETTING_S = 1.0


@dataclass
class Executor:
    """Holds the keys of what it runs, and of what waits for a worker."""

    running: set[str] = field(default_factory=set)
    queued_tasks: dict[str, object] = field(default_factory=dict)


class Looking:
    """A scheduler with a pace, an executor, and a clock."""

    def __init__(self, runs: int = 1, setting_s: float = SETTING_S) -> None:
        self.at = 100.0

        class Runner:
            rest = Pace(lambda: runs, now=lambda: self.at)

            def __init__(self) -> None:
                self.executors = [Executor()]
                self.rest = setting_s

        self._runner = Runner()
        self.executor = self._runner.executors[0]

    def rest(self) -> float:
        return self._runner.rest


def test_rests_as_the_setting_says_while_everything_waits() -> None:
    assert Looking().rest() == SETTING_S


@pytest.mark.parametrize("where", ["running", "queued"])
def test_rests_shortly_while_workers_work_and_a_little_longer(where: str) -> None:
    looking = Looking()
    if where == "running":
        looking.executor.running.add("task")
    else:
        looking.executor.queued_tasks["task"] = object()
    assert looking.rest() == AT_WORK_S
    looking.executor.running.clear()
    looking.executor.queued_tasks.clear()
    looking.at += LINGER_S - 0.1
    assert looking.rest() == AT_WORK_S
    looking.at += 0.2
    assert looking.rest() == SETTING_S


def test_rests_long_with_many_runs_in_flight_whatever_they_do() -> None:
    looking = Looking(runs=FEW_RUNS + 1)
    looking.executor.running.add("task")
    assert looking.rest() == SETTING_S


def test_a_setting_that_is_shorter_still_counts() -> None:
    looking = Looking(setting_s=0.1)
    looking.executor.running.add("task")
    assert looking.rest() == 0.1


def test_airflows_scheduler_takes_its_pause_from_there() -> None:
    """Private parts: when this fails, Airflow has moved them, and the setting alone counts."""
    from airflow.executors.base_executor import BaseExecutor  # noqa: PLC0415 - seconds to load
    from airflow.jobs.scheduler_job_runner import SchedulerJobRunner  # noqa: PLC0415

    assert f"self.{ATTRIBUTE} = " in inspect.getsource(SchedulerJobRunner.__init__)
    assert f"time.sleep(min(self.{ATTRIBUTE}, " in inspect.getsource(SchedulerJobRunner._run_scheduler_loop)
    executor = BaseExecutor()
    assert not executor.running
    assert not executor.queued_tasks
