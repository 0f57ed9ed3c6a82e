"""# One cluster, one in-service software upgrade

Upgrades one SRX chassis cluster by Juniper's ISSU and verifies it. Each task mirrors a phase or a part of
one and says its steps in its log; a wait is deferred and shows in its log what it sees on both nodes. The run
is green only when the cluster runs the image (or ran it already) and was checked; `close` says the outcome
and the reason.

- **Needs an answer**: `approval.approve_start` (tab *Required Actions*).
- **Red at `claim`**: the request was refused, nothing was sent, and nothing else is run.
- **Red at `hold_for_operator` or `close`**: read the reason there; the cluster stays claimed when a person
  must look. `docs/runbook.md` has the way back.
- **Clear or retry any task at any time**: it looks at the journal and at both nodes first, and an ISSU is
  never sent twice. A run that is closed sends nothing any more; its cluster is looked after by
  `srx-issu recover CLUSTER --take-over --reason '...'`, and another upgrade is another run.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, chain

from srx_issu.airflow.dags import upgrade
from srx_issu.airflow.dags.priority import starts_at_once, upgrade_weight, weigh
from srx_issu.airflow.dags.trigger_form import give_form, upgrade_params
from srx_issu.airflow.operators.claim import ClaimOperator
from srx_issu.ports.dag_names import UPGRADE_DAG

with DAG(
    dag_id=UPGRADE_DAG,
    dag_display_name="ISSU: one cluster",
    description="In-service software upgrade of one SRX chassis cluster",
    doc_md=__doc__,
    schedule=None,
    catchup=False,
    max_active_runs=256,
    tags=["srx", "issu"],
    default_args={"retries": 2, "retry_delay": timedelta(seconds=10)},
) as dag:
    claim = ClaimOperator(task_id="claim")
    assess, prepare, approval = upgrade.assess(), upgrade.prepare(), upgrade.approval()
    window, issu = upgrade.window(), upgrade.issu()
    chain(claim, assess.entry)
    chain(assess.exit, prepare)
    upgrade.to_the_start(prepare, approval, window, issu)

    after = upgrade.outcome()
    chain(issu.exit, after.entry)
    upgrade.close_run(*assess.endings, *after.endings, after.exit)
    give_form(dag, upgrade_params())
    weigh(dag, upgrade_weight, starts_at_once())
