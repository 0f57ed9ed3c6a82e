"""The approval gate: asks a person when policy or the support matrix says so, passes by when not."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any

from airflow.sdk import BaseOperator, Context
from airflow.sdk.bases.xcom import BaseXCom
from airflow.sdk.exceptions import DownstreamTasksSkipped

from srx_issu.hooks.workbench import open_bench
from srx_issu.operators.question import QuestionOperator
from srx_issu.operators.run_state import purpose
from srx_issu.operators.step import StepOperator, run_step
from srx_issu.steps.approval_request import ApprovalRequest
from srx_issu.steps.bench import Bench, Facts
from srx_issu.steps.confirm_approval import APPROVE, REJECT, Question, confirm_approval
from srx_issu.steps.holding import renew_all


class ApprovalGate(QuestionOperator):
    """Asks for the start or a recovery; takes the leases for as long as the answer may take."""

    def __init__(
        self, *, question: Question, request: Callable[[Bench], ApprovalRequest], **kwargs: Any
    ) -> None:
        super().__init__(subject="", options=[APPROVE, REJECT], **kwargs)
        self.question = question
        self.request = request

    def execute(self, context: Context) -> Any:
        with open_bench(context["run_id"], self.task_id, self.log, purpose=purpose(context)) as bench:
            if self.question.why(bench) is None:
                return None
            request = self.request(bench)
            timers = bench.intent.policy.timers
            renew_all(bench.intent, bench.leases, bench.clock.now(), timers.approval_s + timers.lease_s)
        self.subject, self.body = request.subject, request.body
        self.response_timeout = timedelta(seconds=timers.approval_s)
        return super().execute(context)


class ApprovalGuard(BaseOperator):
    """Reads the answer that the gate ``gate_task_id`` handed on and stops unless a person approved.

    When it lets the run go on, it skips ``unneeded``: ids of tasks behind it that this run has no use for.
    """

    ui_color = StepOperator.ui_color

    def __init__(
        self,
        *,
        gate_task_id: str,
        question: Question,
        unneeded: Callable[[Bench], Collection[str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.gate_task_id = gate_task_id
        self.question = question
        self.unneeded = unneeded

    def execute(self, context: Context) -> Facts:
        def step(bench: Bench) -> tuple[Facts, Collection[str]]:
            answer = context["ti"].xcom_pull(task_ids=self.gate_task_id)
            return confirm_approval(bench, answer, self.question), self.unneeded(bench)

        facts, others = run_step(self, context, step)
        if not others:
            return facts
        context["ti"].xcom_push(key=BaseXCom.XCOM_RETURN_KEY, value=facts)
        raise DownstreamTasksSkipped(tasks=[(task_id, -1) for task_id in others])  # type: ignore[no-untyped-call]
