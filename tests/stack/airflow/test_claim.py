"""The task that claims, without a stack: how a refused request ends, and one that was over before."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, chain
from airflow.sdk.exceptions import AirflowFailException, DownstreamTasksSkipped

from srx_issu.airflow.composition.claiming import Asked
from srx_issu.airflow.operators.claim import ClaimOperator
from srx_issu.domain.errors import LeaseHeld, RequestRefused, UpgradeClosed
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.ports.dag_names import UPGRADE_DAG
from tests.fakes.intents import intent


def execute(answer: Intent | Exception) -> tuple[Any, dict[str, Any]]:
    """What the task returns or raises, and its XComs."""

    def claim(run_id: str, params: Mapping[str, Any], asked: Asked) -> Intent:
        if isinstance(answer, Exception):
            raise answer
        return answer

    with DAG("claims", schedule=None):
        task = ClaimOperator(task_id="claim", claim=claim)
        chain(task, EmptyOperator(task_id="work"), EmptyOperator(task_id="close"))
    pushed: dict[str, Any] = {}
    instance = SimpleNamespace(xcom_push=lambda key, value: pushed.update({key: value}))
    run = SimpleNamespace(dag_id=UPGRADE_DAG, conf={}, triggering_user_name="ada", run_type="manual")
    try:
        return task.execute({"ti": instance, "run_id": "r", "dag_run": run, "params": {}}), pushed  # type: ignore[typeddict-item]
    except (AirflowFailException, DownstreamTasksSkipped) as raised:
        return raised, pushed


@pytest.mark.parametrize("refusal", [RequestRefused("no image"), LeaseHeld("fw-1 is held by manual__1")])
def test_a_refused_request_ends_here_with_its_outcome_and_is_not_tried_again(refusal: Exception) -> None:
    raised, pushed = execute(refusal)
    assert isinstance(raised, AirflowFailException)
    assert pushed["return_value"] == {"outcome": "REFUSED", "reason": str(refusal)}


@pytest.mark.parametrize("outcome", ["NEEDS_OPERATOR", "ROLLED_BACK", "REFUSED"])
def test_a_run_that_was_over_and_red_is_red_again(outcome: str) -> None:
    raised, pushed = execute(UpgradeClosed(outcome, "it is over"))
    assert isinstance(raised, AirflowFailException)
    assert pushed["return_value"]["outcome"] == outcome


def test_a_run_that_was_over_and_green_is_green_again_and_does_nothing() -> None:
    raised, pushed = execute(UpgradeClosed("UPGRADED", "it is over"))
    assert isinstance(raised, DownstreamTasksSkipped)
    assert sorted(raised.tasks) == [("close", -1), ("work", -1)]
    assert pushed == {}


def test_what_was_claimed_is_said() -> None:
    told, _ = execute(intent())
    assert told == {
        "cluster": "fw-1",
        "image": "junos-srxhe-x86-64-22.4R3-S2.11.tgz",
        "release": "22.4R3-S2.11",
    }
