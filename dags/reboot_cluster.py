"""# One cluster, both nodes rebooted together

Brings one SRX chassis cluster to another release where no in-service upgrade exists, downgrades included:
the image is installed on each node by itself, then both reboot. **Traffic stops for one boot, sessions are
lost.** Nothing reboots before both nodes show the same pending image; the second node is down before the
first can be back, because nodes of two releases must never hear each other (KB17947).

- **Needs an answer**: `approval.approve_start` (tab *Required Actions*); for a downgrade
  `approval.approve_downgrade` as well.
- **Red at `claim`**: the request was refused, nothing was sent, and nothing else is run.
- **Red at `both.install`**: nothing has rebooted; the image is taken back where it was installed.
- **Red at `both.reboot` or `both.nodes_back`**: read the reason at `hold_for_operator` or `close` at once.
  Where it names cables, pull them first.
- **Clear or retry any task at any time**: it looks at the journal and at both nodes first.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, chain

from srx_issu.airflow.dags import routes, upgrade
from srx_issu.airflow.dags.priority import starts_at_once, upgrade_weight, weigh
from srx_issu.airflow.dags.trigger_form import give_form, upgrade_params
from srx_issu.airflow.operators.claim import ClaimOperator
from srx_issu.domain.upgrade.route import Route
from srx_issu.ports.dag_names import REBOOT_DAG

with DAG(
    dag_id=REBOOT_DAG,
    dag_display_name="Dual reboot: one cluster",
    description="Both nodes of one SRX chassis cluster installed, then rebooted together",
    doc_md=__doc__,
    schedule=None,
    catchup=False,
    max_active_runs=256,
    tags=["srx", "dual reboot"],
    default_args={"retries": 2, "retry_delay": timedelta(seconds=10)},
) as dag:
    claim = ClaimOperator(task_id="claim")
    assess, prepare = upgrade.assess(), upgrade.prepare(routes.INSTALL_BOTH, downgrades=True)
    approval, window = upgrade.approval(routes.INSTALL_BOTH, downgrades=True), upgrade.window()
    both = routes.dual_reboot()
    chain(claim, assess.entry)
    chain(assess.exit, prepare)
    upgrade.to_the_start(prepare, approval, window, both)

    after = upgrade.outcome()
    chain(both.exit, after.entry)
    upgrade.close_run(*assess.endings, *after.endings, after.exit)
    give_form(dag, upgrade_params(Route.DUAL_REBOOT))
    weigh(dag, upgrade_weight, starts_at_once())
