"""Which clusters a campaign takes, and why the others are left out. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from srx_issu.campaign.model import Campaign, FleetCluster, Selection


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """A cluster that was selected, but is not planned."""

    name: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Chosen:
    members: tuple[FleetCluster, ...]
    left_out: tuple[LeftOut, ...]


def choose(fleet: Iterable[FleetCluster], campaign: Campaign) -> Chosen:
    """Sorted by name. What the selection does not name at all is not mentioned."""
    members: list[FleetCluster] = []
    left_out: list[LeftOut] = []
    for member in sorted(fleet, key=lambda m: m.name):
        if not matches(campaign.select, member):
            continue
        reason = _objection(member, campaign)
        if reason is None:
            members.append(member)
        else:
            left_out.append(LeftOut(name=member.name, reason=reason))
    return Chosen(members=tuple(members), left_out=tuple(left_out))


def matches(selection: Selection, member: FleetCluster) -> bool:
    """Every filter that is given must match. Cluster names may hold ``*`` and ``?``."""
    return (
        (not selection.clusters or any(fnmatchcase(member.name, name) for name in selection.clusters))
        and (not selection.sites or member.site in selection.sites)
        and (not selection.regions or member.region in selection.regions)
        and (not selection.groups or bool(set(selection.groups) & set(member.groups)))
        and (not selection.models or member.model in selection.models)
        and (not selection.releases or member.release in selection.releases)
        and all(member.labels.get(key) == value for key, value in selection.labels.items())
    )


def _objection(member: FleetCluster, campaign: Campaign) -> str | None:
    if not campaign.exclude.is_empty and matches(campaign.exclude, member):
        return "excluded by the campaign"
    if member.objection is not None:
        return member.objection
    return None if member.image else f"the campaign has no image for {member.model}"
