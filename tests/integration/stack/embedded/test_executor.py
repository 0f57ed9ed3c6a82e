"""What the embedded executor tells the scheduler of a task that was resumed before its first process ended.

``process_executor_events`` takes a success of a task that is queued or running for one killed from outside;
so none may be reported while another process of the task is on its way.
"""

from __future__ import annotations

import multiprocessing
import uuid
from collections.abc import Iterable
from multiprocessing import SimpleQueue
from typing import Any

import pytest
from airflow.executors.workloads import ExecuteTask
from airflow.executors.workloads.base import BundleInfo
from airflow.executors.workloads.task import TaskInstanceDTO
from airflow.utils.state import TaskInstanceState

from srx_issu.stack.embedded.executor import ResumingLocalExecutor

SUCCESS, FAILED, RUNNING = TaskInstanceState.SUCCESS, TaskInstanceState.FAILED, TaskInstanceState.RUNNING


def workload(try_number: int = 1) -> ExecuteTask:
    task = TaskInstanceDTO(
        id=uuid.uuid4(),
        dag_version_id=uuid.uuid4(),
        task_id="verify.check_state",
        dag_id="issu_cluster",
        run_id="manual__1",
        try_number=try_number,
        map_index=-1,
        pool_slots=1,
        queue="default",
        priority_weight=1,
    )
    return ExecuteTask(
        ti=task,
        dag_rel_path="issu_cluster.py",
        bundle_info=BundleInfo(name="dags"),
        token="",
        log_path=None,
    )


class Played(ResumingLocalExecutor):
    """Hands nothing to a process; a test says what became of it."""

    def hand_out(self, task: ExecuteTask) -> None:
        self.queue_workload(task, None)
        self.queued_tasks.pop(task.key)  # a worker process has it

    def reported(self) -> list[TaskInstanceState]:
        return [state for state, _ in self.get_event_buffer().values()]


@pytest.fixture
def executor() -> Played:
    return Played(parallelism=1)


def ended(executor: Played, task: ExecuteTask, states: Iterable[Any]) -> list[TaskInstanceState]:
    for state in states:
        executor.change_state(task.key, state)
    return executor.reported()


def test_the_late_end_of_the_deferring_process_is_no_news(executor: Played) -> None:
    task = workload()
    executor.hand_out(task)
    executor.hand_out(task)  # resumed
    assert ended(executor, task, [SUCCESS]) == []
    assert ended(executor, task, [SUCCESS]) == [SUCCESS]


def test_neither_is_it_while_the_resumed_task_is_only_queued(executor: Played) -> None:
    task = workload()
    executor.hand_out(task)
    executor.queue_workload(task, None)
    assert ended(executor, task, [SUCCESS]) == []


def test_a_resumed_process_that_dies_is_told_once_no_other_is_left(executor: Played) -> None:
    task = workload()
    executor.hand_out(task)
    executor.hand_out(task)
    assert ended(executor, task, [FAILED]) == []
    assert ended(executor, task, [SUCCESS]) == [SUCCESS]  # of a task that says it runs: it was killed


def test_every_end_of_a_task_that_defers_in_time_is_told(executor: Played) -> None:
    task = workload()
    for _ in range(3):
        executor.hand_out(task)
        assert ended(executor, task, [SUCCESS]) == [SUCCESS]


def test_tries_are_counted_apart(executor: Played) -> None:
    first, second = workload(1), workload(2)
    executor.hand_out(first)
    executor.hand_out(second)
    assert ended(executor, first, [FAILED]) == [FAILED]
    assert ended(executor, second, [SUCCESS]) == [SUCCESS]


def test_what_is_no_end_and_what_was_not_handed_out_is_told_as_it_comes(executor: Played) -> None:
    task = workload()
    assert ended(executor, task, [RUNNING]) == [RUNNING]
    assert ended(executor, task, [SUCCESS]) == [SUCCESS]


def test_works_from_the_moment_in_which_a_task_is_handed_out_until_its_end_is_read(executor: Played) -> None:
    """What the scheduler's pace goes by; Airflow's own ``running`` stays empty with processes at work."""
    assert not executor.is_working
    first, second = workload(), workload(try_number=2)
    executor.hand_out(first)
    executor.hand_out(second)
    executor.change_state(first.key, SUCCESS)
    assert executor.is_working
    executor.change_state(second.key, FAILED)
    assert not executor.is_working


class Worker:
    def __init__(self, *, lives: bool) -> None:
        self._lives = lives

    def is_alive(self) -> bool:
        return self._lives

    def close(self) -> None:
        return None


def lose_a_worker(executor: Played) -> None:
    executor.activity_queue, executor._unread_messages = SimpleQueue(), multiprocessing.Value("I")
    executor.workers = {1: Worker(lives=False), 2: Worker(lives=True)}  # type: ignore[dict-item]
    executor._check_workers()
    executor._check_workers()
    assert list(executor.workers) == [2]


def test_a_worker_that_was_killed_works_no_more(executor: Played) -> None:
    """It says nothing of its task, whose next try has another key: the rest was short for ever."""
    executor.hand_out(workload())
    lose_a_worker(executor)
    assert not executor.is_working
    second = workload(try_number=2)
    executor.hand_out(second)
    assert executor.is_working
    assert ended(executor, second, [SUCCESS]) == [SUCCESS]
    assert not executor.is_working


def test_one_that_was_killed_at_rest_is_forgotten(executor: Played) -> None:
    lose_a_worker(executor)
    executor.hand_out(workload())
    assert executor.is_working


def test_no_more_is_asked_for_than_there_are_workers(executor: Played) -> None:
    """What waits for a worker waits in Airflow's database, by weight: the processes' own queue knows none."""
    first = workload()
    executor.hand_out(first)
    assert (executor.slots_available, executor.slots_occupied) == (0, 1)
    executor.change_state(first.key, SUCCESS)
    assert (executor.slots_available, executor.slots_occupied) == (1, 0)
    executor.hand_out(workload(try_number=2))
    lose_a_worker(executor)
    assert (executor.slots_available, executor.slots_occupied) == (1, 0)


def test_has_news_until_it_has_read_what_a_process_said(executor: Played) -> None:
    executor.result_queue = SimpleQueue()
    task = workload()
    executor.hand_out(task)
    assert not executor.has_news
    executor.result_queue.put((task.key, SUCCESS, None))
    assert executor.has_news
    executor._read_results()
    assert not executor.has_news
    assert executor.reported() == [SUCCESS]
