"""A question to people, put by a task that writes the answer down itself when Airflow resumes it.

Nothing is read from XCom for it, so a gate that was marked "success" by hand has no answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn, TypeVar

from airflow.providers.standard.exceptions import HITLTriggerEventError
from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Context
from airflow.sdk.bases.operator import TRIGGER_FAIL_REPR, TriggerFailureReason
from airflow.sdk.exceptions import (
    AirflowException,
    AirflowFailException,
    DownstreamTasksSkipped,
    TaskDeferralError,
    TaskDeferralTimeout,
)

from srx_issu.airflow.triggers.answer import AnswerTrigger
from srx_issu.domain.approvals.rule import Person
from srx_issu.domain.errors import JournalAway, JournalError
from srx_issu.steps.approval.gate_task import Response

R = TypeVar("R")
LOOK_EVERY_S = 5.0
SAY_EVERY_S = 60.0


class QuestionOperator(HITLOperator):
    """Waits in ``awaiting_input``. No answer in time means no: the task fails for good.

    Give it retries: a worker that dies while it writes the answer down must find it again. An answer that
    comes before the scheduler has seen the asking worker end is harmless where decision 034 holds.
    """

    ui_color = "#f9e2e2"

    def execute(self, context: Context, event: dict[str, Any] | None = None) -> Any:  # noqa: ARG002
        """``event``: what Airflow holds of an answer to an earlier try, when that was asked for."""
        return super().execute(context)

    def look_for_answer(self, context: Context) -> NoReturn:
        """Comes back to ``execute`` with what Airflow holds of an answer to the earlier try."""
        self.defer(trigger=AnswerTrigger(str(context["ti"].id)), method_name="execute")
        raise AssertionError("defer raises")

    def resume_execution(self, next_method: str, next_kwargs: dict[str, Any] | None, context: Context) -> Any:
        """The question itself waits without a trigger, so one that failed was asked for an earlier answer:
        nobody can tell of one then, and that is not a no."""
        error = (next_kwargs or {}).get("error")
        if next_method == TRIGGER_FAIL_REPR and error == TriggerFailureReason.TRIGGER_FAILURE:
            return self.execute(context, {})
        try:
            return super().resume_execution(next_method, next_kwargs, context)
        except (TaskDeferralError, TaskDeferralTimeout, HITLTriggerEventError) as expired:
            self.nobody_answered(context)
            raise AirflowFailException(f"nobody has answered in time: {expired}") from expired

    def nobody_answered(self, context: Context) -> None:  # noqa: ARG002 - for those who override it
        """Writes down that this means no; may raise in words of its own."""
        return

    def patiently(self, action: Callable[[], R]) -> R:
        """``action`` again until the journal answers: an answer that was given must not be lost with it."""
        waited_s = 0.0
        while True:
            try:
                return action()
            except (JournalError, AirflowException) as error:
                if not _is_outage(error):
                    raise
                if waited_s % SAY_EVERY_S == 0:
                    self.log.warning("the journal does not answer (%s); waiting for it", error)
            time.sleep(LOOK_EVERY_S)
            waited_s += LOOK_EVERY_S


def response_of(event: Mapping[str, Any]) -> Response:
    """What Airflow resumes a question with. The id is what Airflow itself compares; a person without one is
    nobody."""
    user = event.get("responded_by_user") or {}
    user_id = str(user.get("id") or "") if isinstance(user, Mapping) else ""
    name = str(user.get("name") or "") if isinstance(user, Mapping) else ""
    chosen = tuple(str(option) for option in event.get("chosen_options") or ())
    return Response(person=Person(id=user_id, name=name), chosen=chosen, at=event.get("responded_at"))


def assigned_users(people: Iterable[Person] | None) -> list[dict[str, str]] | None:
    """As Airflow wants them. None = anybody; never an empty list, which Airflow reads the same way."""
    if people is None:
        return None
    users = [{"id": person.id, "name": person.label} for person in people]
    if not users:
        raise AirflowFailException("nobody may answer this question; see policy/approvals.yaml")
    return users


def skip(task_ids: Iterable[str]) -> NoReturn:
    """Ends the task well and skips these, without a worker for each."""
    raise DownstreamTasksSkipped(tasks=[(task_id, -1) for task_id in task_ids])  # type: ignore[no-untyped-call]


def _is_outage(error: BaseException) -> bool:
    if isinstance(error, AirflowFailException):
        return False
    return isinstance(error, JournalAway) or isinstance(error.__cause__, JournalAway)
