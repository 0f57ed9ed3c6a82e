"""LocalExecutor that knows which of its processes work: misled by no late end, asked for no more than it has.

Airflow (3.3.2) names both by the same key. The scheduler hears of the deferring process's end when its logs
are away and the machine has time; a wait that is over by then has the task running again, and the scheduler
takes the late word for that of a task killed from outside: the try is burnt, the live one stopped. Nothing in
the database tells a trigger whether the scheduler has heard, so no pause is long enough; the executor knows.
CeleryExecutor does: it asks for the newest process of a key only. See decision 034.

Nor does LocalExecutor count what works among its occupied slots: the scheduler handed out all that was due,
first in, first out, whatever its weight. See decision 088.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from airflow.executors.local_executor import LocalExecutor
from airflow.utils.state import TaskInstanceState

_ENDED = (TaskInstanceState.SUCCESS, TaskInstanceState.FAILED)


class ResumingLocalExecutor(LocalExecutor):
    """Reports that a task's process has ended once all that it was handed out to have, in whatever order."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]
        self._handed_out = Counter[Any]()  # by key: processes whose end has not been reported
        self._lost = 0  # of those, how many never will be: a worker that was killed says nothing more

    @property
    def slots_occupied(self) -> int:
        """What was handed out and has not ended, queued or with a process, and Airflow's other workloads."""
        working = self._handed_out.total() - self._lost
        return working + len(self.queued_callbacks) + len(self.queued_connection_tests)

    @property
    def slots_available(self) -> int:
        return int(self.parallelism) - self.slots_occupied

    @property
    def is_working(self) -> bool:
        """Whether a process works whose end was not reported. LocalExecutor's own ``running`` stays empty."""
        return self._handed_out.total() > self._lost

    @property
    def has_news(self) -> bool:
        """Whether a process has said something that ``sync`` has not read yet."""
        return not self.result_queue.empty()

    def queue_workload(self, workload: Any, session: Any) -> None:
        super().queue_workload(workload, session)
        if workload.key in self.queued_tasks:
            self._handed_out[workload.key] += 1

    def change_state(self, key: Any, state: Any, info: Any = None, remove_running: bool = True) -> None:
        if state in _ENDED and self._has_another(key):
            self.log.info("%s: one of its processes has ended, another is queued or runs", key)
            return
        super().change_state(key, state, info, remove_running)

    def _check_workers(self) -> None:
        """Of a worker that is gone nobody knows what it did; one that did nothing is made good for as soon as
        fewer are out than were lost."""
        gone = sum(not worker.is_alive() for worker in self.workers.values())
        super()._check_workers()  # type: ignore[no-untyped-call]
        self._lost = min(self._lost + gone, self._handed_out.total())

    def _has_another(self, key: Any) -> bool:
        """Takes the end of one process in: whether another of the same key is queued or runs."""
        another = self._handed_out[key] > 1
        if another:
            self._handed_out[key] -= 1
        else:
            del self._handed_out[key]
        self._lost = min(self._lost, self._handed_out.total())
        return another
