"""# How ready is every cluster?

Looks at the whole inventory and judges every precondition of an ISSU to the newest image of the catalogue
that fits the model. Nothing is changed on any device; clusters that an upgrade has are left alone. The
matrix is under **SRX readiness** in the menu, and as HTML, CSV and JSON among the evidence; the log of
`write_matrix` names the file. A cluster that does not answer is a row of the matrix, never a failed run.

Once a day unless the environment variable `SRX_ISSU_AUDIT_SCHEDULE` says otherwise: a cron expression, or
`none` for "by hand only".
"""

from __future__ import annotations

import os
from datetime import timedelta

from airflow.sdk import DAG, Param

from srx_issu.airflow.dags.priority import Weight, always, weigh
from srx_issu.airflow.dags.schedule import audit_schedule
from srx_issu.airflow.dags.tasks import ALWAYS
from srx_issu.airflow.operators.audit import AuditBatchOperator, PlanAuditOperator
from srx_issu.airflow.reports.audit import AuditMatrixOperator
from srx_issu.ports.dag_names import AUDIT_DAG

with DAG(
    dag_id=AUDIT_DAG,
    dag_display_name="ISSU: readiness of the fleet",
    description="Read-only: which clusters could be upgraded now, and what stands in the way",
    doc_md=__doc__,
    schedule=audit_schedule(os.environ.get("SRX_ISSU_AUDIT_SCHEDULE", "")),
    catchup=False,
    max_active_runs=1,
    params={
        "batch_size": Param(
            10, type="integer", minimum=1, maximum=200, title="Clusters a task", section="Pace"
        ),
    },
    tags=["srx", "audit"],
    default_args={"retries": 1, "retry_delay": timedelta(seconds=30)},
) as dag:
    plan = PlanAuditOperator(task_id="plan_audit")
    look = AuditBatchOperator.partial(task_id="audit_batch", max_active_tis_per_dagrun=4).expand(
        batch=plan.output
    )
    look >> AuditMatrixOperator(task_id="write_matrix", trigger_rule=ALWAYS)
    weigh(dag, always(Weight.AHEAD))
