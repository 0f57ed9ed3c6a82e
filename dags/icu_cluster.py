"""# One cluster, one in-band cluster upgrade (ICU)

Upgrades one SRX chassis cluster that has no ISSU by Juniper's ICU: one command on the primary installs the
image on both nodes, reboots the secondary, waits for it, and reboots the primary. **Nothing is synchronised
between the two releases: traffic stops for about 30 seconds when the primary goes down, and its sessions are
lost.** That neither node answers for a while is expected.

- **Needs an answer**: `approval.approve_start` (tab *Required Actions*); for a downgrade
  `approval.approve_downgrade` as well.
- **Red at `claim`**: the request was refused, nothing was sent, and nothing else is run.
- **Red at an `icu.wait_for_...`**: `branch_outcome` decides by what both nodes show. Before the secondary
  reboots the ICU is aborted on the primary and the image taken back; from then on the secondary goes back.
- **Red at `hold_for_operator` or `close`**: read the reason there; the cluster stays claimed when a person
  must look. `docs/runbook.md` has the way back.
- **Clear or retry any task at any time**: it looks at the journal and at both nodes first, and an ICU is
  never sent twice.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, chain

from srx_issu.airflow.dags import routes, upgrade
from srx_issu.airflow.dags.priority import starts_at_once, upgrade_weight, weigh
from srx_issu.airflow.dags.trigger_form import give_form, upgrade_params
from srx_issu.airflow.operators.claim import ClaimOperator
from srx_issu.domain.upgrade.route import Route
from srx_issu.ports.dag_names import ICU_DAG

with DAG(
    dag_id=ICU_DAG,
    dag_display_name="ICU: one cluster",
    description="In-band cluster upgrade of one SRX chassis cluster that has no ISSU",
    doc_md=__doc__,
    schedule=None,
    catchup=False,
    max_active_runs=256,
    tags=["srx", "icu"],
    default_args={"retries": 2, "retry_delay": timedelta(seconds=10)},
) as dag:
    claim = ClaimOperator(task_id="claim")
    assess, prepare = upgrade.assess(), upgrade.prepare(routes.START_ICU, downgrades=True)
    approval, window, icu = (
        upgrade.approval(routes.START_ICU, downgrades=True),
        upgrade.window(),
        routes.icu(),
    )
    chain(claim, assess.entry)
    chain(assess.exit, prepare)
    upgrade.to_the_start(prepare, approval, window, icu)

    after = upgrade.outcome()
    chain(icu.exit, after.entry)
    upgrade.close_run(*assess.endings, *after.endings, after.exit)
    give_form(dag, upgrade_params(Route.ICU))
    weigh(dag, upgrade_weight, starts_at_once())
