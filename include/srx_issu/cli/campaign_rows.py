"""A campaign as a table: one row a cluster, in the words of the operator on duty. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from rich.table import Table
from rich.text import Text

from srx_issu.campaign.model import Result
from srx_issu.campaign.naming import upgrade_id
from srx_issu.cli.airflow_replies import Task
from srx_issu.cli.display import duration

UNDER_WAY, WAITS = "under way", "waits"
_GOOD = frozenset(result.value for result in Result if result.is_success)
_OVER = ("success", "failed", "skipped", "upstream_failed", "removed")


@dataclass(frozen=True, kw_only=True)
class ClusterRow:
    """One cluster of one wave. ``state``: how it ended, or UNDER_WAY or WAITS; ``now``: what its run does."""

    wave: str
    cluster: str
    state: str
    now: str
    elapsed_s: float | None

    @property
    def is_over(self) -> bool:
        return self.state not in (UNDER_WAY, WAITS)


def is_over(task: Task) -> bool:
    return task.state in _OVER


def cluster_rows(
    campaign_id: str,
    tasks: Iterable[Task],
    busy: Mapping[str, str],
    results: Mapping[tuple[str, int], str],
    now: datetime,
) -> list[ClusterRow]:
    """``busy``: run of issu_cluster -> the task it is at; ``results``: by task and map index, where known.
    Until it has begun, a mapped task is only a number; it is left out."""
    rows = []
    for task in tasks:
        if not task.label or task.label.isdigit():
            continue
        wave, _, step = task.task_id.partition(".")
        attempt = int(step.removeprefix("upgrade").removeprefix("_") or 1)
        at = busy.get(upgrade_id(campaign_id, task.label, attempt))
        rows.append(
            ClusterRow(
                wave=wave.replace("_", " ") + (f", try {attempt}" if attempt > 1 else ""),
                cluster=task.label,
                state=_state(task, at, results),
                now="" if is_over(task) else (at or ""),
                elapsed_s=((task.ended or now) - task.started).total_seconds() if task.started else None,
            )
        )
    return rows


def campaign_table(rows: list[ClusterRow], title: str) -> Table:
    table = Table(box=None, pad_edge=False, title=title, title_justify="left", caption=counted(rows))
    table.caption_justify = "left"
    for column in ("Wave", "Cluster", "State", "Now", "Elapsed"):
        table.add_column(column, no_wrap=True)
    for row in rows:
        state = Text(row.state, style=_style(row.state))
        table.add_row(row.wave, row.cluster, state, row.now, duration(row.elapsed_s) or "")
    return table


def counted(rows: Iterable[ClusterRow]) -> str:
    """``3 UPGRADED, 2 under way``."""
    counts = Counter(row.state for row in rows)
    return ", ".join(f"{number} {state}" for state, number in sorted(counts.items()))


def _state(task: Task, at: str | None, results: Mapping[tuple[str, int], str]) -> str:
    if is_over(task):
        return results.get((task.task_id, task.map_index)) or str(task.state)
    return UNDER_WAY if at else WAITS


def _style(state: str) -> str:
    if state in (UNDER_WAY, WAITS):
        return "cyan" if state == UNDER_WAY else "dim"
    if state == "success" or state in _GOOD:
        return "green"
    return "dim" if state in ("skipped", Result.NOT_STARTED) else "bold red"
