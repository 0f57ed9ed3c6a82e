"""What ``srx-issu status`` shows: by cluster, what runs and how the last upgrade ended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from srx_issu.cli.airflow_api import AirflowApi
from srx_issu.cli.airflow_replies import Run, UnattendedCluster
from srx_issu.cli.dag_runs import DagRuns
from srx_issu.cli.display import duration
from srx_issu.cli.outcome import ending
from srx_issu.cli.progress import State, phases
from srx_issu.cli.run_dags import newest_runs

ONE_CLUSTER_ROWS = 10
_INDENT = 4


@dataclass(frozen=True, kw_only=True)
class RunRow:
    """One run as it is shown: a line of short columns, and below it what is too long for one."""

    cluster: str
    state: Text
    since: str
    run_id: str
    reason: str = ""


def fleet_rows(api: AirflowApi, cluster: str | None, now: datetime) -> tuple[RunRow, ...]:
    """The newest run of each cluster, upgrade on any route or recovery, or the ten newest of one."""
    shown = chosen(newest_first(newest_runs(api), now), cluster)
    return tuple(_row(api.of(run.dag_id), run, now) for run in shown)


def fleet_table(rows: Sequence[RunRow]) -> Group:
    """Run id and reason stand on lines of their own: beside the other columns they would be broken within
    words on a terminal of 80 columns."""
    widths = [
        max((len(text) for text in column), default=0) for column in zip(*map(_cells, rows), strict=True)
    ]
    lines: list[Text | Padding] = []
    for row in rows:
        line = Text("  ").join(_padded(row, widths))
        lines += [line, _below(f"run {row.run_id}"), *([_below(row.reason)] if row.reason else [])]
    return Group(*lines)


def _cells(row: RunRow) -> tuple[str, str, str]:
    return row.cluster, row.state.plain, row.since


def _padded(row: RunRow, widths: Sequence[int]) -> tuple[Text, ...]:
    cells = (Text(row.cluster, style="bold"), row.state.copy(), Text(row.since))
    for cell, width in zip(cells, widths, strict=True):
        cell.pad_right(width - len(cell.plain))
    return cells


def _below(text: str) -> Padding:
    return Padding(Text(text), (0, 0, 0, _INDENT))


def unattended_lines(found: Iterable[UnattendedCluster], cluster: str | None, now: datetime) -> list[str]:
    """What to say of clusters that nobody looks after: who holds each, and the command that takes it."""
    return [
        f"{each.cluster}: UNATTENDED. Upgrade {each.upgrade_id} holds it since "
        f"{duration((now - each.opened).total_seconds())}, and Airflow has no run for it that is queued or "
        f"running; an ISSU may be under way. Take it over:\n    {each.command}"
        for each in found
        if cluster in (None, each.cluster)
    ]


def newest_first(runs: tuple[Run, ...], now: datetime) -> tuple[Run, ...]:
    """A run that has not started is newer than all that have."""
    return tuple(sorted(runs, key=lambda run: run.started or now, reverse=True))


def chosen(runs: tuple[Run, ...], cluster: str | None) -> tuple[Run, ...]:
    """``runs`` are newest first."""
    if cluster:
        return tuple(run for run in runs if run.cluster == cluster)[:ONE_CLUSTER_ROWS]
    newest: dict[str, Run] = {}
    for run in runs:
        newest.setdefault(run.cluster, run)
    return tuple(newest[name] for name in sorted(newest))


def _row(runs: DagRuns, run: Run, now: datetime) -> RunRow:
    since = duration((now - run.started).total_seconds()) if run.started else ""
    if run.is_over:
        end = ending(runs, run)
        word, style = end.outcome.value if end.outcome else run.state, "green" if end.is_green else "red"
        reason = end.reason
    else:
        word, style, reason = _under_way(runs, run), "cyan", ""
    return RunRow(
        cluster=run.cluster, state=Text(word, style=style), since=since, run_id=run.run_id, reason=reason
    )


def _under_way(runs: DagRuns, run: Run) -> str:
    for phase in phases((), runs.tasks(run.run_id)):
        if phase.is_current:
            return (
                f"{phase.name}: {State.ASKS}{_so_far(runs, run)}" if phase.state is State.ASKS else phase.name
            )
    return run.state


def _so_far(runs: DagRuns, run: Run) -> str:
    """How many approvals there are of how many, where the question says so."""
    found = [question.approvals for question in runs.questions(run.run_id) if question.approvals]
    return f" ({found[0]})" if found else ""
