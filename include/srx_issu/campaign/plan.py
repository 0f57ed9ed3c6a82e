"""The plan of a campaign: its clusters in waves, with a digest that an approval can name. Pure.

Clusters that conflict are drawn apart, so that a wave small enough holds one of them; sites alternate, so
that an early wave does not empty one site. What is in flight together is ``admit``'s matter.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import islice

from srx_issu.campaign.choose import LeftOut, choose
from srx_issu.campaign.model import Campaign, FleetCluster, UsualCourse, WaveSize
from srx_issu.domain.upgrade.intent import SharedLimit
from srx_issu.domain.upgrade.route import Route

_OF_ROUTES = ("route", "outage_s", "sessions", "on_site")
_SEEN = ("running", "asks")


@dataclass(frozen=True, kw_only=True)
class PlannedCluster:
    """One cluster of the plan."""

    name: str
    model: str
    site: str
    region: str | None
    image: str
    conflict_groups: tuple[str, ...]
    worst_case_s: float
    facts: str  # see Member.facts
    image_sha256: str = ""
    shared: tuple[SharedLimit, ...] = ()
    route: Route = Route.ISSU
    outage_s: int | None = None  # see FleetCluster
    sessions: str = ""  # see FleetCluster
    on_site: str = ""  # see FleetCluster
    running: str | None = None  # release last seen; None: its route is judged when its turn comes
    asks: str = ""  # see FleetCluster

    @property
    def is_outage(self) -> bool:
        """Whether it counts against ``in_flight.outages``."""
        return not self.route.is_in_service

    @property
    def outage(self) -> str:
        """How long its traffic stops, by policy."""
        return "no figure is known" if self.outage_s is None else f"about {self.outage_s} s"

    @property
    def course(self) -> UsualCourse:
        return UsualCourse(model=self.model, route=self.route)


@dataclass(frozen=True, kw_only=True)
class Wave:
    """``number`` counts from 1 as in the campaign's file; waves for which nobody is left are empty."""

    number: int
    clusters: tuple[PlannedCluster, ...]


@dataclass(frozen=True, kw_only=True)
class CampaignPlan:
    """What would run, and in which order. ``objections`` empty = it may run."""

    campaign: str
    waves: tuple[Wave, ...]
    left_out: tuple[LeftOut, ...]
    objections: tuple[str, ...]
    settings: str  # digest of the campaign's own file: limits, windows, budget, gates
    digest: str

    @property
    def clusters(self) -> tuple[PlannedCluster, ...]:
        return tuple(cluster for wave in self.waves for cluster in wave.clusters)

    def wave(self, number: int) -> Wave:
        """An empty one when the plan has no such wave."""
        return next((w for w in self.waves if w.number == number), Wave(number=number, clusters=()))

    def cluster(self, name: str) -> PlannedCluster | None:
        return self._by_name.get(name)

    def position(self, name: str) -> int:
        """The first is 0; those that are not in the plan come after all others."""
        return self._positions.get(name, len(self._positions))

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self._by_name)}

    @cached_property
    def _by_name(self) -> dict[str, PlannedCluster]:
        return {cluster.name: cluster for cluster in self.clusters}


def wave_sizes(campaign: Campaign) -> tuple[WaveSize, ...]:
    """The waves as written; one for the rest is added when the last one may leave clusters over."""
    sizes = campaign.waves
    return sizes if sizes and sizes[-1].is_rest else (*sizes, WaveSize())


def plan_waves(fleet: Iterable[FleetCluster], campaign: Campaign, settings: str = "") -> CampaignPlan:
    """``settings`` is the digest of the campaign's file. Same fleet and file = same plan, in any order."""
    chosen = choose(fleet, campaign)
    left = {member.name: member for member in _in_order(chosen.members)}
    taken_at_all, total = frozenset(left), len(left)
    waves: list[Wave] = []
    objections: list[str] = []
    for number, size in enumerate(wave_sizes(campaign), start=1):
        unknown = sorted(set(size.names) - taken_at_all)
        objections += [f"wave {number} names {name}, which the campaign does not take" for name in unknown]
        clusters = tuple(_planned(left.pop(name)) for name in _names(size, left, total))
        waves.append(Wave(number=number, clusters=clusters))
    if not total:
        objections.insert(0, "the campaign takes no cluster: nothing would be upgraded")
    return _digested(campaign.name, tuple(waves), chosen.left_out, tuple(objections), settings)


def _names(size: WaveSize, left: Mapping[str, FleetCluster], total: int) -> tuple[str, ...]:
    """Whom a wave takes of those that are ``left``; in time proportional to how many it takes."""
    if size.names:
        return tuple(name for name in dict.fromkeys(size.names) if name in left)
    return tuple(islice(left, None if size.share is None else size.share.of(total)))


def _in_order(members: Sequence[FleetCluster]) -> tuple[FleetCluster, ...]:
    """By colour (see ``_colours``), then in turn by site, then by name."""
    colours = _colours(members)
    turn: dict[str, int] = {}
    seen: dict[tuple[int, str], int] = defaultdict(int)
    for member in sorted(members, key=lambda m: m.name):
        place = (colours[member.name], member.site)
        turn[member.name] = seen[place]
        seen[place] += 1
    return tuple(sorted(members, key=lambda m: (colours[m.name], turn[m.name], m.site, m.name)))


def _colours(members: Sequence[FleetCluster]) -> dict[str, int]:
    """The smallest number that no cluster in conflict has yet: those of one number may run together."""
    taken: dict[str, set[int]] = defaultdict(set)  # by conflict group
    colours: dict[str, int] = {}
    for member in sorted(members, key=lambda m: m.name):
        used = set().union(*(taken[group] for group in member.conflict_groups))
        colour = next(number for number in range(len(used) + 1) if number not in used)
        colours[member.name] = colour
        for group in member.conflict_groups:
            taken[group].add(colour)
    return colours


def _planned(member: FleetCluster) -> PlannedCluster:
    assert member.image is not None, f"{member.name} was chosen without an image"
    return PlannedCluster(
        name=member.name,
        model=member.model,
        site=member.site,
        region=member.region,
        image=member.image,
        conflict_groups=tuple(sorted(member.conflict_groups)),
        worst_case_s=member.worst_case_s,
        facts=member.facts,
        image_sha256=member.image_sha256,
        shared=member.shared,
        route=member.route,
        outage_s=member.outage_s,
        sessions=member.sessions,
        on_site=member.on_site,
        running=member.release,
        asks=member.asks,
    )


def _digested(
    name: str,
    waves: tuple[Wave, ...],
    left_out: tuple[LeftOut, ...],
    objections: tuple[str, ...],
    settings: str,
) -> CampaignPlan:
    """The digest leaves out why others were left out: that changes nothing about what runs."""
    content = {"campaign": name, "waves": waves, "settings": settings}
    text = json.dumps(content, default=_fields, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return CampaignPlan(
        campaign=name,
        waves=waves,
        left_out=left_out,
        objections=objections,
        settings=settings,
        digest=hashlib.sha256(text.encode()).hexdigest()[:16],
    )


def _fields(value: Wave | PlannedCluster | SharedLimit) -> dict[str, object]:
    """As ``dataclasses.asdict``, in a quarter of its time. An ISSU without its route, as in older plans; what
    was seen of a cluster changes nothing about what runs."""
    found = {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, PlannedCluster):
        left_out = _SEEN if value.route is not Route.ISSU else (*_SEEN, *_OF_ROUTES)
        for name in left_out:
            del found[name]
    return found
