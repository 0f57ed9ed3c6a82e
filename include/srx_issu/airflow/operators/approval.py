"""The approval gates: each asks one person when policy or the support matrix says so, and writes the answer.

Several stand in a row. The first asks; a following one asks a further approver, or puts a question that has
changed since; those that are not needed are skipped by the one before them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from airflow.sdk import Context

from srx_issu.airflow.operators.question import QuestionOperator, assigned_users, response_of, skip
from srx_issu.airflow.operators.step import run_step
from srx_issu.domain.approvals.judge import APPROVE, REJECT
from srx_issu.domain.approvals.rule import ApprovalPurpose
from srx_issu.domain.upgrade.another_route import EVERY_ROUTE
from srx_issu.steps.approval.gate import approach, give_up, hear, is_unanswered
from srx_issu.steps.approval.gate_task import AskPerson, Enough, Gate, NextGate
from srx_issu.steps.approval.lost_answer import LostAnswer
from srx_issu.steps.approval.request import ApprovalRequest
from srx_issu.steps.context import UpgradeContext

GATES = 4  # up to three approvers, and a question that has changed


class ApprovalGate(QuestionOperator):
    """Asks for the start or a recovery; takes the leases for as long as the answer may take.

    ``number`` of the gates in a row, from 1; ``spares``: the tasks of those behind it.
    """

    def __init__(
        self,
        *,
        purpose: ApprovalPurpose,
        request: Callable[[UpgradeContext], ApprovalRequest],
        number: int,
        spares: Sequence[str],
        **kwargs: Any,
    ) -> None:
        options = [APPROVE, REJECT, *(EVERY_ROUTE if purpose is ApprovalPurpose.START else ())]
        super().__init__(subject="", options=options, **kwargs)  # a question offers fewer
        self.purpose = purpose
        self.request = request
        self.number = number
        self.spares = tuple(spares)

    def execute(self, context: Context, event: dict[str, Any] | None = None) -> Any:
        gate = self._gate(context)
        if event is None and gate.try_number > 1 and self.patiently(lambda: self._is_unanswered(context)):
            self.look_for_answer(context)
        lost = LostAnswer.from_event(event)
        found = self.patiently(
            lambda: run_step(self, context, lambda b: approach(b, gate, self.request, lost))
        )
        if not isinstance(found, AskPerson):
            return self._go_on(found)
        self.subject, self.body, self.options = found.subject, found.body, list(found.options)
        self.assigned_users = assigned_users(found.assigned)  # type: ignore[assignment]
        self.response_timeout = timedelta(seconds=found.within_s)
        return super().execute(context)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> Any:
        super().execute_complete(context, event)
        gate, response = self._gate(context), response_of(event)
        return self._go_on(self.patiently(lambda: run_step(self, context, lambda b: hear(b, gate, response))))

    def nobody_answered(self, context: Context) -> None:
        gate = self._gate(context)
        self.patiently(lambda: run_step(self, context, lambda b: give_up(b, gate)))

    def _is_unanswered(self, context: Context) -> bool:
        return run_step(
            self, context, lambda upgrade_context: is_unanswered(upgrade_context, self._gate(context))
        )

    def _go_on(self, found: Enough | NextGate) -> None:
        self.log.info("%s", found.reason)
        if isinstance(found, Enough) and self.spares:
            skip(self.spares)

    def _gate(self, context: Context) -> Gate:
        return Gate(
            purpose=self.purpose,
            number=self.number,
            try_number=context["ti"].try_number,
            spares=len(self.spares),
            clearings=context["ti"].max_tries,  # Airflow adds to it for each clearing
        )
