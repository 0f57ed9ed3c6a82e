"""The report of one campaign: one HTML page without script, a table, and the same facts for programs."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import datetime

from pydantic_core import to_json

from srx_issu.ports.campaign import CampaignEvent, CampaignOutcome, CampaignRecord
from srx_issu.report.campaign_story import CampaignStory, tell_campaign
from srx_issu.report.gantt import Chart, chart
from srx_issu.report.page import environment
from srx_issu.report.wording import plain


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
    events: tuple[CampaignEvent, ...],
    ending: tuple[CampaignOutcome, str],
    now: datetime,
) -> CampaignReport:
    """``ending`` is the outcome as it stands; the record has none before the campaign is closed."""
    story = tell_campaign(record, events, ending, now)
    return CampaignReport(html=_page(story), json=to_json(story, indent=1).decode(), csv=_table(story))


def _page(story: CampaignStory) -> str:
    drawn: Chart | None = chart(story.panel) if story.panel.rows else None
    return environment().get_template("campaign.html.j2").render(story=story, drawn=drawn)


def _table(story: CampaignStory) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for line in story.lines:
        writer.writerow(
            [
                line.name,
                line.model,
                line.site,
                line.wave,
                line.result,
                line.started.isoformat() if line.started else "",
                line.ended.isoformat() if line.ended else "",
                f"{line.seconds:.0f}" if line.seconds is not None else "",
                line.attempts,
                line.run_id,
                _cell(line.reason),
            ]
        )
    return out.getvalue()


def _cell(text: str) -> str:
    """Words of devices must not become formulas in a spreadsheet."""
    words = plain(text)
    return f"'{words}" if words[:1] in ("=", "+", "-", "@") else words
