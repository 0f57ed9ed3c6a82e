"""The plan of a campaign: its clusters in waves, with a digest that an approval can name. Pure.

Clusters that conflict are drawn apart, so that a wave small enough holds one of them; sites alternate, so
that an early wave does not empty one site. What is in flight together is ``admit``'s matter.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from srx_issu.campaign.choose import LeftOut, choose
from srx_issu.campaign.model import Campaign, Member, WaveSize
from srx_issu.domain.intent import SharedLimit


@dataclass(frozen=True, kw_only=True)
class Planned:
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


@dataclass(frozen=True, kw_only=True)
class Wave:
    """``number`` counts from 1 as in the campaign's file; waves for which nobody is left are empty."""

    number: int
    clusters: tuple[Planned, ...]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What would run, and in which order. ``objections`` empty = it may run."""

    campaign: str
    waves: tuple[Wave, ...]
    left_out: tuple[LeftOut, ...]
    objections: tuple[str, ...]
    settings: str  # digest of the campaign's own file: limits, windows, budget, gates
    digest: str

    @property
    def clusters(self) -> tuple[Planned, ...]:
        return tuple(cluster for wave in self.waves for cluster in wave.clusters)

    def wave(self, number: int) -> Wave:
        """An empty one when the plan has no such wave."""
        return next((w for w in self.waves if w.number == number), Wave(number=number, clusters=()))

    def cluster(self, name: str) -> Planned | None:
        return next((c for c in self.clusters if c.name == name), None)


def wave_sizes(campaign: Campaign) -> tuple[WaveSize, ...]:
    """The waves as written; one for the rest is added when the last one may leave clusters over."""
    sizes = campaign.waves
    return sizes if sizes and sizes[-1].is_rest else (*sizes, WaveSize())


def plan_waves(fleet: Iterable[Member], campaign: Campaign, settings: str = "") -> Plan:
    """``settings`` is the digest of the campaign's file. Same fleet and file = same plan, in any order."""
    chosen = choose(fleet, campaign)
    order = _in_order(chosen.members)
    waves: list[Wave] = []
    left, objections = list(order), []
    for number, size in enumerate(wave_sizes(campaign), start=1):
        taken = _take(size, left, len(order))
        unknown = sorted(set(size.names) - {m.name for m in order})
        objections += [f"wave {number} names {name}, which the campaign does not take" for name in unknown]
        left = [member for member in left if member not in taken]
        waves.append(Wave(number=number, clusters=tuple(_planned(member) for member in taken)))
    if not order:
        objections.insert(0, "the campaign takes no cluster: nothing would be upgraded")
    return _digested(campaign.name, tuple(waves), chosen.left_out, tuple(objections), settings)


def _take(size: WaveSize, left: Sequence[Member], total: int) -> list[Member]:
    if size.names:
        by_name = {member.name: member for member in left}
        return [by_name[name] for name in dict.fromkeys(size.names) if name in by_name]
    if size.share is None:
        return list(left)
    return list(left[: size.share.of(total)])


def _in_order(members: Sequence[Member]) -> tuple[Member, ...]:
    """By colour (see ``_colours``), then in turn by site, then by name."""
    colours = _colours(members)
    turn: dict[str, int] = {}
    seen: dict[tuple[int, str], int] = defaultdict(int)
    for member in sorted(members, key=lambda m: m.name):
        place = (colours[member.name], member.site)
        turn[member.name] = seen[place]
        seen[place] += 1
    return tuple(sorted(members, key=lambda m: (colours[m.name], turn[m.name], m.site, m.name)))


def _colours(members: Sequence[Member]) -> dict[str, int]:
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


def _planned(member: Member) -> Planned:
    assert member.image is not None, f"{member.name} was chosen without an image"
    return Planned(
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
    )


def _digested(
    name: str,
    waves: tuple[Wave, ...],
    left_out: tuple[LeftOut, ...],
    objections: tuple[str, ...],
    settings: str,
) -> Plan:
    """The digest leaves out why others were left out: that changes nothing about what runs."""
    content = {"campaign": name, "waves": [asdict(wave) for wave in waves], "settings": settings}
    text = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return Plan(
        campaign=name,
        waves=waves,
        left_out=left_out,
        objections=objections,
        settings=settings,
        digest=hashlib.sha256(text.encode()).hexdigest()[:16],
    )
