"""The task that writes a campaign's report beside the evidence of the upgrades."""

from __future__ import annotations

from typing import Any

from airflow.sdk import BaseOperator, Context, ObjectStoragePath

from srx_issu.adapters.journal.campaign_files import KINDS, CampaignFiles
from srx_issu.airflow.composition.settings import evidence_url
from srx_issu.airflow.operators.campaign import campaign_context_of
from srx_issu.airflow.operators.failures import as_airflow_failure
from srx_issu.campaign.events import ReportWritten
from srx_issu.ports.journal import Json
from srx_issu.report.campaign import build_campaign_report
from srx_issu.steps.campaign.close import conclude_campaign, ending_of
from srx_issu.steps.campaign.context import CampaignContext


class CampaignReportOperator(BaseOperator):
    """Returns where ``report.html``, ``.csv`` and ``.json`` are; nothing for a campaign never planned."""

    ui_color = "#e8f4ea"

    def __init__(self, *, campaign: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.campaign = campaign

    def execute(self, context: Context) -> dict[str, Json]:
        with as_airflow_failure():
            return write_campaign_report(campaign_context_of(self, self.campaign, context))


def write_campaign_report(campaign_context: CampaignContext) -> dict[str, Json]:
    """Written anew whenever it is asked for: the journal it is made from only grows."""
    record = campaign_context.journal.campaign(campaign_context.campaign_id)
    if record is None:
        return {}
    events = campaign_context.journal.entries(campaign_context.campaign_id)
    ending = ending_of(campaign_context, *conclude_campaign(events, plan_only=campaign_context.plan_only))
    report = build_campaign_report(record, events, ending, campaign_context.clock.now())
    files = CampaignFiles(ObjectStoragePath(evidence_url()))
    written: dict[str, str] = {
        kind: files.write(campaign_context.campaign_id, kind, getattr(report, kind)) for kind in KINDS
    }
    campaign_context.record(ReportWritten(documents=written), "report written")
    return {**written}
