"""Following a campaign: one line a cluster, with what its own run does now. Looking only."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from srx_issu.campaign.naming import DAG_PREFIX
from srx_issu.cli.airflow_api import ApiFailed, ApiUnreachable, Run
from srx_issu.cli.campaign_api import UPGRADE_DAG, CampaignApi, MappedTask
from srx_issu.cli.display import duration

LOOK_EVERY_S = 2.0
PATIENCE_S = 120.0
_STYLES = {"success": "green", "failed": "bold red", "skipped": "dim", "deferred": "cyan", "running": "cyan"}
_OVER = ("success", "failed", "skipped", "upstream_failed", "removed")


@dataclass(frozen=True, kw_only=True)
class ClusterRow:
    """One cluster of one wave. ``now`` says what its run does, or how it ended."""

    wave: str
    cluster: str
    state: str
    now: str
    elapsed_s: float | None

    @property
    def is_over(self) -> bool:
        return self.state in _OVER


@dataclass(kw_only=True)
class CampaignFollower:
    """``each_look`` may raise; ``ask`` is called once for each question that waits for a person."""

    api: CampaignApi
    console: Console
    name: str
    each_look: Callable[[], None] = lambda: None
    ask: Callable[[str], None] = lambda _: None
    pause: Callable[[float], None] = time.sleep
    _told: dict[str, str] = field(default_factory=dict)
    _asked: set[str] = field(default_factory=set)

    def follow(self, run_id: str) -> Run:
        """Until the run is over. Raises ApiFailed when Airflow is silent for two minutes."""
        silent_since: float | None = None
        live = Live(console=self.console, auto_refresh=False) if self.console.is_terminal else None
        if live:
            live.start()
        try:
            while True:
                self.each_look()
                try:
                    run, rows = self._look(run_id)
                except ApiUnreachable:
                    silent_since = silent_since or time.monotonic()
                    if time.monotonic() - silent_since > PATIENCE_S:
                        raise
                    self.pause(LOOK_EVERY_S)
                    continue
                silent_since = None
                if live:
                    live.update(campaign_table(rows), refresh=True)
                else:
                    self._tell(rows)
                if run.is_over:
                    return run
                self.pause(LOOK_EVERY_S)
        finally:
            if live:
                live.stop()

    def _look(self, run_id: str) -> tuple[Run, list[ClusterRow]]:
        dag_id = f"{DAG_PREFIX}{self.name}"
        run = self.api.dag_run(dag_id, run_id)
        tasks = self.api.mapped_tasks(dag_id, run_id)
        for task in tasks:
            if task.state == "awaiting_input" and task.task_id not in self._asked:
                self._asked.add(task.task_id)
                self.ask(task.task_id)
        # Until it has begun, a mapped task is only a number.
        return run, [self._row(run_id, t) for t in tasks if t.label and not t.label.isdigit()]

    def _row(self, run_id: str, task: MappedTask) -> ClusterRow:
        wave, _, step = task.task_id.partition(".")
        cluster, attempt = task.label or "", step.removeprefix("upgrade").removeprefix("_")
        state = task.state or "waiting"
        now = ""
        if state not in _OVER:
            now = self._phase(run_id, cluster, attempt)
        end = task.ended or datetime.now(UTC)
        return ClusterRow(
            wave=wave.replace("_", " ") + (f" (try {attempt})" if attempt else ""),
            cluster=cluster,
            state=state,
            now=now,
            elapsed_s=(end - task.started).total_seconds() if task.started else None,
        )

    def _phase(self, run_id: str, cluster: str, attempt: str) -> str:
        """The task its own run is at; empty while that run does not exist."""
        upgrade = f"{run_id}__{cluster}" + (f"__{attempt}" if attempt else "")
        try:
            tasks = self.api.mapped_tasks(UPGRADE_DAG, upgrade)
        except ApiUnreachable:
            raise
        except ApiFailed:
            return "waits for its turn"
        busy = [t.task_id for t in tasks if t.state in ("running", "deferred", "awaiting_input", "queued")]
        return busy[-1] if busy else "begins"

    def _tell(self, rows: list[ClusterRow]) -> None:
        for row in rows:
            key, text = f"{row.wave} {row.cluster}", f"{row.state} {row.now}".strip()
            if self._told.get(key) != text:
                self._told[key] = text
                took = f" after {duration(row.elapsed_s)}" if row.is_over else ""
                clock = datetime.now(UTC).astimezone()
                self.console.print(
                    f"{clock:%H:%M:%S}  {row.wave:<16} {row.cluster:<20} {text}{took}",
                    markup=False,
                    highlight=False,
                    soft_wrap=True,
                )


def campaign_table(rows: list[ClusterRow]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("Wave", "Cluster", "State", "Now", "Elapsed"):
        table.add_column(column)
    for row in rows:
        style = _STYLES.get(row.state, "")
        table.add_row(
            row.wave, row.cluster, Text(row.state, style=style), row.now, duration(row.elapsed_s) or ""
        )
    return table
