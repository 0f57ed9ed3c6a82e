"""Runs Airflow's command line with modules loaded beforehand.

``python -m srx_issu.embedded.preload MODULE [MODULE ...] -- ARGUMENTS`` is ``airflow ARGUMENTS`` in a
process that has the modules already. LocalExecutor forks its workers from the scheduler, and each task from
a worker: what the scheduler has loaded, no task has to load again, and all of them share its memory.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import logging
import runpy
import sys
from collections.abc import Sequence


def load(modules: Sequence[str]) -> None:
    """A module that cannot be loaded is left to the tasks that need it: their error names the place."""
    logging.getLogger("great_expectations").setLevel(logging.WARNING)  # 220 lines at import
    for name in modules:
        with contextlib.suppress(ImportError), contextlib.redirect_stdout(io.StringIO()):
            importlib.import_module(name)


def main() -> None:
    modules, arguments = sys.argv[1 : sys.argv.index("--")], sys.argv[sys.argv.index("--") + 1 :]
    load(modules)
    sys.argv = ["airflow", *arguments]
    runpy.run_module("airflow", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
