"""Sessions and real-time objects before and after, read from the state tables of ``domain.cluster.state``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import ValidationError

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.cluster.state import ClusterState
from srx_issu.ports import codec
from srx_issu.report.documents import Documents

Values = dict[str, float | None]


@dataclass(frozen=True, kw_only=True)
class Point:
    """One figure at one time. ``value`` None = not answered, drawn as a gap with that word."""

    series: str  # "before", "after"
    value: float | None


@dataclass(frozen=True, kw_only=True)
class Group:
    """What is compared, with its figure in each series."""

    label: str
    points: tuple[Point, ...]


@dataclass(frozen=True, kw_only=True)
class TrafficChart:
    """One chart. ``unit`` is written beside its title."""

    title: str
    unit: str
    groups: tuple[Group, ...]

    @property
    def has_figures(self) -> bool:
        return any(point.value is not None for group in self.groups for point in group.points)


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """The charts for which at least one figure is there; ``by_service`` for those who want to dig."""

    overview: tuple[TrafficChart, ...] = ()
    by_service: tuple[TrafficChart, ...] = ()


def traffic(documents: Documents) -> Traffic:
    """Compares the baseline's tables with those taken after the ISSU, before anything was failed back."""
    before = _state(documents, "baseline-state.json")
    after = _state(documents, "after-state.json")
    rtos = "Real-time objects"
    overview = (
        _compare("Sessions", "active, by node", before, after, _sessions),
        _compare(rtos, "all services, between two samples", before, after, _all_rtos),
    )
    by_service = (
        _compare(rtos, "sent between two samples", before, after, _rtos("sent_delta")),
        _compare(rtos, "received between two samples", before, after, _rtos("received_delta")),
    )
    return Traffic(overview=_filled(overview), by_service=_filled(by_service))


def _filled(charts: tuple[TrafficChart, ...]) -> tuple[TrafficChart, ...]:
    return tuple(chart for chart in charts if chart.has_figures)


def _state(documents: Documents, name: str) -> ClusterState | None:
    content = documents.newest(name)
    if content is None:
        return None
    try:
        return codec.loads(ClusterState, content)
    except ValidationError:
        return None


def _compare(
    title: str,
    unit: str,
    before: ClusterState | None,
    after: ClusterState | None,
    read: Callable[[ClusterState], Values],
) -> TrafficChart:
    old, new = (read(state) if state else {} for state in (before, after))
    series = [("before", old), *([("after", new)] if after else [])]
    labels = list(dict.fromkeys([*old, *new]))
    groups = (
        Group(
            label=label, points=tuple(Point(series=name, value=values.get(label)) for name, values in series)
        )
        for label in labels
    )
    # a service that neither sent nor received anything at either time says nothing
    kept = tuple(group for group in groups if any(point.value != 0 for point in group.points))
    return TrafficChart(title=title, unit=unit, groups=kept)


def _sessions(state: ClusterState) -> Values:
    found: Values = {}
    for node in NodeName:
        rows = state.sessions.rows_of(node)
        found[node.value] = float(sum(row.active for row in rows)) if rows else None
    return found


def _all_rtos(state: ClusterState) -> Values:
    """Sums; None where the node did not answer or took one sample only."""
    found: Values = {}
    for node in NodeName:
        rows = state.rtos.rows_of(node) or ()
        for label, counter in (("sent", "sent_delta"), ("received", "received_delta")):
            figures = [getattr(row, counter) for row in rows if getattr(row, counter) is not None]
            found[f"{node} {label}"] = float(sum(figures)) if figures else None
    return found


def _rtos(counter: str) -> Callable[[ClusterState], Values]:
    def read(state: ClusterState) -> Values:
        return {
            f"{node} {row.service}": getattr(row, counter)
            for node in NodeName
            for row in state.rtos.rows_of(node) or ()
        }

    return read
