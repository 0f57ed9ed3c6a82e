"""The DAGs of the operator's folder campaigns/: of all files, or of the one that a task is run for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from airflow.sdk import DAG

from srx_issu import catalog
from srx_issu.dag_factory.campaign import campaign_dag, campaign_dag_id
from srx_issu.dag_factory.staging import staging_dag, staging_dag_id


def campaign_dags(files: Path, wanted: str | None) -> Iterator[DAG]:
    """``wanted``: the DAG whose task is about to run, when one is. Each task parses its file anew, so with
    many campaigns making all the others' DAGs would cost more than the task."""
    for path in catalog.campaign_files(files):
        if wanted not in (None, campaign_dag_id(path.stem), staging_dag_id(path.stem)):
            continue
        document = catalog.read_campaign(path)
        yield campaign_dag(document)
        if document.campaign is not None and document.campaign.staging is not None:
            yield staging_dag(document)
