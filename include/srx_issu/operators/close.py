"""The run's only leaf: writes the outcome, gives the lease back, and fails unless the cluster is upgraded."""

from __future__ import annotations

from typing import Any

from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowFailException

from srx_issu.hooks.workbench import is_open, open_bench
from srx_issu.operators.run_state import REFUSED_KEY, failed_tasks, purpose
from srx_issu.operators.step import waited_out
from srx_issu.ports.journal import Json, Outcome
from srx_issu.steps.close import close


class CloseOperator(BaseOperator):
    """Returns {outcome, reason, ...} as XCom, also when it then fails to colour the run red."""

    ui_color = "#e8f4ea"

    def __init__(self, *, claim_task_id: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.claim_task_id = claim_task_id

    def execute(self, context: Context) -> dict[str, Json]:
        facts = waited_out(lambda _: self._close(context), context, self.log)
        if not Outcome(str(facts["outcome"])).is_success:
            context["ti"].xcom_push(key="return_value", value=facts)
            raise AirflowFailException(f"{facts['outcome']}: {facts['reason']}")
        return facts

    def _close(self, context: Context) -> dict[str, Json]:
        if not is_open(context["run_id"], purpose(context)):
            refused = context["ti"].xcom_pull(task_ids=self.claim_task_id, key=REFUSED_KEY)
            reason = refused or "the upgrade was never claimed; see the log of task claim"
            return {"outcome": Outcome.REFUSED.value, "reason": str(reason)}
        with open_bench(context["run_id"], self.task_id, self.log, purpose=purpose(context)) as bench:
            return close(bench, failed_tasks(self, context))
