"""Runs of other DAGs: asked for by id, so that asking twice is asking once, and looked at from triggers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from airflow.sdk.exceptions import AirflowRuntimeError, ErrorType

from srx_issu.domain.errors import RequestRefused
from srx_issu.ports.dag_names import UPGRADE_DAG
from srx_issu.ports.journal import Json

GONE = "gone"
ALIVE = ("queued", "running")
_MOST_ASKED = 100  # at once: their names go into one URL
_REFUSALS = (400, 403, 404, 422)


def start_run(run_id: str, conf: Mapping[str, Json], dag_id: str = UPGRADE_DAG) -> bool:
    """True when the run was made, False when there is one of this id already. Only from a worker.

    Raises RequestRefused with Airflow's words when it refuses the parameters.
    """
    # Airflow's own way from a task to the API server, as TriggerDagRunOperator takes it.
    from airflow.sdk.execution_time.comms import ErrorResponse, TriggerDagRun  # noqa: PLC0415
    from airflow.sdk.execution_time.task_runner import SUPERVISOR_COMMS  # noqa: PLC0415

    try:
        answer = SUPERVISOR_COMMS.send(TriggerDagRun(dag_id=dag_id, run_id=run_id, conf=dict(conf)))
    except AirflowRuntimeError as error:
        detail = error.error.detail or {}
        if detail.get("status_code") in _REFUSALS:
            raise RequestRefused(f"Airflow refused run {run_id} of {dag_id}: {detail}") from error
        raise
    return not (isinstance(answer, ErrorResponse) and answer.error is ErrorType.DAGRUN_ALREADY_EXISTS)


def run_state(run_id: str, dag_id: str = UPGRADE_DAG) -> str:
    """Airflow's word (queued, running, success, failed), or ``gone``. Blocks: call it in a thread."""
    from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance  # noqa: PLC0415

    if RuntimeTaskInstance.get_dr_count(dag_id=dag_id, run_ids=[run_id]) == 0:
        return GONE
    state: Any = RuntimeTaskInstance.get_dagrun_state(dag_id=dag_id, run_id=run_id)
    return str(getattr(state, "value", state))  # an enum whose str() is "DagRunState.FAILED"


def states_of_ended(run_ids: Sequence[str], dag_id: str = UPGRADE_DAG) -> dict[str, str]:
    """Of those that are neither queued nor running: ``run_state``. Blocks: call it in a thread.

    One question for a hundred runs while all of them live; those that do not are found by halves.
    """
    from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance  # noqa: PLC0415

    found: dict[str, str] = {}
    left = [list(run_ids[at : at + _MOST_ASKED]) for at in range(0, len(run_ids), _MOST_ASKED)]
    while left:
        some = left.pop()
        alive = RuntimeTaskInstance.get_dr_count(dag_id=dag_id, run_ids=some, states=list(ALIVE))
        if alive == len(some):
            continue
        if len(some) == 1:
            found[some[0]] = run_state(some[0], dag_id)
        else:
            half = len(some) // 2
            left += [some[:half], some[half:]]
    return {run_id: state for run_id, state in found.items() if state not in ALIVE}
