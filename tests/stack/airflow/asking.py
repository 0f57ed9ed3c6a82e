"""When a question may be answered.

An answer that comes before the scheduler has seen the asking worker end makes it take the task for one that
was killed from outside: the question is asked again, and the answer is gone. A person reads first; a test
has to look.
"""

from __future__ import annotations

from pathlib import Path

from srx_issu.cli.airflow_replies import Task
from srx_issu.stack.embedded.stack import Stack

WORKER_ENDED = "Received executor event with state success"


def may_be_answered(stack: Stack, run_id: str, task: Task) -> bool:
    """Has the scheduler seen the worker end that asked in this try?"""
    log: Path = stack.home.logs / "scheduler.log"
    key = f"task_id='{task.task_id}', run_id='{run_id}', try_number={task.tries},"
    with log.open(errors="replace") as lines:
        return any(key in line and WORKER_ENDED in line for line in lines)
