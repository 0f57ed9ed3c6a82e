"""What there is to tell of one campaign, from its journal: clusters, outcomes, times, decisions. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from srx_issu.campaign.budget import counted
from srx_issu.campaign.choose import LeftOut
from srx_issu.campaign.entry import CampaignEntry, CampaignEntryKind
from srx_issu.campaign.model import Campaign, Result
from srx_issu.campaign.naming import upgrade_id
from srx_issu.campaign.plan import CampaignPlan, PlannedCluster
from srx_issu.campaign.state import CampaignState, read_state
from srx_issu.domain.upgrade.route import Route
from srx_issu.ports.campaign import CampaignOutcome, CampaignRecord
from srx_issu.report.timeline import Panel, SpanState, StepSpan, TimelineRow
from srx_issu.steps.campaign.close import summary
from srx_issu.steps.campaign.planned import plan_of

Times = Mapping[str, tuple[datetime | None, datetime | None]]  # cluster -> first start, last end


@dataclass(frozen=True, kw_only=True)
class ClusterLine:
    """One cluster of the plan. ``started`` is the first attempt's, ``ended`` the last one's."""

    name: str
    model: str
    site: str
    wave: int
    route: Route
    outage_s: int | None  # how long its traffic was to stop, by policy; None = no figure
    outage: str  # the same in words
    sessions: str  # what was to become of them
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
class CampaignReportModel:
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
    decisions: tuple[CampaignEntry, ...]  # questions, answers, judgements, orders
    panel: Panel


_DECISIONS = (
    CampaignEntryKind.ASKED,
    CampaignEntryKind.REPLIED,
    CampaignEntryKind.APPROVED,
    CampaignEntryKind.OPENED,
    CampaignEntryKind.JUDGED,
    CampaignEntryKind.ANSWERED,
    CampaignEntryKind.ORDERED,
)


def campaign_report_model(
    record: CampaignRecord,
    events: tuple[CampaignEntry, ...],
    ending: tuple[CampaignOutcome, str],
    now: datetime,
) -> CampaignReportModel:
    """``ending`` is the outcome as it stands; the record has none before the campaign is closed."""
    found, state = plan_of(events), read_state(events)
    ended_at = record.closed_at or now
    lines = _lines(found[0], record.campaign_id, state, _times(events)) if found else ()
    return CampaignReportModel(
        campaign_id=record.campaign_id,
        name=record.name,
        requested_by=record.requested_by,
        digest=found[0].digest if found else "",
        outcome=ending[0],
        reason=ending[1],
        opened_at=record.opened_at,
        ended_at=ended_at,
        summary=summary(state),
        budget=_budget(found[1], state) if found else "no plan",
        lines=lines,
        left_out=found[0].left_out if found else (),
        decisions=tuple(event for event in events if event.kind in _DECISIONS),
        panel=_panel(lines, record.opened_at, ended_at),
    )


def _budget(campaign: Campaign, state: CampaignState) -> str:
    failed, total = counted(state.results, campaign.budget), campaign.budget.total
    return f"{len(failed)} failed of {total if total is not None else 'any number'} allowed"


def _lines(
    plan: CampaignPlan, campaign_id: str, state: CampaignState, times: Times
) -> tuple[ClusterLine, ...]:
    return tuple(
        _line(cluster, wave.number, campaign_id, state, times)
        for wave in plan.waves
        for cluster in wave.clusters
    )


def _line(
    cluster: PlannedCluster, wave: int, campaign_id: str, state: CampaignState, times: Times
) -> ClusterLine:
    started, ended = times.get(cluster.name, (None, None))
    attempt = state.attempt(cluster.name)
    return ClusterLine(
        name=cluster.name,
        model=cluster.model,
        site=cluster.site,
        wave=wave,
        route=cluster.route,
        outage_s=cluster.outage_s,
        outage=cluster.outage,
        sessions=cluster.sessions,
        result=str(state.results.get(cluster.name, _without_result(cluster, state))),
        reason=state.reasons.get(cluster.name, ""),
        attempts=attempt if started else 0,
        run_id=upgrade_id(campaign_id, cluster.name, attempt),
        started=started,
        ended=ended,
    )


def _without_result(cluster: PlannedCluster, state: CampaignState) -> Result:
    """An upgrade that was ordered may do anything by now."""
    return Result.UNKNOWN if cluster.name in state.in_flight else Result.NOT_STARTED


def _times(events: tuple[CampaignEntry, ...]) -> Times:
    found: dict[str, tuple[datetime | None, datetime | None]] = {}
    for event in events:
        if event.cluster is None:
            continue
        started, _ = found.get(event.cluster, (None, None))
        if event.kind is CampaignEntryKind.STARTED:
            found[event.cluster] = (started or event.at, None)
        elif event.kind is CampaignEntryKind.ENDED:
            found[event.cluster] = (started, event.at)
    return found


def _panel(lines: tuple[ClusterLine, ...], start: datetime, end: datetime) -> Panel:
    rows = tuple(
        TimelineRow(
            step=line.name,
            spans=(StepSpan(start=line.started, end=line.ended or end, state=_state(line)),),
            limit_s=None,
        )
        for line in lines
        if line.started
    )
    return Panel(title="Clusters", start=start, end=end, rows=rows)


def _state(line: ClusterLine) -> SpanState:
    if line.ended is None:
        return SpanState.RUNNING
    result = Result(line.result)
    if result.is_success:
        return SpanState.DONE
    return SpanState.DOUBTFUL if result is Result.UNKNOWN else SpanState.FAILED
