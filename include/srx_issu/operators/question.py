"""A question to a person, asked once more when the try that asked was lost."""

from __future__ import annotations

from typing import Any

from airflow.providers.standard.exceptions import HITLTriggerEventError
from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Context
from airflow.sdk.exceptions import AirflowFailException, TaskDeferralError, TaskDeferralTimeout


class QuestionOperator(HITLOperator):
    """Waits in ``awaiting_input``. No answer in time means no: the task fails for good.

    Give it retries: an answer that comes before the scheduler has seen the asking worker end makes Airflow
    (3.3.2) take the try for one that was killed from outside, and the question is asked again.
    """

    ui_color = "#f9e2e2"

    def resume_execution(self, next_method: str, next_kwargs: dict[str, Any] | None, context: Context) -> Any:
        try:
            return super().resume_execution(next_method, next_kwargs, context)
        except (TaskDeferralError, TaskDeferralTimeout, HITLTriggerEventError) as expired:
            raise AirflowFailException(f"nobody has answered in time: {expired}") from expired
