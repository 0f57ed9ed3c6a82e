"""What a triggerer does: runs the triggers of deferred tasks in an event loop, and tells Airflow what fired.

The triggers are made from the database by the triggerer's own code, with the task instance that each belongs
to and its templates rendered, and their events end or resume tasks by Airflow's own rules. The loop lives as
long as the process, as a triggerer's does; it stands still while a task runs.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections import deque
from traceback import format_exception
from typing import Any
from uuid import uuid4

import psutil
import structlog
from airflow.jobs.triggerer_job_runner import TriggerRunner, TriggerRunnerSupervisor
from airflow.models.trigger import Trigger
from airflow.sdk.api.client import Client
from airflow.sdk.execution_time.supervisor import PsutilTracker, set_supervisor_comms


class _Supervisor(TriggerRunnerSupervisor):
    """The triggerer's process beside the loop, without a process of its own: it answers at once."""

    answers: deque[Any]

    def send_msg(self, msg: Any, request_id: int, error: Any = None, **dump_opts: Any) -> None:
        self.answers.append(error or msg)


class _Line:
    """Between the loop and its supervisor."""

    def __init__(self, client: Client) -> None:
        self._log, self._lock = structlog.get_logger(logger_name="triggers"), threading.RLock()
        self.supervisor = _Supervisor(
            id=uuid4(),
            pid=os.getpid(),
            process=PsutilTracker(psutil.Process()),
            process_log=self._log,
            capacity=100,
            stdin=None,  # type: ignore[arg-type]  # nothing is sent through it
        )
        self.supervisor.client, self.supervisor.answers = client, deque()

    def send(self, msg: Any) -> Any:
        with self._lock, set_supervisor_comms(None):
            self.supervisor._handle_request(msg, self._log, 0)
            return self.supervisor.answers.popleft()

    async def asend(self, msg: Any) -> Any:
        return self.send(msg)


class Triggerer:
    """A context manager. ``deadline_s`` is how long a wait may take at most."""

    def __init__(self, client: Client, deadline_s: float) -> None:
        self._line, self._deadline_s = _Line(client), deadline_s
        self._loop, self._triggers = asyncio.Runner(), TriggerRunner()

    def __enter__(self) -> Triggerer:
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.close()

    def wait(self, trigger_ids: list[int]) -> None:
        """Until at least one of them has fired or failed, and its task knows."""
        new = set(trigger_ids) - set(self._triggers.triggers)
        workloads = self._line.supervisor.build_trigger_workloads(new)
        with set_supervisor_comms(self._line):
            self._loop.run(self._until_one_is_over(workloads))
        while self._triggers.events:
            fired = self._triggers.events.popleft()
            Trigger.submit_event(fired.trigger_id, fired.event)
        while self._triggers.failed_triggers:
            trigger_id, error = self._triggers.failed_triggers.popleft()
            told = format_exception(type(error), error, error.__traceback__) if error else None
            Trigger.submit_failure(trigger_id, told)
        Trigger.clean_unused()

    async def _until_one_is_over(self, workloads: list[Any]) -> None:
        runner = self._triggers
        runner.to_create.extend(workloads)
        await runner.create_triggers()
        async with asyncio.timeout(self._deadline_s):
            while not runner.events and not runner.failed_triggers:
                waits = [each["task"] for each in runner.triggers.values()]
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
                await runner.cleanup_finished_triggers()
