"""Airflow's services that fork, with what the forked ones need loaded before: see decision 022.

Each task runs in a process forked from its worker, each parse in one from the DAG processor: what these two
have loaded, none of those loads again.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Sequence

from srx_issu.stack.processes.loaded import PARSE_MODULES, TASK_MODULES, load
from srx_issu.stack.production.hostname import hostname

DAG_PROCESSOR = ("dag-processor",)


def run_worker() -> None:
    """Does not return before the worker ends."""
    load(("airflow.providers.celery.executors.celery_executor", *TASK_MODULES))
    # No log server: task logs are on a shared volume, or in object storage.
    _airflow(("celery", "worker", "--skip-serve-logs", "--celery-hostname", f"celery@{hostname()}"))


def run_dag_processor() -> None:
    """Does not return before the DAG processor ends."""
    load(PARSE_MODULES)
    _airflow(DAG_PROCESSOR)


def _airflow(arguments: Sequence[str]) -> None:
    sys.argv = ["airflow", *arguments]
    runpy.run_module("airflow", run_name="__main__", alter_sys=True)
