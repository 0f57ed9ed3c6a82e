"""One DAG for each file in the operator's folder campaigns/, one more where it has its images staged ahead,
and one to give orders to a campaign that runs.

A file with faults becomes a DAG that says them; the others are not affected.
"""

from __future__ import annotations

from airflow.sdk import DAG, Param

from srx_issu import catalog
from srx_issu.dag_factory.campaign import campaign_dag
from srx_issu.dag_factory.staging import staging_dag
from srx_issu.operators.campaign_order import OrderOperator

for document in catalog.read_campaigns(catalog.files_folder()):
    dags = [campaign_dag(document)]
    if document.campaign is not None and document.campaign.staging is not None:
        dags.append(staging_dag(document))
    globals().update({dag.dag_id: dag for dag in dags})

with DAG(
    dag_id="issu_campaign_order",
    dag_display_name="Campaign: give an order",
    description="Pauses, resumes or aborts a campaign; what runs goes on to its end",
    schedule=None,
    catchup=False,
    params={
        "campaign": Param("", type="string", title="Campaign run", description="Its id, from srx-issu"),
        "order": Param("pause", type="string", enum=["pause", "resume", "abort"], title="Order"),
        "reason": Param("", type="string", title="Reason"),
    },
    tags=["srx", "campaign"],
):
    OrderOperator(task_id="give_order")
