"""Runs Airflow's command line with modules loaded beforehand.

``python -m srx_issu.stack.embedded.preload FILE MODULE [MODULE ...] -- ARGUMENTS`` is ``airflow
ARGUMENTS`` in a process that has the modules already. LocalExecutor forks its workers from the scheduler, and
each task from a worker: what the scheduler has loaded, no task has to load again, and all of them share its
memory.

Airflow itself begins when FILE is there: while a stack comes up, one core loads and the other prepares the
databases.
"""

from __future__ import annotations

import runpy
import sys
import time
from pathlib import Path

from srx_issu.stack.processes.loaded import load


def set_pace() -> None:
    from airflow.jobs.scheduler_job_runner import SchedulerJobRunner  # noqa: PLC0415 - seconds to load

    from srx_issu.stack.embedded import pace  # noqa: PLC0415

    pace.install(SchedulerJobRunner)


def wait_for(file: Path) -> None:
    """For as long as it takes: whoever started us ends us when it gives up."""
    while not file.exists():
        time.sleep(0.05)


def main() -> None:
    end = sys.argv.index("--")
    (file, *modules), arguments = sys.argv[1:end], sys.argv[end + 1 :]
    load(modules)
    if arguments[0] == "scheduler":
        set_pace()
    wait_for(Path(file))
    sys.argv = ["airflow", *arguments]
    runpy.run_module("airflow", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
