"""The run's only leaf: outcome, clean-up, lease, report; and it fails unless the cluster is upgraded.

The outcome comes first, and nothing that follows can keep it or the lease from being written. What this
upgrade has put on a node is removed while the cluster is still its own: another upgrade may need the same
file a moment later; so is evidence taken of a failure that has none yet. The report comes last: it tells of
the end, too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowFailException

from srx_issu.airflow.composition.stores import Stores, open_stores
from srx_issu.airflow.composition.upgrade import is_open, note_failure, open_upgrade
from srx_issu.airflow.operators.evidence import COLLECT, keep
from srx_issu.airflow.operators.run_state import failed_tasks, own_dag
from srx_issu.airflow.operators.step import run_step, waited_out
from srx_issu.domain.errors import ConnectionUnusable, JournalAway
from srx_issu.domain.history.step_events import StepFailed
from srx_issu.domain.outcome import Outcome
from srx_issu.ports.journal import Json
from srx_issu.steps.context import Facts, UpgradeContext
from srx_issu.steps.evidence.at_the_end import evidence_at_the_end
from srx_issu.steps.upgrade.clean_up import clean_up, left_undone
from srx_issu.steps.upgrade.close import close, is_closed, settle

CLEAN_UP, REPORT = "clean_up", "report"  # steps of this task
WriteReport = Callable[[Stores, str, str], dict[str, Json]]  # stores, upgrade, step -> evidence ids


class CloseOperator(BaseOperator):
    """Returns {outcome, reason, ...} as XCom, also when it then fails to colour the run red."""

    ui_color = "#e8f4ea"

    def __init__(self, *, report: WriteReport, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.report = report

    def execute(self, context: Context) -> Facts:
        if not waited_out(lambda _: is_open(context["run_id"], own_dag(context)), context, self.log):
            raise AirflowFailException("nothing was claimed, so there is nothing to close; see task claim")
        failed = failed_tasks(self, context)
        run_step(self, context, lambda upgrade_context: _settle(upgrade_context, failed))
        keep(self, context, COLLECT, evidence_at_the_end)
        self._clean_up(context)
        facts = run_step(self, context, lambda upgrade_context: close(upgrade_context, failed))
        facts = {**facts, **self._report(context)}
        if not Outcome(str(facts["outcome"])).is_success:
            context["ti"].xcom_push(key="return_value", value=facts)
            raise AirflowFailException(f"{facts['outcome']}: {facts['reason']}")
        return facts

    def _clean_up(self, context: Context) -> None:
        """Whatever goes wrong with it: the upgrade is closed."""
        try:
            waited_out(lambda _: self._try_to_clean_up(context), context, self.log)
        except ConnectionUnusable as error:
            with self._opened(context) as upgrade_context:
                left_undone(upgrade_context, str(error))

    def _try_to_clean_up(self, context: Context) -> None:
        with self._opened(context) as upgrade_context:
            if is_closed(upgrade_context):
                return
            try:
                clean_up(upgrade_context)
            except (JournalAway, ConnectionUnusable):
                raise
            except Exception as error:
                self.log.exception("the clean-up was left undone")
                left_undone(upgrade_context, f"{type(error).__name__}: {error}")

    def _opened(self, context: Context) -> AbstractContextManager[UpgradeContext]:
        return open_upgrade(context["run_id"], CLEAN_UP, self.log, dag_id=own_dag(context))

    def _report(self, context: Context) -> Facts:
        """The upgrade is over: a report that cannot be written is said, and changes nothing."""
        upgrade_id = context["run_id"]
        try:
            written = waited_out(lambda _: self.report(open_stores(), upgrade_id, REPORT), context, self.log)
        except Exception as error:
            self.log.exception(
                "the report could not be written; the upgrade's page in the UI shows its journal"
            )
            text = f"the report could not be written: {type(error).__name__}: {error}"
            failed = StepFailed(task=self.task_id)
            note_failure(upgrade_id, REPORT, text, self.log, dag_id=own_dag(context), failed=failed)
            return {"report": None}
        return {"report": written.get("html")}


def _settle(upgrade_context: UpgradeContext, failed: Sequence[str]) -> Facts:
    return {} if is_closed(upgrade_context) else {"outcome": settle(upgrade_context, failed).outcome.value}
