"""A plan as a table, and how long it would take by what upgrades took before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from statistics import median

from rich.table import Table

from srx_issu.campaign.admit import Orders
from srx_issu.campaign.gate import Judgement
from srx_issu.campaign.model import Campaign, Result, UsualCourse
from srx_issu.campaign.plan import CampaignPlan, PlannedCluster
from srx_issu.campaign.rehearse import Rehearsal, RehearsedEnd, TickKind
from srx_issu.campaign.rounds import Answer
from srx_issu.cli.display import duration
from srx_issu.domain.upgrade.route import Route

MOST_ROWS = 300  # that rich lays out to the terminal's width; it takes a millisecond for each
_COLUMNS = ("Wave", "Cluster", "Model", "Site", "Route", "Conflicts", "Worst case", "Usually", "Image")


def plan_table(plan: CampaignPlan, campaign: Campaign, durations: Mapping[UsualCourse, float]) -> Table | str:
    """A table; of thousands of clusters plain lines with the same columns, for a pager or a file."""
    rows = [
        _row(wave.number, cluster, durations.get(cluster.course))
        for wave in plan.waves
        for cluster in wave.clusters
    ]
    title = f"Campaign {campaign.name}"
    if len(rows) > MOST_ROWS:
        return "\n".join((title, *_aligned(_COLUMNS, rows)))
    table = Table(box=None, pad_edge=False, title=title, title_justify="left")
    for column in _COLUMNS:
        table.add_column(column, no_wrap=column == "Cluster", overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table


def _row(wave: int, cluster: PlannedCluster, usual: float | None) -> tuple[str, ...]:
    return (
        str(wave),
        cluster.name,
        cluster.model,
        cluster.site,
        _route(cluster),
        ", ".join(cluster.conflict_groups),
        duration(cluster.worst_case_s),
        duration(usual) if usual else "?",
        cluster.image,
    )


def _route(cluster: PlannedCluster) -> str:
    """With what it costs the traffic, where policy has a figure."""
    return f"{cluster.route.short}, {cluster.outage}" if cluster.outage_s else cluster.route.short


def _aligned(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def predicted_end(
    plan: CampaignPlan, campaign: Campaign, durations: Mapping[UsualCourse, float], now: datetime
) -> str:
    """One sentence. Where no past run went by a route, its worst case stands for the clusters of it."""
    end = now
    for tick in Rehearsal(plan, campaign, _Usual(durations), now).ticks():
        end = tick.at
        if tick.kind is TickKind.NOT_STARTED and tick.cluster:
            return f"It cannot end: {tick.cluster.name} would not start: {tick.text}"
    took = duration((end - now).total_seconds())
    return (
        f"Started now and approved at once, it would end at {end:%Y-%m-%d %H:%M} UTC ({took}), by "
        f"{_basis(plan, durations)}"
    )


def _basis(plan: CampaignPlan, durations: Mapping[UsualCourse, float]) -> str:
    if not durations:
        return "the worst case of every upgrade"
    new = {cluster.route for cluster in plan.clusters} - {course.route for course in durations}
    past = f"past runs of {', '.join(sorted(map(str, durations)))}"
    return " and ".join((past, *(f"the worst case of each {route.short}" for route in Route if route in new)))


class _Usual:
    """Everything goes well and takes as long as it did before, on another model by the same route where there
    was none of its own, else the worst case; nobody orders anything."""

    def __init__(self, durations: Mapping[UsualCourse, float]) -> None:
        self._durations = durations
        routes = {course.route for course in durations}
        self._by_route = {
            route: median(seconds for course, seconds in durations.items() if course.route is route)
            for route in routes
        }

    def ending(self, cluster: PlannedCluster, attempt: int) -> RehearsedEnd:  # noqa: ARG002
        usual = self._durations.get(cluster.course, self._by_route.get(cluster.route))
        return RehearsedEnd(
            after_s=usual if usual is not None else cluster.worst_case_s, result=Result.UPGRADED
        )

    def orders(self, now: datetime) -> Orders:  # noqa: ARG002
        return Orders()

    def next_order(self, now: datetime) -> datetime | None:  # noqa: ARG002
        return None

    def answer(self, wave: int, judgement: Judgement, can_retry: bool) -> Answer:  # noqa: ARG002
        return Answer.PROMOTE
