"""Where the marks of a time chart go: a panel's spans and limits in the units of an SVG drawing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from srx_issu.report.formatting import duration, step_label
from srx_issu.report.timeline import Panel, StepSpan, TimelineRow

LABELS, PLOT, NOTES = 232.0, 560.0, 188.0  # widths of the three columns
WIDTH = LABELS + PLOT + NOTES
ROW, AXIS = 26.0, 26.0  # heights
_SHORTEST = 3.0  # a bar one can see
_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)
_MOST_TICKS = 8
_MINUTE_S = 60


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One span. ``tip`` is shown when the pointer rests on it."""

    x: float
    width: float
    css_class: str
    tip: str


@dataclass(frozen=True, kw_only=True)
class ChartLine:
    """One row of the chart. ``limit_x`` None = no deadline, or one beyond the chart."""

    y: float
    label: str
    step: str
    bars: tuple[Bar, ...]
    limit_x: float | None
    note: str
    is_over: bool


@dataclass(frozen=True, kw_only=True)
class AxisTick:
    x: float
    label: str


@dataclass(frozen=True, kw_only=True)
class Chart:
    title: str
    width: float
    height: float
    axis_y: float
    plot_x: float
    plot_end: float
    lines: tuple[ChartLine, ...]
    ticks: tuple[AxisTick, ...]


def chart(panel: Panel) -> Chart:
    height = AXIS + ROW * len(panel.rows)
    return Chart(
        title=panel.title,
        width=WIDTH,
        height=height,
        axis_y=AXIS,
        plot_x=LABELS,
        plot_end=LABELS + PLOT,
        lines=tuple(_line(panel, place, row) for place, row in enumerate(panel.rows)),
        ticks=_ticks(panel),
    )


def _length_s(panel: Panel) -> float:
    return max(1.0, (panel.end - panel.start).total_seconds())


def _x(panel: Panel, moment: datetime) -> float:
    share = (moment - panel.start).total_seconds() / _length_s(panel)
    return round(LABELS + PLOT * min(1.0, max(0.0, share)), 1)


def _line(panel: Panel, place: int, row: TimelineRow) -> ChartLine:
    spent = duration(row.seconds)
    again = f", {len(row.spans)} attempts" if len(row.spans) > 1 else ""
    note = f"{spent} of {duration(row.limit_s)}{again}" if row.limit_s is not None else f"{spent}{again}"
    return ChartLine(
        y=AXIS + ROW * place,
        label=step_label(row.step),
        step=row.step,
        bars=tuple(_bar(panel, span) for span in row.spans),
        limit_x=_limit_x(panel, row),
        note=note,
        is_over=row.is_over,
    )


def _bar(panel: Panel, span: StepSpan) -> Bar:
    x = min(_x(panel, span.start), LABELS + PLOT - _SHORTEST)
    width = max(_SHORTEST, round(_x(panel, span.end) - x, 1))
    tip = f"{span.start:%H:%M:%S} to {span.end:%H:%M:%S}, {duration(span.seconds)}, {span.state}"
    return Bar(x=x, width=width, css_class=span.state.value, tip=tip)


def _limit_x(panel: Panel, row: TimelineRow) -> float | None:
    if row.limit_s is None:
        return None
    moment = row.spans[0].start + timedelta(seconds=row.limit_s)
    return _x(panel, moment) if moment <= panel.end else None


def _ticks(panel: Panel) -> tuple[AxisTick, ...]:
    length_s = _length_s(panel)
    step_s = next((s for s in _STEPS_S if length_s / s <= _MOST_TICKS), _STEPS_S[-1])
    form = "%H:%M:%S" if step_s < _MINUTE_S else "%H:%M"
    start_s = panel.start.timestamp()
    at = (start_s // step_s + (start_s % step_s > 0)) * step_s
    ticks = []
    while at <= start_s + length_s:
        moment = datetime.fromtimestamp(at, UTC)
        ticks.append(AxisTick(x=_x(panel, moment), label=f"{moment:{form}}"))
        at += step_s
    return tuple(ticks)
