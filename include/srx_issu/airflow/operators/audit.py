"""The tasks of ``issu_audit`` that look. The one that writes the matrix is in ``report``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowFailException

from srx_issu.airflow.composition.auditing import open_audit
from srx_issu.domain.errors import OperatorFileError
from srx_issu.steps.audit.fleet import audit_batch, plan_audit

SMALLEST, LARGEST = 1, 200


class PlanAuditOperator(BaseOperator):
    """Returns the batches: lists of names of clusters. Param ``batch_size``."""

    def execute(self, context: Context) -> list[list[str]]:
        size = min(max(int(context["params"]["batch_size"]), SMALLEST), LARGEST)
        try:
            audit_context = open_audit(context["run_id"], self.log)
        except OperatorFileError as fault:
            raise AirflowFailException(str(fault)) from fault
        plan = plan_audit(audit_context, size)
        self.log.info("%d clusters in %d batches", len(plan.clusters), len(plan.batches))
        return [list(batch) for batch in plan.batches]


class AuditBatchOperator(BaseOperator):
    """Looks at the clusters of one batch, some at a time. Returns the id of the rows it kept."""

    template_fields: Sequence[str] = ()

    def __init__(self, *, batch: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.batch = batch

    def execute(self, context: Context) -> str:
        return audit_batch(open_audit(context["run_id"], self.log, self.batch), self.batch)
