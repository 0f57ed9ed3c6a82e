"""# One cluster, one node after the other, with the links apart

Brings one SRX chassis cluster to another release by the minimal downtime procedure (KB17947). **The most
dangerous route**: while control and fabric link are apart, a mistake makes both nodes answer for the same
addresses. A person is on site for the cables, and is named when the run is asked for.

- **Needs an answer**: `approval.approve_start`; then, from who is on site, `apart.take_apart` and
  `apart.join` (tab *Required Actions*). An answer opens nothing: the run goes on when both
  nodes show it themselves.
- **Traffic stops** at `apart.move_traffic`, for as long as one node takes to close its ports and the other to
  open its own. Nothing before it interrupts, and until then the way back is without an outage.
- **Red at `claim`**: the request was refused, nothing was sent, and nothing else is run.
- **Red at any `apart` task**: read the reason at `hold_for_operator`, `recover` or `close` at once. Where it
  names cables, pull them first. Never join two nodes that run different releases.
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
from srx_issu.ports.dag_names import MINIMAL_DOWNTIME_DAG

with DAG(
    dag_id=MINIMAL_DOWNTIME_DAG,
    dag_display_name="Minimal downtime: one cluster",
    description="One node of one SRX chassis cluster after the other, their links apart meanwhile",
    doc_md=__doc__,
    schedule=None,
    catchup=False,
    max_active_runs=256,
    tags=["srx", "minimal downtime"],
    default_args={"retries": 2, "retry_delay": timedelta(seconds=10)},
) as dag:
    claim = ClaimOperator(task_id="claim")
    assess, prepare = upgrade.assess(), upgrade.prepare(routes.RELAX, downgrades=True)
    approval, window = upgrade.approval(routes.RELAX, downgrades=True), upgrade.window()
    apart = routes.minimal_downtime()
    chain(claim, assess.entry)
    chain(assess.exit, prepare)
    upgrade.to_the_start(prepare, approval, window, apart)

    after = upgrade.outcome()
    chain(apart.exit, after.entry)
    upgrade.close_run(*assess.endings, *after.endings, after.exit)
    give_form(dag, upgrade_params(Route.MINIMAL_DOWNTIME))
    weigh(dag, upgrade_weight, starts_at_once())
