"""# One cluster, one in-service software upgrade

Upgrades one SRX chassis cluster by Juniper's ISSU and verifies it. Each task mirrors a phase; a wait is
deferred and shows in its log what it sees on both nodes. The run is green only when the cluster runs the
image (or ran it already) and was checked; `close` says the outcome and the reason.

- **Needs an answer**: `approval.approve_start` (tab *Required Actions*).
- **Red at `hold_for_operator` or `close`**: read the reason there; the cluster stays claimed when a person
  must look. `docs/runbook.md` has the way back.
- **Clear or retry any task at any time**: it looks at the journal and at both nodes first, and an ISSU is
  never sent twice.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, chain

from srx_issu.dag_factory import upgrade
from srx_issu.dag_factory.tasks import ALWAYS, branch, ending, run
from srx_issu.dag_factory.trigger_form import upgrade_params
from srx_issu.operators.claim import ClaimOperator
from srx_issu.operators.close import CloseOperator
from srx_issu.report.task import ReportOperator
from srx_issu.sensors.cluster import WindowSensor
from srx_issu.steps.clean_up import clean_up
from srx_issu.steps.hold_for_operator import hold_for_operator
from srx_issu.steps.judge_outcome import Way, judge_outcome

with DAG(
    dag_id="issu_cluster",
    dag_display_name="ISSU: one cluster",
    description="In-service software upgrade of one SRX chassis cluster",
    doc_md=__doc__,
    schedule=None,
    catchup=False,
    max_active_runs=256,
    params=upgrade_params(),
    tags=["srx", "issu"],
    # upstream: a cluster in the middle of its ISSU goes before those that are still to be looked at.
    default_args={"retries": 2, "retry_delay": timedelta(seconds=10), "weight_rule": "upstream"},
):
    claim = ClaimOperator(task_id="claim")
    assess, prepare, approval = upgrade.assess(), upgrade.prepare(), upgrade.approval()
    window = WindowSensor(task_id="wait_for_window")
    issu = upgrade.issu()
    chain(claim, assess.entry)
    chain(assess.exit, prepare.entry)
    chain(prepare.exit, approval.entry)
    chain(approval.exit, window, issu.entry)

    # The waits before it may have failed or never begun: what both nodes show decides, not their colour.
    ways = {
        Way.VERIFY: "upgraded",
        Way.RECOVER: "recover.diagnose",
        Way.HOLD: "hold_for_operator",
        Way.END: None,
    }
    outcome = branch(judge_outcome, ways, "branch_outcome", trigger_rule=ALWAYS)
    upgraded, recover, hold = ending("upgraded"), upgrade.recover(), run(hold_for_operator)
    verify, fail_back = upgrade.verify(), upgrade.fail_back()
    chain(issu.exit, outcome, [upgraded, recover.entry, hold])
    chain([upgraded, recover.exit], verify.entry)
    chain(verify.exit, fail_back.entry)

    # Whichever way the run went, the others are skipped; the end is reached in any case.
    cleaned = run(clean_up, trigger_rule=ALWAYS)
    chain([*assess.endings, *recover.endings, hold, fail_back.exit], cleaned)
    chain(
        cleaned,
        ReportOperator(task_id="report", trigger_rule=ALWAYS),
        CloseOperator(task_id="close", claim_task_id="claim", trigger_rule=ALWAYS),
    )
