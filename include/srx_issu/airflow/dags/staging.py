"""The DAG that copies a campaign's images ahead of its window: sites beside each other, then one summary."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, CronTriggerTimetable

from srx_issu.airflow.dags.priority import Weight, always, copies_at_once, weigh
from srx_issu.airflow.dags.tasks import ALWAYS
from srx_issu.airflow.operators.staging import CloseStaging, PlanStaging, StageSite
from srx_issu.campaign.naming import STAGING_PREFIX
from srx_issu.catalog import CampaignDocument

_SITES_AT_ONCE = 4  # each holds a worker while it copies

_WORDS = """# Images of campaign {name}, ahead of its window

Copies each cluster's image to both nodes, site by site within the limits of `staging` in `{path}`, and proves
it by the node's own SHA-256. Only files are touched; the cluster cannot be upgraded meanwhile. Run it as
often as you like: what is there is left alone, what was cut off goes on. What is missing is said in the
approval of the campaign's plan, and each upgrade copies it then.
"""


def staging_dag_id(name: str) -> str:
    return f"{STAGING_PREFIX}{name}"


def staging_dag(document: CampaignDocument) -> DAG:
    """Of a sound file that has a section ``staging``."""
    name, schedule = document.name, document.staging_schedule
    with DAG(
        dag_id=staging_dag_id(name),
        dag_display_name=f"Staging: {name}",
        description=f"Copies the images of campaign {name} ahead of its window",
        doc_md=_WORDS.format(name=name, path=document.path),
        schedule=CronTriggerTimetable(schedule, timezone="UTC") if schedule else None,
        catchup=False,
        max_active_runs=1,
        tags=["srx", "campaign", "staging"],
        default_args={"retries": 2, "retry_delay": timedelta(seconds=30)},
    ) as dag:
        plan = PlanStaging(task_id="plan_staging", campaign=name)
        stage = StageSite.partial(
            task_id="stage_site",
            campaign=name,
            max_active_tis_per_dagrun=min(_SITES_AT_ONCE, copies_at_once()),
            map_index_template="{{ task.site }}",
        ).expand(work=plan.output)
        stage >> CloseStaging(task_id="close", campaign=name, trigger_rule=ALWAYS)
        weigh(dag, always(Weight.AHEAD))
    return dag
