"""The table of ``srx-issu status``: by cluster, what runs and how the last upgrade ended."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from rich.table import Table
from rich.text import Text

from srx_issu.cli.airflow_api import AirflowApi
from srx_issu.cli.airflow_replies import Run, UnattendedCluster
from srx_issu.cli.dag_runs import DagRuns
from srx_issu.cli.display import duration
from srx_issu.cli.outcome import ending
from srx_issu.cli.progress import State, phases
from srx_issu.ports.dag_names import RECOVERY_DAG, UPGRADE_DAG

ONE_CLUSTER_ROWS = 10


def fleet_table(api: AirflowApi, cluster: str | None, now: datetime) -> Table:
    """The newest run of each cluster, upgrade or recovery, or the ten newest of one."""
    table = Table(box=None, pad_edge=False)
    for column in ("Cluster", "Phase or outcome", "Since", "Run", "Reason"):
        table.add_column(column, overflow="fold", no_wrap=column == "Run")
    upgrades, recoveries = api.of(UPGRADE_DAG).newest(), api.of(RECOVERY_DAG).newest()
    for run in chosen(newest_first(upgrades, recoveries, now), cluster):
        table.add_row(*_row(api.of(run.dag_id), run, now))
    return table


def unattended_lines(found: Iterable[UnattendedCluster], cluster: str | None, now: datetime) -> list[str]:
    """What to say of clusters that nobody looks after: who holds each, and the command that takes it."""
    return [
        f"{each.cluster}: UNATTENDED. Upgrade {each.upgrade_id} holds it since "
        f"{duration((now - each.opened).total_seconds())}, and Airflow has no run for it that is queued or "
        f"running; an ISSU may be under way. Take it over:\n    {each.command}"
        for each in found
        if cluster in (None, each.cluster)
    ]


def newest_first(upgrades: tuple[Run, ...], recoveries: tuple[Run, ...], now: datetime) -> tuple[Run, ...]:
    """A run that has not started is newer than all that have."""
    return tuple(sorted((*upgrades, *recoveries), key=lambda run: run.started or now, reverse=True))


def chosen(runs: tuple[Run, ...], cluster: str | None) -> tuple[Run, ...]:
    """``runs`` are newest first."""
    if cluster:
        return tuple(run for run in runs if run.cluster == cluster)[:ONE_CLUSTER_ROWS]
    newest: dict[str, Run] = {}
    for run in runs:
        newest.setdefault(run.cluster, run)
    return tuple(newest[name] for name in sorted(newest))


def _row(runs: DagRuns, run: Run, now: datetime) -> tuple[Text, ...]:
    since = duration((now - run.started).total_seconds()) if run.started else ""
    if run.is_over:
        end = ending(runs, run)
        word, style = end.outcome.value if end.outcome else run.state, "green" if end.is_green else "red"
        reason = end.reason
    else:
        word, style, reason = _under_way(runs, run), "cyan", ""
    return Text(run.cluster), Text(word, style=style), Text(since), Text(run.run_id), Text(reason)


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
