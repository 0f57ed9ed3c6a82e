"""Rules in levels: for the fleet, for platforms, for inventory groups, for single clusters.

``policy/limits.yaml`` and ``policy/checks.yaml`` have the same four sections; what an entry says differs.
A later level overrides: fleet, platforms (in the file's order), groups (farthest first), the cluster.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from srx_issu.catalog.faults import Checked, Place, nearest
from srx_issu.catalog.fields import FileEntry
from srx_issu.catalog.policy.matrix import RangeEntry
from srx_issu.domain.cluster.model import Cluster, Image
from srx_issu.domain.cluster.state import TABLES
from srx_issu.domain.junos.release_range import ReleaseRange
from srx_issu.domain.junos.version import parse

SECTIONS = ("fleet", "platforms", "groups", "clusters")

E = TypeVar("E", bound=FileEntry)


class ForPlatforms(Protocol):
    """What an entry of ``platforms`` has besides its rules."""

    @property
    def models(self) -> tuple[str, ...]: ...

    @property
    def releases(self) -> RangeEntry: ...


@dataclass(frozen=True, kw_only=True)
class PlatformLevel(Generic[E]):
    """A level for some models, and for images of some releases."""

    at: int  # position in the file
    models: frozenset[str]
    releases: ReleaseRange
    entry: E

    def holds_for(self, model: str, release: str) -> bool:
        """A range that cannot be told does not override anything."""
        return model in self.models and self.releases.contains(parse(release)) is True


@dataclass(frozen=True, kw_only=True)
class Levels(Generic[E]):
    """All levels of one file."""

    fleet: E | None = None
    platforms: tuple[PlatformLevel[E], ...] = ()
    groups: Mapping[str, E] = field(default_factory=dict)
    clusters: Mapping[str, E] = field(default_factory=dict)

    def of(self, cluster: Cluster, image: Image) -> tuple[E, ...]:
        """The levels that hold for a cluster when it takes an image, the weakest first."""
        levels = [self.fleet] if self.fleet is not None else []
        levels += [p.entry for p in self.platforms if p.holds_for(cluster.model, image.release)]
        levels += [self.groups[g] for g in reversed(cluster.groups) if g in self.groups]
        levels += [self.clusters[cluster.name]] if cluster.name in self.clusters else []
        return tuple(levels)

    def placed(self) -> Iterator[tuple[E, Place]]:
        """Every entry with its place in the file."""
        if self.fleet is not None:
            yield self.fleet, ("fleet",)
        yield from ((level.entry, ("platforms", level.at)) for level in self.platforms)
        yield from ((entry, ("groups", name)) for name, entry in self.groups.items())
        yield from ((entry, ("clusters", name)) for name, entry in self.clusters.items())


@dataclass(frozen=True, kw_only=True)
class Inventory:
    """The names an inventory has; None = not known, because a file could not be read."""

    groups: frozenset[str] | None
    clusters: frozenset[str] | None


def read_levels(checked: Checked, model: type[E], platform_model: type[E], inventory: Inventory) -> Levels[E]:
    """The sound part of the file. ``platform_model`` is a ``ForPlatforms`` too."""
    if checked.document.is_whole:
        checked.sections(*SECTIONS)
    levels = Levels(
        fleet=checked.entry("fleet", model),
        platforms=tuple(_platform(at, e) for at, e in checked.listed("platforms", platform_model).items()),
        groups=checked.named("groups", model),
        clusters=checked.named("clusters", model),
    )
    _report_unknown(checked, "groups", levels.groups, inventory.groups)
    _report_unknown(checked, "clusters", levels.clusters, inventory.clusters)
    return levels


def _platform(at: int, entry: E) -> PlatformLevel[E]:
    scope: ForPlatforms = entry  # type: ignore[assignment]  # read_levels' caller gives such a model
    releases = scope.releases.to_domain()
    return PlatformLevel(at=at, models=frozenset(scope.models), releases=releases, entry=entry)


def _report_unknown(
    checked: Checked, section: str, given: Mapping[str, FileEntry], known: frozenset[str] | None
) -> None:
    for name in given:
        if known is not None and name not in known:
            checked.fault(f"no {section[:-1]} {name!r} in the inventory", nearest(name, known), section, name)


def report_unknown_tables(checked: Checked, tables: Iterable[str], *place: str | int) -> None:
    """``tables``: keys of the mapping at ``place``, each a table or ``table.field``."""
    for key in tables:
        table = key.split(".")[0]
        if table not in TABLES:
            checked.fault(f"no table {table!r}", nearest(table, TABLES), *place, key)
