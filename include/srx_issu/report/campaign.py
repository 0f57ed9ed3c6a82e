"""The report of one campaign: one HTML page without script, a table, and the same facts for programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pydantic_core import to_json

from srx_issu.campaign.entry import CampaignEntry
from srx_issu.ports.campaign import CampaignOutcome, CampaignRecord
from srx_issu.report.campaign_model import CampaignReportModel, ClusterLine, campaign_report_model
from srx_issu.report.gantt import Chart, chart
from srx_issu.report.page import environment
from srx_issu.report.spreadsheet import table


@dataclass(frozen=True, kw_only=True)
class CampaignReport:
    html: str
    json: str
    csv: str


_COLUMNS = (
    "cluster",
    "model",
    "site",
    "wave",
    "route",
    "outage",
    "result",
    "started",
    "ended",
    "seconds",
    "attempts",
    "run",
    "reason",
)


def build_campaign_report(
    record: CampaignRecord,
    events: tuple[CampaignEntry, ...],
    ending: tuple[CampaignOutcome, str],
    now: datetime,
) -> CampaignReport:
    """``ending`` is the outcome as it stands; the record has none before the campaign is closed."""
    report = campaign_report_model(record, events, ending, now)
    return CampaignReport(html=_page(report), json=to_json(report, indent=1).decode(), csv=_table(report))


def _page(report: CampaignReportModel) -> str:
    drawn: Chart | None = chart(report.panel) if report.panel.rows else None
    return environment().get_template("campaign.html.j2").render(report=report, drawn=drawn)


def _table(report: CampaignReportModel) -> str:
    return table([_COLUMNS, *(_row(line) for line in report.lines)])


def _row(line: ClusterLine) -> list[object]:
    return [
        line.name,
        line.model,
        line.site,
        line.wave,
        line.route.value,
        line.outage,
        line.result,
        line.started.isoformat() if line.started else None,
        line.ended.isoformat() if line.ended else None,
        round(line.seconds) if line.seconds is not None else None,
        line.attempts,
        line.run_id,
        line.reason,
    ]
