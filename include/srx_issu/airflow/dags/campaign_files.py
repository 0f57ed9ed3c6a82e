"""The DAGs of the operator's folder campaigns/: of all files, or of the one that a task is run for.

A campaign that runs by an approved plan keeps the DAG of that plan: its file may be edited, broken or deleted
meanwhile, and counts again when the run is over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from airflow.sdk import DAG

from srx_issu import catalog
from srx_issu.airflow.composition.approved_campaigns import approved_campaigns
from srx_issu.airflow.dags.campaign import campaign_dag, campaign_dag_id
from srx_issu.airflow.dags.staging import staging_dag, staging_dag_id
from srx_issu.campaign.model import Campaign
from srx_issu.campaign.naming import DAG_PREFIX
from srx_issu.ports import codec
from srx_issu.ports.campaign import ApprovedCampaign

Running = Callable[[str | None], tuple[ApprovedCampaign, ...]]


def campaign_dags(files: Path, wanted: str | None, running: Running = approved_campaigns) -> Iterator[DAG]:
    """``wanted``: the DAG whose task is about to run, when one is. Each task parses its file anew, so with
    many campaigns making all the others' DAGs would cost more than the task."""
    approved = _approved(wanted, running)
    for path in catalog.campaign_files(files):
        if wanted not in (None, campaign_dag_id(path.stem), staging_dag_id(path.stem)):
            continue
        document = catalog.read_campaign(path)
        yield campaign_dag(_as_planned(document, approved.pop(document.name, None)))
        if document.campaign is not None and document.campaign.staging is not None:
            yield staging_dag(document)
    for name, campaign in approved.items():
        gone = catalog.CampaignDocument(name=name, path=files / "campaigns" / f"{name}.yaml")
        yield campaign_dag(_as_planned(gone, campaign))


def _approved(wanted: str | None, running: Running) -> dict[str, Campaign]:
    """By name; one that an older version wrote in a form that is not read any more is left to its file."""
    if wanted is not None and not wanted.startswith(DAG_PREFIX):
        return {}
    found: dict[str, Campaign] = {}
    for each in running(wanted.removeprefix(DAG_PREFIX) if wanted else None):
        try:
            found[each.name] = codec.loads(Campaign, each.campaign)
        except ValueError:
            continue
    return found


def _as_planned(document: catalog.CampaignDocument, campaign: Campaign | None) -> catalog.CampaignDocument:
    """The document with what was planned, where that runs; its schedule is that of the file, if any."""
    return document if campaign is None else replace(document, campaign=campaign)
