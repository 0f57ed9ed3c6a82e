"""Our figures through Airflow's own stats: StatsD, Datadog or OpenTelemetry, as ``[metrics]`` says.

Plain StatsD has no tags, so what a graph is drawn by stands in the name too; docs/operations.md lists all.
"""

from __future__ import annotations

import logging
import os
import re
from datetime import timedelta
from functools import lru_cache
from types import ModuleType

PREFIX = "srx_issu"
_OTHER = re.compile(r"[^A-Za-z0-9_]+")
_log = logging.getLogger(__name__)


class AirflowMetrics:
    """``ports.metrics.Metrics``."""

    def count(self, name: str, **tags: str) -> None:
        try:
            _stats(os.getpid()).incr(f"{PREFIX}.{name}", tags=tags or None)
        except Exception as error:  # noqa: BLE001 - figures stop no upgrade
            _log.warning("metric %s was not sent: %s", name, error)

    def duration(self, name: str, seconds: float, **tags: str) -> None:
        try:
            _stats(os.getpid()).timing(f"{PREFIX}.{name}", timedelta(seconds=seconds), tags=tags or None)
        except Exception as error:  # noqa: BLE001 - figures stop no upgrade
            _log.warning("metric %s was not sent: %s", name, error)


def part(text: str) -> str:
    """One part of a metric's name: a task id's dots would make it two."""
    return _OTHER.sub("_", text)


@lru_cache(maxsize=1)
def _stats(pid: int) -> ModuleType:  # noqa: ARG001 - a forked process has its own
    """Airflow's task processes are set up by Airflow; the process in which triggers run is not."""
    from airflow.sdk.configuration import conf  # noqa: PLC0415 - where figures are sent
    from airflow.sdk.observability import stats  # noqa: PLC0415
    from airflow.sdk.observability.metrics import stats_utils  # noqa: PLC0415

    stats.initialize(
        factory=stats_utils.get_stats_factory(),
        export_legacy_names=conf.getboolean("metrics", "legacy_names_on"),
    )
    return stats
