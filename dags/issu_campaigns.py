"""One DAG for each file in the operator's folder campaigns/, one more where it has its images staged ahead,
and one to give orders to a campaign that runs.

A file with faults becomes a DAG that says them; the others are not affected.
"""

from __future__ import annotations

from airflow.sdk import DAG, Param, get_parsing_context

from srx_issu.airflow.dags.campaign_files import campaign_dags
from srx_issu.airflow.dags.priority import Weight, always, weigh
from srx_issu.airflow.operators.campaign_order import OrderOperator
from srx_issu.catalog import files_folder
from srx_issu.ports.dag_names import CAMPAIGN_ORDER_DAG

globals().update({dag.dag_id: dag for dag in campaign_dags(files_folder(), get_parsing_context().dag_id)})

with DAG(
    dag_id=CAMPAIGN_ORDER_DAG,
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
) as order:
    OrderOperator(task_id="give_order")
    weigh(order, always(Weight.RECOVERY))
