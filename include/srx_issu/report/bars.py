"""Where the bars of a before/after chart go, in the units of an SVG drawing."""

from __future__ import annotations

from dataclasses import dataclass

from srx_issu.report.formatting import figure
from srx_issu.report.traffic import TrafficChart

LABELS, PLOT, FIGURES = 268.0, 600.0, 112.0
BAR, GAP, GROUP_GAP = 13.0, 2.0, 12.0


@dataclass(frozen=True, kw_only=True)
class DrawnBar:
    y: float
    width: float
    series: str
    figure: str


@dataclass(frozen=True, kw_only=True)
class DrawnGroup:
    y: float
    label: str
    bars: tuple[DrawnBar, ...]


@dataclass(frozen=True, kw_only=True)
class BarChart:
    title: str
    unit: str
    width: float
    height: float
    plot_x: float
    bar_height: float
    groups: tuple[DrawnGroup, ...]


def bar_chart(comparison: TrafficChart) -> BarChart:
    values = [p.value for g in comparison.groups for p in g.points if p.value is not None]
    scale = PLOT / max([*values, 1.0])
    groups, y = [], 0.0
    for group in comparison.groups:
        bars = tuple(
            DrawnBar(
                y=y + place * (BAR + GAP),
                width=round(max(1.0, (point.value or 0.0) * scale), 1) if point.value is not None else 0.0,
                series=point.series,
                figure=figure(point.value) if point.value is not None else "no answer",
            )
            for place, point in enumerate(group.points)
        )
        groups.append(DrawnGroup(y=y, label=group.label, bars=bars))
        y += len(bars) * (BAR + GAP) + GROUP_GAP
    return BarChart(
        title=comparison.title,
        unit=comparison.unit,
        width=LABELS + PLOT + FIGURES,
        height=max(y, 1.0),
        plot_x=LABELS,
        bar_height=BAR,
        groups=tuple(groups),
    )
