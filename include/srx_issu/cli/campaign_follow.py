"""Following a campaign: one line a cluster, with what its own run does now. Looking only."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from rich.console import Console
from rich.live import Live

from srx_issu.campaign.naming import DAG_PREFIX, campaign_id
from srx_issu.cli.airflow_api import AirflowApi
from srx_issu.cli.airflow_replies import Run, Task
from srx_issu.cli.campaign_rows import ClusterRow, campaign_table, cluster_rows, is_over
from srx_issu.cli.dag_runs import ANY_DAG, DagRuns
from srx_issu.cli.display import duration
from srx_issu.cli.follow import follow_run

LOOK_EVERY_S = 3.0


@dataclass(kw_only=True)
class CampaignFollower:
    """``each_look`` may raise; ``ask`` is called once for each question that waits for a person."""

    api: AirflowApi
    console: Console
    name: str
    each_look: Callable[[], None] = lambda: None
    ask: Callable[[str], None] = lambda _: None
    pause: Callable[[float], None] = time.sleep
    _told: dict[str, str] = field(default_factory=dict)
    _asked: set[str] = field(default_factory=set)
    _at: dict[str, str] = field(default_factory=dict)  # an upgrade's run -> its task, the last between two
    _results: dict[tuple[str, int], str] = field(default_factory=dict)
    _since: dict[tuple[str, int], datetime] = field(default_factory=dict)  # start of the first try

    def follow(self, run_id: str) -> Run:
        """Until the run is over. Raises ApiFailed when Airflow is silent for two minutes."""
        with self._shown() as show:
            run, _ = follow_run(
                lambda: self._look(run_id),
                show,
                each_look=self.each_look,
                pause=lambda: self.pause(LOOK_EVERY_S),
            )
            return run

    @contextmanager
    def _shown(self) -> Iterator[Callable[[Run, list[ClusterRow]], None]]:
        """A live table in a terminal, one line a change everywhere else."""
        if not self.console.is_terminal:
            yield self._tell
            return
        with Live(console=self.console, auto_refresh=False, vertical_overflow="visible") as live:
            yield lambda run, rows: live.update(campaign_table(rows, self._title(run)), refresh=True)

    def _title(self, run: Run) -> str:
        took = (run.ended or datetime.now(UTC)) - run.started if run.started else None
        return f"Campaign {self.name}  {duration(took.total_seconds()) if took else ''}".rstrip()

    def _look(self, run_id: str) -> tuple[Run, list[ClusterRow]]:
        """Three requests, however many clusters are in flight, and one for each that has ended."""
        runs = self.api.of(f"{DAG_PREFIX}{self.name}")
        run = runs.run(run_id)
        tasks = [self._from_first_try(task) for task in runs.tasks(run_id)]
        self._at.update(self.api.of(ANY_DAG).busy_tasks(f"{campaign_id(self.name, run_id)}__"))
        for task in tasks:
            if task.state == "awaiting_input" and task.task_id not in self._asked:
                self._asked.add(task.task_id)
                self.ask(task.task_id)
            if task.label and is_over(task):
                self._learn(runs, run_id, task)
        rows = cluster_rows(campaign_id(self.name, run_id), tasks, self._at, self._results, datetime.now(UTC))
        return run, rows

    def _from_first_try(self, task: Task) -> Task:
        """A task that failed in the triggerer is tried once more, and says a moment later what it said."""
        if task.started is None:
            return task
        return replace(task, started=self._since.setdefault((task.task_id, task.map_index), task.started))

    def _learn(self, runs: DagRuns, run_id: str, task: Task) -> None:
        key = (task.task_id, task.map_index)
        if key not in self._results:
            said = runs.xcom(run_id, task.task_id, map_index=task.map_index) or {}
            self._results[key] = str(said.get("result", ""))

    def _tell(self, _: Run, rows: list[ClusterRow]) -> None:
        for row in rows:
            key, text = f"{row.wave} {row.cluster}", f"{row.state}  {row.now}".strip()
            if self._told.get(key) != text:
                self._told[key] = text
                took = f" after {duration(row.elapsed_s)}" if row.is_over else ""
                clock = datetime.now(UTC).astimezone()
                line = f"{clock:%H:%M:%S}  {row.wave:<16} {row.cluster:<20} {text}{took}"
                self.console.print(line, markup=False, highlight=False, soft_wrap=True)
