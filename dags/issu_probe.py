"""# Is this cluster understood?

Days before the window: asks a cluster every question of an upgrade, over both wires, and tries what an
upgrade needs: shell, a job that outlives its session, files there and back, the login class, clocks,
addresses. Nothing is changed but one file in /var/tmp, which is removed. A cluster that an upgrade has is
left alone.

Green: READY FOR THE WINDOW. Red: the log has the list. The newest probe of each cluster is a column of
**SRX readiness**; its bundle, without names, addresses and secrets, lies among the evidence (docs/probe.md).
"""

from __future__ import annotations

from airflow.sdk import DAG

from srx_issu.airflow.dags.priority import Weight, always, weigh
from srx_issu.airflow.dags.trigger_form import cluster_param
from srx_issu.airflow.operators.probe import ProbeOperator
from srx_issu.ports.dag_names import PROBE_DAG

with DAG(
    dag_id=PROBE_DAG,
    dag_display_name="ISSU: probe a cluster",
    description="Read-only: is this cluster understood, and is all permitted that an upgrade needs?",
    doc_md=__doc__,
    schedule=None,
    catchup=False,
    params={"cluster": cluster_param()},
    tags=["srx", "audit"],
) as dag:
    ProbeOperator(task_id="probe")
    weigh(dag, always(Weight.AHEAD))
