"""Does traffic that policies let through before still come? Per policy: what was hit must be hit again.

Totals say nothing, a reboot clears them: before the upgrade growth between two samples counts, afterwards
any hit since the reboots, on whichever node. A policy that was hardly hit is left out: its next silence would
be chance, and traffic of the day is no traffic of the night.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.cluster.state import ClusterState

LEAST_GROWTH = 10  # hits between two samples; fewer are chance


@dataclass(frozen=True, kw_only=True)
class Hits:
    """Of one policy, both nodes together. ``growth`` None = not counted twice."""

    total: int
    growth: int | None


def hits(state: ClusterState) -> dict[str, Hits] | None:
    """By policy, "trust > untrust / web"; None when a node did not answer."""
    tables = [state.hit_counts.rows_of(node) for node in NodeName]
    found: dict[str, Hits] = {}
    for table in tables:
        if table is None:
            return None
        for row in table:
            key = f"{row.context} / {row.name}"
            so_far = found.get(key, Hits(total=0, growth=None))
            known = [growth for growth in (so_far.growth, row.count_delta) if growth is not None]
            found[key] = Hits(total=so_far.total + row.count, growth=sum(known) if known else None)
    return found


def never_hit(before: dict[str, Hits], after: dict[str, Hits]) -> Iterator[tuple[str, int]]:
    """Policy and its growth before, for each that was plainly hit and has had no hit since the reboots.

    A policy that is not listed any more is told by the table of policies.
    """
    for key, was in before.items():
        now = after.get(key)
        if (was.growth or 0) >= LEAST_GROWTH and now is not None and now.total == 0:
            yield key, was.growth or 0
