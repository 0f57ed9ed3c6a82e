"""A paused DAG starts nothing: said before a run is asked for that would only queue."""

from __future__ import annotations

from srx_issu.cli.airflow_replies import ApiFailed
from srx_issu.cli.dag_runs import DagRuns


def refuse_paused(runs: DagRuns) -> None:
    """Raises ApiFailed when the DAG is paused, or Airflow does not have it."""
    if runs.is_paused():
        raise ApiFailed(f"DAG {runs.dag_id} is paused, a run would only queue; unpause it in the UI first")
