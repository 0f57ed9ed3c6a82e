"""What figures move by themselves while nobody upgrades anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.cluster.state import ClusterState, Rows
from srx_issu.domain.comparison.tables import COMPARISONS, Comparison
from srx_issu.domain.upgrade.intent import Tolerance


def noise_floor(samples: Iterable[ClusterState], given: Mapping[str, Tolerance]) -> dict[str, Tolerance]:
    """The tolerances, widened by what each figure moved by itself between several baseline samples.

    Keys are ``table.field``; the widest swing of any key of the table becomes the absolute tolerance.
    """
    taken = tuple(samples)
    widened = dict(given)
    for comparison in COMPARISONS:
        for name in comparison.gauges:
            swing = _swing(comparison, name, taken)
            key = f"{comparison.table}.{name}"
            allowed = given.get(key) or given.get(comparison.table) or comparison.tolerance
            if swing > allowed.absolute:
                widened[key] = Tolerance(
                    lost_percent=allowed.lost_percent, gained_percent=allowed.gained_percent, absolute=swing
                )
    return widened


def _swing(comparison: Comparison, name: str, samples: tuple[ClusterState, ...]) -> float:
    seen: dict[tuple[NodeName | None, str], list[float]] = {}
    for state in samples:
        for node, answer in state.answers(comparison.table):
            for row in answer.rows if isinstance(answer, Rows) else ():
                if (figure := getattr(row, name)) is not None:
                    seen.setdefault((node, comparison.key(row)), []).append(figure)
    return max((max(figures) - min(figures) for figures in seen.values()), default=0.0)
