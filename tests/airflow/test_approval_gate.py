"""The gate's way of failing, without a running Airflow."""

from __future__ import annotations

from typing import Any

import pytest
from airflow.sdk import Context
from airflow.sdk.exceptions import AirflowFailException

from srx_issu.operators.approval import ApprovalGate
from srx_issu.steps.approval_request import start_request
from srx_issu.steps.confirm_approval import START

TIMED_OUT = {
    "error_type": "timeout",
    "error": "The timeout has passed, and the response has not been received.",
}


@pytest.mark.parametrize(
    ("method", "told"),
    [("__fail__", {"error": "Trigger timeout"}), ("execute_complete", {"event": TIMED_OUT})],
)
def test_a_question_that_has_expired_fails_for_good(method: str, told: dict[str, Any]) -> None:
    gate = ApprovalGate(task_id="approve_start", question=START, request=start_request)
    with pytest.raises(AirflowFailException, match="nobody has answered in time"):
        gate.resume_execution(method, told, Context())
