"""# Recover one cluster

Puts a cluster back, or finishes its upgrade, when an ISSU has stopped half way that no run of `issu_cluster`
looks after any more: it was started by hand, or by a controller that died. What another route has left is put
back by the plan of that route.

- **Give** the cluster and the reason. The image (what the ISSU was to install) only where neither the journal
  nor the nodes tell it. *Take over* when an upgrade of this cluster ended in NEEDS_OPERATOR, or when its run
  is over or gone and left the cluster claimed.
- **It looks first** (`observe`), and goes on only when nothing has moved on either node for a while
  (`wait_until_quiet`): an ISSU that still runs is left alone.
- **It asks** (`recover.approve_recovery`, tab *Required Actions*) with the plan and what was found on each
  node, unless `policy/failures.yaml` lets this failure be handled without.
- **Red** also when it succeeded in putting the cluster back: the upgrade failed. `close` says the outcome.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, chain

from srx_issu.airflow.composition.claiming import claim_for_recovery
from srx_issu.airflow.dags import upgrade
from srx_issu.airflow.dags.priority import recovery_weight, weigh
from srx_issu.airflow.dags.tasks import looks, run
from srx_issu.airflow.dags.trigger_form import give_form, recovery_params
from srx_issu.airflow.operators.claim import ClaimOperator
from srx_issu.airflow.sensors.cluster import QuietSensor
from srx_issu.ports.dag_names import RECOVERY_DAG
from srx_issu.steps.upgrade.observe import observe, observe_again

with DAG(
    dag_id=RECOVERY_DAG,
    dag_display_name="ISSU: recover one cluster",
    description="Puts back one cluster whose in-service upgrade stopped half way",
    doc_md=__doc__,
    schedule=None,
    catchup=False,
    max_active_runs=64,
    tags=["srx", "issu"],
    default_args={"retries": 2, "retry_delay": timedelta(seconds=10)},
) as dag:
    claim = ClaimOperator(task_id="claim", claim=claim_for_recovery)
    quiet = QuietSensor(task_id="wait_until_quiet")
    after = upgrade.outcome()
    first, again = (
        run("observe", looks("observe", observe)),
        run("observe_again", looks("observe_again", observe_again)),
    )
    chain(claim, first, quiet, again, after.entry)
    upgrade.close_run(*after.endings, after.exit)
    give_form(dag, recovery_params())
    weigh(dag, recovery_weight)
