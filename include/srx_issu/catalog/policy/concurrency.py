"""``policy/concurrency.yaml``: how many clusters of a site or region may be upgraded at once, by anybody.

Campaigns and runs by hand take one of the places with the cluster's own lease. A campaign's own limits come
on top of these.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import Field

from srx_issu.catalog.faults import Checked
from srx_issu.catalog.fields import FileEntry, Name
from srx_issu.domain.cluster.model import Cluster
from srx_issu.domain.upgrade.intent import SharedLimit


class ConcurrencyFile(FileEntry):
    """policy/concurrency.yaml."""

    fleet: int | None = Field(None, ge=1, description="In the whole fleet; none = no limit.")
    per_site: int | None = Field(None, ge=1, description="At each site that is not named below.")
    sites: dict[Name, int] = Field(default_factory=dict, description="At these sites.")
    per_region: int | None = Field(None, ge=1, description="In each region that is not named below.")
    regions: dict[Name, int] = Field(default_factory=dict, description="In these regions.")


@dataclass(frozen=True, kw_only=True)
class Concurrency:
    """The file, checked."""

    entry: ConcurrencyFile = field(default_factory=ConcurrencyFile)

    def of(self, cluster: Cluster) -> tuple[SharedLimit, ...]:
        """The limits that hold for a cluster, the narrowest first."""
        entry = self.entry
        found = [(f"site:{cluster.site}", entry.sites.get(cluster.site, entry.per_site))]
        if cluster.region:
            found.append((f"region:{cluster.region}", entry.regions.get(cluster.region, entry.per_region)))
        found.append(("fleet", entry.fleet))
        return tuple(SharedLimit(resource=name, places=places) for name, places in found if places)


def read_concurrency(checked: Checked) -> Concurrency:
    """No limit at all where the file has faults; those are left in ``checked``."""
    entry = checked.whole(ConcurrencyFile) if checked.document.is_whole else None
    if entry is None:
        return Concurrency()
    for section, places in (("sites", entry.sites), ("regions", entry.regions)):
        for name, number in places.items():
            if number < 1:
                checked.fault(f"{section}.{name} is {number}", "write a number from 1 on", section, name)
    return Concurrency(entry=entry)
