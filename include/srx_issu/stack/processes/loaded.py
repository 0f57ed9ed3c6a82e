"""What the processes that fork have loaded before they do (decision 022)."""

from __future__ import annotations

import contextlib
import importlib
import io
import logging
from collections.abc import Sequence

# What tasks would each load for themselves. The scheduler forks the processes that run tasks,
# the DAG processor those that parse. Code edited since needs a restart.
PARSE_MODULES = (
    "airflow.providers.standard.operators.trigger_dagrun",
    "airflow.sdk.definitions.timetables.trigger",
    "airflow.serialization.definitions.assets",
    "srx_issu.airflow.dags.campaign_files",
    "srx_issu.airflow.dags.trigger_form",
    "srx_issu.airflow.dags.upgrade",
    "srx_issu.airflow.operators.claim",
    "srx_issu.airflow.operators.close",
    "srx_issu.airflow.reports.upgrade",
    "srx_issu.steps.upgrade.hold_for_operator",
)
TASK_MODULES = (
    "airflow.sdk.execution_time.task_runner",
    "airflow.providers.ssh.hooks.ssh",
    "great_expectations.expectations",
    "psycopg",
    "srx_issu.checks.runner",
    "srx_issu.adapters.devices.collecting",
    "srx_issu.adapters.devices.pyez",
    "srx_issu.adapters.devices.transfer",
    "srx_issu.adapters.devices.writer",
    "srx_issu.steps.upgrade.stored_values",
    "srx_issu.airflow.triggers.cluster",
    "srx_issu.airflow.triggers.recovery",
    "srx_issu.airflow.triggers.route_wait",
    *PARSE_MODULES,
)


def load(modules: Sequence[str]) -> None:
    """A module that cannot be loaded is left to the tasks that need it: their error names the place."""
    logging.getLogger("great_expectations").setLevel(logging.WARNING)  # 220 lines at import
    for name in modules:
        with contextlib.suppress(ImportError), contextlib.redirect_stdout(io.StringIO()):
            importlib.import_module(name)
