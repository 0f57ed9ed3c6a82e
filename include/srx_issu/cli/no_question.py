"""Why a run has no question to answer: it is not known, it is over, or it asks nothing at the moment."""

from __future__ import annotations

import difflib

from srx_issu.cli.airflow_api import AirflowApi
from srx_issu.cli.dag_runs import DagRuns
from srx_issu.cli.run_dags import newest_runs

MOST_SUGGESTIONS = 3


def why_no_question(api: AirflowApi, runs: DagRuns, given: str) -> str:
    """The sentence for whoever wanted to answer; ``given`` may be a cluster's name or a misspelt run id."""
    if not runs.has_run(given):
        known = "'srx-issu status' shows the newest runs"
        return f"Airflow knows no run {given!r}{_suggestion(api, given)}; {known}"
    run = runs.run(given)
    if run.is_over:
        end = "'srx-issu status' says how it ended"
        return f"run {given} is over ({run.state}): nothing is left to answer; {end}"
    return f"run {given} asks nothing now; 'srx-issu status' shows what does"


def _suggestion(api: AirflowApi, given: str) -> str:
    newest = [run.run_id for run in newest_runs(api)]
    of_cluster = [run_id for run_id in newest if given and run_id.startswith(given)]
    close = of_cluster or difflib.get_close_matches(given, newest, n=MOST_SUGGESTIONS)
    return f"; did you mean {' or '.join(close[:MOST_SUGGESTIONS])}?" if close else ""
