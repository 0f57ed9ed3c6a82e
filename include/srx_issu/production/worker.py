"""``airflow celery worker`` with what tasks need loaded before it forks: see decision 022.

Each task runs in a process forked from the worker; what the worker has loaded, no task loads again.
"""

from __future__ import annotations

import runpy
import sys

from srx_issu.embedded.preload import load
from srx_issu.embedded.stack import TASK_MODULES
from srx_issu.production.place import hostname


def run_worker() -> None:
    """Does not return before the worker ends."""
    load(("airflow.providers.celery.executors.celery_executor", *TASK_MODULES))
    # No log server: task logs are on a shared volume, or in object storage.
    sys.argv = [
        "airflow",
        "celery",
        "worker",
        "--skip-serve-logs",
        "--celery-hostname",
        f"celery@{hostname()}",
    ]
    runpy.run_module("airflow", run_name="__main__", alter_sys=True)
