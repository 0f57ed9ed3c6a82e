"""The report of one campaign from its account: clusters, outcomes, times, approvals, findings. Pure.

One HTML page without script, a table for spreadsheets, and the same facts for programs.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic_core import to_json

from srx_issu.campaign.budget import counted
from srx_issu.campaign.choose import LeftOut
from srx_issu.campaign.naming import upgrade_id
from srx_issu.ports.campaign import CampaignEvent, CampaignEventKind, CampaignOutcome, CampaignRecord
from srx_issu.report.gantt import Chart, chart
from srx_issu.report.page import environment
from srx_issu.report.timeline import Panel, Row, Span, SpanState
from srx_issu.report.wording import plain
from srx_issu.steps.campaign_close import summary
from srx_issu.steps.campaign_state import plan_of, read_state


@dataclass(frozen=True, kw_only=True)
class ClusterLine:
    """One cluster of the plan. ``started`` is the first attempt's, ``ended`` the last one's."""

    name: str
    model: str
    site: str
    wave: int
    result: str
    reason: str
    attempts: int
    run_id: str
    started: datetime | None
    ended: datetime | None

    @property
    def seconds(self) -> float | None:
        return (self.ended - self.started).total_seconds() if self.started and self.ended else None


@dataclass(frozen=True, kw_only=True)
class CampaignStory:
    """Everything the three forms of the report tell."""

    campaign_id: str
    name: str
    requested_by: str
    digest: str
    outcome: CampaignOutcome | None
    reason: str
    opened_at: datetime
    ended_at: datetime
    summary: str
    budget: str
    lines: tuple[ClusterLine, ...]
    left_out: tuple[LeftOut, ...]
    decisions: tuple[CampaignEvent, ...]  # approvals, judgements, answers, orders
    panel: Panel


@dataclass(frozen=True, kw_only=True)
class CampaignReport:
    html: str
    json: str
    csv: str


_DECISIONS = (
    CampaignEventKind.APPROVED,
    CampaignEventKind.OPENED,
    CampaignEventKind.JUDGED,
    CampaignEventKind.ANSWERED,
    CampaignEventKind.ORDERED,
)
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


def tell_campaign(
    record: CampaignRecord,
    events: tuple[CampaignEvent, ...],
    ending: tuple[CampaignOutcome, str],
    now: datetime,
) -> CampaignStory:
    found, state = plan_of(events), read_state(events)
    ended_at = record.closed_at or now
    lines: list[ClusterLine] = []
    left_out: tuple[LeftOut, ...] = ()
    budget = "no plan"
    if found is not None:
        plan, campaign = found
        left_out = plan.left_out
        failed = counted(state.results, campaign.budget)
        total = campaign.budget.total
        budget = f"{len(failed)} failed of {total if total is not None else 'any number'} that are borne"
        times = _times(events)
        for wave in plan.waves:
            for cluster in wave.clusters:
                started, ended = times.get(cluster.name, (None, None))
                attempt = state.attempt(cluster.name)
                lines.append(
                    ClusterLine(
                        name=cluster.name,
                        model=cluster.model,
                        site=cluster.site,
                        wave=wave.number,
                        result=str(state.results.get(cluster.name, "NOT_STARTED")),
                        reason=state.reasons.get(cluster.name, ""),
                        attempts=attempt if started else 0,
                        run_id=upgrade_id(record.campaign_id, cluster.name, attempt),
                        started=started,
                        ended=ended,
                    )
                )
    return CampaignStory(
        campaign_id=record.campaign_id,
        name=record.name,
        requested_by=record.requested_by,
        digest=found[0].digest if found else "",
        outcome=ending[0],
        reason=ending[1],
        opened_at=record.opened_at,
        ended_at=ended_at,
        summary=summary(state),
        budget=budget,
        lines=tuple(lines),
        left_out=left_out,
        decisions=tuple(event for event in events if event.kind in _DECISIONS),
        panel=_panel(lines, record.opened_at, ended_at),
    )


def _times(events: tuple[CampaignEvent, ...]) -> Mapping[str, tuple[datetime | None, datetime | None]]:
    found: dict[str, tuple[datetime | None, datetime | None]] = {}
    for event in events:
        if event.cluster is None:
            continue
        started, _ = found.get(event.cluster, (None, None))
        if event.kind is CampaignEventKind.STARTED:
            found[event.cluster] = (started or event.at, None)
        elif event.kind is CampaignEventKind.ENDED:
            found[event.cluster] = (started, event.at)
    return found


def _panel(lines: list[ClusterLine], start: datetime, end: datetime) -> Panel:
    rows = tuple(
        Row(
            step=line.name,
            spans=(Span(start=line.started, end=line.ended or end, state=_state(line)),),
            limit_s=None,
        )
        for line in lines
        if line.started
    )
    return Panel(title="Clusters", start=start, end=end, rows=rows)


def _state(line: ClusterLine) -> SpanState:
    if line.ended is None:
        return SpanState.RUNNING
    if line.result in ("UPGRADED", "UPGRADED_WITH_FINDINGS", "ALREADY_CURRENT", "PLANNED"):
        return SpanState.DONE
    return SpanState.DOUBTFUL if line.result == "UNKNOWN" else SpanState.FAILED


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
