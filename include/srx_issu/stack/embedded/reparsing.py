"""Has Airflow read the campaigns' DAG file again as soon as a campaign file changed.

A DAG file is read every few minutes, or when it changes itself; the DAGs of ``issu_campaigns.py`` come from
the operator's files, whose changes Airflow does not see.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from srx_issu.ports.dag_names import CAMPAIGN_ORDER_DAG
from srx_issu.stack.processes.health import ApiServerSilent

FOLDER = "campaigns"
Stamp = frozenset[tuple[str, int, int]]


class Reparsing:
    """``look`` costs a directory listing; call it every few seconds."""

    def __init__(self, files: Path, request_parse: Callable[[str], None]) -> None:
        """``files``: the operator's folder; ``request_parse`` may raise ApiServerSilent, and is called again
        at the next look then."""
        self._folder, self._request_parse = files / FOLDER, request_parse
        self._known = _stamp(self._folder)

    def look(self) -> None:
        found = _stamp(self._folder)
        if found == self._known:
            return
        try:
            self._request_parse(CAMPAIGN_ORDER_DAG)
        except ApiServerSilent:
            return
        self._known = found


def _stamp(folder: Path) -> Stamp:
    """Changes when a file is added, edited, renamed or removed. Nothing for a folder that is not there."""
    try:
        return frozenset(
            (each.name, (found := each.stat()).st_mtime_ns, found.st_size)
            for each in folder.iterdir()
            if each.suffix in (".yaml", ".yml")
        )
    except OSError:  # also a file that went away in between: the next look tells
        return frozenset()
