"""Airflow's word for the state of another run."""

from __future__ import annotations

import pytest
from airflow.sdk.execution_time.comms import DagRunStateResult
from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance

from srx_issu.airflow.composition.runs import GONE, run_state


def answers(monkeypatch: pytest.MonkeyPatch, count: int, state: str) -> None:
    """As the supervisor answers: the state as the execution API's own enum."""
    found = DagRunStateResult(state=state).state  # type: ignore[arg-type]
    monkeypatch.setattr(RuntimeTaskInstance, "get_dr_count", staticmethod(lambda **_: count))
    monkeypatch.setattr(RuntimeTaskInstance, "get_dagrun_state", staticmethod(lambda **_: found))


@pytest.mark.parametrize("state", ["queued", "running", "success", "failed"])
def test_a_state_is_airflows_plain_word(monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    answers(monkeypatch, 1, state)
    assert run_state("spring__1__fw-1") == state


def test_a_run_that_is_not_there_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, 0, "running")
    assert run_state("spring__1__fw-1") == GONE
