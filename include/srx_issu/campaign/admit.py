"""May this cluster start now? Orders, budget, window, conflicts and limits, in that order. Pure.

``start_obstacle`` is what the campaign itself knows. That two clusters of a conflict group, or too many of a
site, never run together is held by leases in the journal, which other campaigns and runs by hand respect
too; ``Flight`` says the same of one campaign alone, for predictions and simulations.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from srx_issu.campaign.model import InFlight
from srx_issu.campaign.plan import PlannedCluster


@dataclass(frozen=True, kw_only=True)
class Orders:
    """What people have ordered: each says who and why, or is None."""

    stopped: str | None = None  # the whole fleet
    aborted: str | None = None
    paused: str | None = None


@dataclass(frozen=True, kw_only=True)
class MustWait:
    """Not now. ``until`` None = until something else changes."""

    reason: str
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class WillNotStart:
    """Not in this wave any more."""

    reason: str


def start_obstacle(
    cluster: PlannedCluster, orders: Orders, over_budget: str | None, opens: datetime | None, now: datetime
) -> MustWait | WillNotStart | None:
    """None = it may start as far as orders, budget and window are concerned. ``opens`` is ``next_start`` of
    the site's calendar for this cluster's worst case."""
    if (final := orders.aborted or over_budget) is not None:
        return WillNotStart(reason=final)
    if (halted := orders.stopped or orders.paused) is not None:
        return MustWait(reason=halted)
    if opens is None:
        need = f"{cluster.worst_case_s / 60:.0f} min"
        return WillNotStart(reason=f"site {cluster.site} has no window within 400 days that leaves {need}")
    if opens > now:
        return MustWait(reason=f"window of site {cluster.site} opens {opens:%Y-%m-%d %H:%M} UTC", until=opens)
    return None


class Flight:
    """The clusters that are being upgraded, counted by what limits them."""

    def __init__(self, limits: InFlight) -> None:
        self._limits = limits
        self.running: dict[str, PlannedCluster] = {}
        self._sites: Counter[str] = Counter()
        self._regions: Counter[str] = Counter()
        self._outages = 0
        self._conflicts: dict[str, str] = {}

    def start(self, cluster: PlannedCluster) -> None:
        self.running[cluster.name] = cluster
        self._count(cluster, 1)
        self._conflicts.update(dict.fromkeys(cluster.conflict_groups, cluster.name))

    def end(self, cluster: PlannedCluster) -> None:
        del self.running[cluster.name]
        self._count(cluster, -1)
        for group in cluster.conflict_groups:
            del self._conflicts[group]

    def crowded(self, cluster: PlannedCluster) -> str | None:
        """Why it must wait for one that runs; None = there is room."""
        limits = self._limits
        if self.is_full:
            return f"{len(self.running)} are in flight, the campaign's limit"
        for group in cluster.conflict_groups:
            if group in self._conflicts:
                return f"conflict group {group} is taken by {self._conflicts[group]}"
        if limits.per_site is not None and self._sites[cluster.site] >= limits.per_site:
            return f"{self._sites[cluster.site]} are in flight at site {cluster.site}, its limit"
        if limits.outages is not None and cluster.is_outage and self._outages >= limits.outages:
            return f"{self._outages} are in flight that stop the traffic, the campaign's limit of outages"
        region = cluster.region
        if limits.per_region is not None and region and self._regions[region] >= limits.per_region:
            return f"{self._regions[region]} are in flight in region {region}, its limit"
        return None

    @property
    def is_full(self) -> bool:
        return len(self.running) >= self._limits.campaign

    def _count(self, cluster: PlannedCluster, by: int) -> None:
        self._sites[cluster.site] += by
        self._outages += by * cluster.is_outage
        if cluster.region:
            self._regions[cluster.region] += by
