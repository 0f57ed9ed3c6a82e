"""Which tasks a branch skips at once: those that nothing else can reach any more."""

from __future__ import annotations

from enum import StrEnum
from types import SimpleNamespace

import pytest
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, TriggerRule, chain
from airflow.sdk.exceptions import DownstreamTasksSkipped, TaskDeferred

from srx_issu.airflow.operators.step import BranchStepOperator, dead_ends, pause
from srx_issu.airflow.triggers.pause import PauseTrigger
from srx_issu.steps.waits.converge import NotYet


class Way(StrEnum):
    """The ways on."""

    TAKEN = "taken"
    FIRST = "first"


def test_a_way_not_taken_is_skipped_as_a_whole_and_no_task_that_another_way_leads_to() -> None:
    with DAG("ways", schedule=None) as dag:
        branch, taken, join = (EmptyOperator(task_id=name) for name in ("branch", "taken", "join"))
        way = [EmptyOperator(task_id=name) for name in ("first", "second", "third")]
        always = EmptyOperator(task_id="always", trigger_rule=TriggerRule.ALL_DONE)
        chain(branch, [taken, way[0]])
        chain(*way, always)
        chain([taken, way[1]], join)
    assert dead_ends(dag, {"first"}) == {"second", "third"}
    assert dead_ends(dag, {"first", "taken"}) == {"second", "third", "join"}


def test_a_branch_tells_airflow_to_skip_all_of_them_at_once() -> None:
    with DAG("ways", schedule=None):
        branch = BranchStepOperator(task_id="branch", parts=(), branches={way: way.value for way in Way})
        way = [EmptyOperator(task_id=name) for name in ("first", "second", "third")]
        always = EmptyOperator(task_id="always", trigger_rule=TriggerRule.ALL_DONE)
        chain(branch, [EmptyOperator(task_id="taken"), way[0]])
        chain(*way, always)
    task_instance = SimpleNamespace(task=branch, map_index=-1, xcom_push=lambda **_: None)
    with pytest.raises(DownstreamTasksSkipped) as told:
        branch.follow({"ti": task_instance}, "taken")  # type: ignore[typeddict-item]
    assert told.value.tasks == [("first", -1), ("second", -1), ("third", -1)]


def test_a_branch_that_cannot_decide_yet_looks_again_without_holding_a_worker() -> None:
    with DAG("ways", schedule=None):
        branch = BranchStepOperator(task_id="branch", parts=(), branches={way: way.value for way in Way})
    with pytest.raises(TaskDeferred) as deferred:
        pause(branch, NotYet(reason="the ISSU is under way", pause_s=60.0), "branch")
    assert isinstance(deferred.value.trigger, PauseTrigger)
    assert (deferred.value.method_name, deferred.value.kwargs) == ("look_again", {"part": "branch"})
    assert callable(branch.look_again)


def test_a_task_in_the_middle_that_runs_whatever_came_before_it_is_skipped_with_all_of_that() -> None:
    with DAG("ways", schedule=None) as dag:
        first, middle, last = (
            EmptyOperator(task_id="first"),
            EmptyOperator(task_id="middle", trigger_rule=TriggerRule.ALL_DONE),
            EmptyOperator(task_id="last", trigger_rule=TriggerRule.ALL_DONE),
        )
        chain(first, middle, last)
    assert dead_ends(dag, {"first"}) == {"middle"}
