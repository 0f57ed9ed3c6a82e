"""A plan as a table, and how long it would take by what upgrades took before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from statistics import median

from rich.table import Table

from srx_issu.campaign.admit import Orders
from srx_issu.campaign.gate import Judgement
from srx_issu.campaign.model import Campaign, Result
from srx_issu.campaign.plan import Plan, Planned
from srx_issu.campaign.rehearse import Answer, Ending, Kind, Rehearsal
from srx_issu.cli.display import duration


def plan_table(plan: Plan, campaign: Campaign, durations: Mapping[str, float]) -> Table:
    table = Table(box=None, pad_edge=False, title=f"Campaign {campaign.name}", title_justify="left")
    for column in ("Wave", "Cluster", "Model", "Site", "Conflicts", "Worst case", "Usually", "Image"):
        table.add_column(column, no_wrap=column == "Cluster")
    for wave in plan.waves:
        for cluster in wave.clusters:
            usual = durations.get(cluster.model)
            table.add_row(
                str(wave.number),
                cluster.name,
                cluster.model,
                cluster.site,
                ", ".join(cluster.conflict_groups),
                duration(cluster.worst_case_s),
                duration(usual) if usual else "?",
                cluster.image,
            )
    return table


def predicted_end(plan: Plan, campaign: Campaign, durations: Mapping[str, float], now: datetime) -> str:
    """One sentence. Without history the worst case stands for every upgrade."""
    end = now
    for tick in Rehearsal(plan, campaign, _Usual(durations), now).ticks():
        end = tick.at
        if tick.kind is Kind.NOT_STARTED and tick.cluster:
            return f"It cannot end: {tick.cluster.name} would not start: {tick.text}"
    basis = f"past runs of {', '.join(sorted(durations))}" if durations else "the worst case of every upgrade"
    took = duration((end - now).total_seconds())
    return f"Started now and approved at once, it would end at {end:%Y-%m-%d %H:%M} UTC ({took}), by {basis}"


class _Usual:
    """Everything goes well and takes as long as it did before; nobody orders anything."""

    def __init__(self, durations: Mapping[str, float]) -> None:
        self._durations = durations
        self._any = median(durations.values()) if durations else None

    def ending(self, cluster: Planned, attempt: int) -> Ending:  # noqa: ARG002
        usual = self._durations.get(cluster.model, self._any)
        return Ending(after_s=usual if usual is not None else cluster.worst_case_s, result=Result.UPGRADED)

    def orders(self, now: datetime) -> Orders:  # noqa: ARG002
        return Orders()

    def next_order(self, now: datetime) -> datetime | None:  # noqa: ARG002
        return None

    def answer(self, wave: int, judgement: Judgement, can_retry: bool) -> Answer:  # noqa: ARG002
        return Answer.PROMOTE
