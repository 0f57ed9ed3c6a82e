"""# Release a cluster

An upgrade that ended in NEEDS_OPERATOR keeps its cluster: nothing else may touch it. When a person has
put the cluster in order, this run gives it back. Nothing is sent to any device.
"""

from __future__ import annotations

from airflow.sdk import DAG, Param

from srx_issu.airflow.dags.priority import Weight, always, weigh
from srx_issu.airflow.dags.trigger_form import cluster_param
from srx_issu.airflow.operators.release import ReleaseOperator
from srx_issu.ports.dag_names import RELEASE_DAG

with DAG(
    dag_id=RELEASE_DAG,
    dag_display_name="ISSU: release a cluster",
    description="Gives back a cluster that was kept for an operator",
    doc_md=__doc__,
    schedule=None,
    catchup=False,
    params={
        "cluster": cluster_param(),
        "reason": Param("", type="string", title="Reason", description="Why the cluster is in order again"),
    },
    tags=["srx", "issu"],
) as dag:
    ReleaseOperator(task_id="release_cluster")
    weigh(dag, always(Weight.RECOVERY))
