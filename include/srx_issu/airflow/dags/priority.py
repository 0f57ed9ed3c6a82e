"""Who goes first when more is due than there are workers: who is in trouble.

Absolute weights, in the one place where they are given. Airflow's own rule counts the tasks behind a task, so
that a newcomer's first task would go before every recovery and every ending.

A weight orders what waits; it takes no worker from what runs. So the tasks of a start that compute or copy
for long may not take all of them: assessments, which mostly wait between their samples, half of the workers,
copies of images a quarter. That is a setting of the tasks: a pool would have to be made by hand in an Airflow
that is not ours, and without it nothing would be scheduled.

``claim`` is no start yet: it answers a request, within seconds, and a refused one waits for nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum

from airflow.sdk import DAG
from airflow.sdk.configuration import conf

_ANY_NUMBER = 32  # workers where Airflow is told of no limit; its own default


class Weight(IntEnum):
    """The higher goes first."""

    RECOVERY = 10_000  # a cluster half way, and what finds out whether one is; a person's order
    ENDING = 1_000  # outcome, lease, report
    REQUEST = 500  # whether a run gets its cluster
    RUNNING = 100  # upgrades that have begun, and campaigns
    START = 10  # what begins: nothing is lost by its waiting
    AHEAD = 1  # copies ahead of a window, the audit


_OF_A_TASK = {
    "branch_outcome": Weight.RECOVERY,
    "hold_for_operator": Weight.RECOVERY,
    "close": Weight.ENDING,
    "claim": Weight.REQUEST,
    "prepare": Weight.START,
}
_OF_A_GROUP = {"recover": Weight.RECOVERY, "assess": Weight.START}
_COPIES = 4
_SHARE = {"claim": 2, "assess.check_readiness": 2, "prepare": _COPIES}  # one worker in so many, at most


def upgrade_weight(task_id: str) -> Weight:
    """Of a task of ``issu_cluster``."""
    group = task_id.partition(".")[0]
    return _OF_A_TASK.get(task_id) or _OF_A_GROUP.get(group) or Weight.RUNNING


def recovery_weight(task_id: str) -> Weight:
    """Of a task of ``issu_recover``: nothing of a recovery waits for evidence to be taken."""
    return Weight.RUNNING if task_id == "collect_evidence" else Weight.RECOVERY


def campaign_weight(task_id: str) -> Weight:
    """Of a task of a campaign: its report and end, the starts of its clusters, and the rest."""
    name = task_id.rpartition(".")[2]
    if task_id in ("report", "close"):
        return Weight.ENDING
    return Weight.START if name.startswith("upgrade") else Weight.RUNNING


def always(weight: Weight) -> Callable[[str], Weight]:
    """The same for every task of a DAG."""
    return lambda _: weight


def weigh(dag: DAG, weight_of: Callable[[str], Weight], bounds: Mapping[str, int] | None = None) -> None:
    """For when the tasks are there. ``bounds``: how many of a task may run at once, over all runs."""
    for task in dag.tasks:
        task.priority_weight = int(weight_of(task.task_id))
        task.weight_rule = "absolute"
        if bounds and task.task_id in bounds:
            task.max_active_tis_per_dag = bounds[task.task_id]


def starts_at_once() -> dict[str, int]:
    """``bounds`` of an upgrade's DAG."""
    return {task_id: _one_in(share) for task_id, share in _SHARE.items()}


def copies_at_once() -> int:
    """How many workers may copy ahead of a window, for hours: who is in trouble must find another."""
    return _one_in(_COPIES)


def _one_in(share: int) -> int:
    workers = conf.getint("core", "parallelism", fallback=_ANY_NUMBER) or _ANY_NUMBER
    return max(1, workers // share)
