"""May this platform go from this release to that one by ISSU? Rules are data; this is the judgement.

The figures come from the operator's ``policy/support.yaml``, which ships the ISSU guide's Table 1 and its
exceptions. Whoever is not listed is left to a person (ASK), never allowed silently. Whether the cluster is
healthy, or already current, is for others to say, and which route it may take instead is ``domain/routes``'s
business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from srx_issu.domain.errors import UnparsableVersion
from srx_issu.domain.junos.release_range import ReleaseMark, ReleaseRange, both
from srx_issu.domain.junos.version import JunosVersion, is_later, parse
from srx_issu.domain.upgrade.commands import SoftwareFamily
from srx_issu.domain.upgrade.route import Allowance, RouteRules
from srx_issu.domain.upgrade.span import KnownProblem, ReleaseCalendar
from srx_issu.domain.verdict import Status

HOLD_TIMER_S = 900  # guide, Table 2: the primary waits so long for the secondary's first reboot
LONGEST_HOLD_TIMER_S = 2700  # guide: the longest of any platform; what is taken where nobody knows
_LAST_BY_HAND = (11, 4)  # guide: from 12.1 on Junos itself brings all groups to one node


class InService(StrEnum):
    """What may be done about a pair of releases."""

    ISSU = "issu"  # documented: go on
    ICU = "icu"  # no ISSU, but the in-band cluster upgrade, about 30 s of outage: another route
    REFUSED = "refused"  # documented as not possible
    ASK = "ask"  # not documented, or the sources disagree: a person decides


@dataclass(frozen=True, kw_only=True)
class HoldTimer:
    """How long the primary waits for the secondary's first reboot, from a running release on."""

    from_release: ReleaseMark
    seconds: int


@dataclass(frozen=True, kw_only=True)
class Platform:
    """What is known of one model."""

    model: str
    in_service: InService  # ISSU, ICU or REFUSED; ASK for a model that always needs a person
    reason: str  # why, with the source
    from_release: ReleaseMark | None = None  # first running release with ISSU
    software: SoftwareFamily = SoftwareFamily.SYSTEM
    routing_engines: Mapping[str, SoftwareFamily] = field(default_factory=dict)
    image_families: frozenset[str] = frozenset()  # empty = not known
    snapshot_supported: bool = False
    unlink_supported: bool = False
    hold_timers: tuple[HoldTimer, ...] = ()
    optional_packages: frozenset[str] = frozenset()  # not part of the image there
    node1_first_slot: int | None = None  # how commands may number node1's first FPC; None = not known


@dataclass(frozen=True, kw_only=True)
class SupportRule:
    """An exception to the platform's line: decides when both releases are in range."""

    models: frozenset[str]
    running: ReleaseRange
    target: ReleaseRange
    verdict: InService
    reason: str


@dataclass(frozen=True, kw_only=True)
class SupportMatrix:
    """Everything ``policy/support.yaml`` says, with the calendar of releases, the known problems and the
    rules of the routes beside it. Rules are tried in the file's order."""

    platforms: Mapping[str, Platform]
    rules: tuple[SupportRule, ...] = ()
    calendar: ReleaseCalendar | None = None  # None in those of older versions: no span is judged
    known_problems: tuple[KnownProblem, ...] = ()
    routes: RouteRules | None = (
        None  # None in those of older versions: nothing is known of any route but ISSU
    )

    def models_of(self, image_family: str) -> frozenset[str]:
        """The models an image family is known to be for; empty when nobody knows the family."""
        return frozenset(m for m, p in self.platforms.items() if image_family in p.image_families)

    def about(self, model: str) -> SupportMatrix:
        """What of it can decide on that model: kept with an upgrade, so that it needs no file any more."""
        return SupportMatrix(
            platforms={name: platform for name, platform in self.platforms.items() if name == model},
            rules=tuple(rule for rule in self.rules if model in rule.models),
            calendar=self.calendar,
            known_problems=tuple(p for p in self.known_problems if not p.models or model in p.models),
            routes=self.routes.about(model) if self.routes else None,
        )

    def software(self, model: str, routing_engine: str | None) -> SoftwareFamily:
        """Which ``request`` commands a model with that routing engine has; SYSTEM where nobody knows."""
        platform = self.platforms.get(model)
        if platform is None:
            return SoftwareFamily.SYSTEM
        return platform.routing_engines.get(routing_engine or "", platform.software)


@dataclass(frozen=True, kw_only=True)
class Support:
    """The judgement on one cluster's upgrade, and what of the platform the procedure depends on."""

    verdict: InService
    reason: str
    software: SoftwareFamily = SoftwareFamily.SYSTEM
    consolidate_by_hand: bool = False  # Junos up to 11.4 does not move the groups to one node itself
    snapshot_supported: bool = False  # 'request system snapshot'
    hold_timer_s: int = LONGEST_HOLD_TIMER_S
    node1_first_slot: int | None = None  # None: not known which FPC is node1's first
    optional_packages: frozenset[str] = frozenset()
    known_problems: tuple[str, ...] = ()  # of this pair of releases
    route: Allowance | None = None  # of another route than ISSU; None: what ``verdict`` says of the ISSU

    @property
    def allowance(self) -> Allowance:
        """Whether the upgrade's own route may be taken."""
        return self.route or _ALLOWANCES.get(self.verdict, Allowance.REFUSED)


_ALLOWANCES: Mapping[InService, Allowance] = {
    InService.ISSU: Allowance.ALLOWED,
    InService.ASK: Allowance.ASK,
}


def judge(model: str, running: str, target: str, rules: SupportMatrix) -> Support:
    """Judges one pair of releases on one model (upper case). Never raises.

    ``software`` of the answer is the platform's usual one.
    """
    platform = rules.platforms.get(model)
    first_slot = platform.node1_first_slot if platform else None
    try:
        old, new = parse(running), parse(target)
    except UnparsableVersion as reason:
        return Support(verdict=InService.REFUSED, reason=str(reason), node1_first_slot=first_slot)
    verdict, why = _decide(model, old, new, rules)
    return Support(
        verdict=verdict,
        reason=why,
        software=platform.software if platform else SoftwareFamily.SYSTEM,
        consolidate_by_hand=old.main <= _LAST_BY_HAND,
        snapshot_supported=bool(platform and platform.snapshot_supported),
        hold_timer_s=hold_timer_s(platform, old),
        node1_first_slot=first_slot,
        optional_packages=platform.optional_packages if platform else frozenset(),
        known_problems=tuple(str(p) for p in rules.known_problems if p.concerns(model, old, new)),
    )


def _decide(model: str, old: JunosVersion, new: JunosVersion, rules: SupportMatrix) -> tuple[InService, str]:
    direction = is_later(new, old)
    if direction.status is Status.FAIL:
        return InService.REFUSED, f"{direction.reason}: an ISSU only goes to a later release (guide)"
    platform = rules.platforms.get(model)
    if platform is not None and platform.in_service in (InService.REFUSED, InService.ICU):
        ruled = _by_rule(model, old, new, rules)
        return _never_issu(ruled or (platform.in_service, platform.reason))
    if not (old.kind.is_ordered and new.kind.is_ordered):
        return InService.REFUSED, f"{direction.reason}; take a released image"
    if platform is None:
        return InService.ASK, f"{model} is not in policy/support.yaml: nothing is known of its ISSU"
    ruled = _by_rule(model, old, new, rules)
    if ruled is not None:
        return ruled
    verdict, why = _by_platform(platform, old, new, comparable=direction.status is Status.PASS)
    too_far = rules.calendar.reason_to_ask(old, new) if rules.calendar else None
    return (InService.ASK, too_far) if verdict is InService.ISSU and too_far else (verdict, why)


def _never_issu(ruled: tuple[InService, str]) -> tuple[InService, str]:
    """A platform without ISSU is not left to a person either: a yes would send it a command it misreads."""
    verdict, reason = ruled
    return (verdict if verdict is InService.ICU else InService.REFUSED), reason


def _by_rule(
    model: str, old: JunosVersion, new: JunosVersion, rules: SupportMatrix
) -> tuple[InService, str] | None:
    """The first rule that holds; ASK where a rule may hold but the releases cannot be compared."""
    for rule in rules.rules:
        if model not in rule.models:
            continue
        holds = both(rule.running.contains(old), rule.target.contains(new))
        if holds:
            return rule.verdict, rule.reason
        if holds is None:
            return (
                InService.ASK,
                f"cannot tell whether this exception holds for {old} to {new}: {rule.reason}",
            )
    return None


def _by_platform(
    platform: Platform, old: JunosVersion, new: JunosVersion, *, comparable: bool
) -> tuple[InService, str]:
    if platform.in_service is InService.ASK:
        return InService.ASK, platform.reason
    first = platform.from_release
    capable = first.is_reached_by(old) if first else True
    if capable is False:
        return (
            InService.REFUSED,
            f"{platform.model} has ISSU from {first}, and runs {old} ({platform.reason})",
        )
    if capable is None:
        return InService.ASK, f"{platform.model} has ISSU from {first}; {old} is of another line"
    if not comparable:
        return (
            InService.ASK,
            f"{old} and {new} are of different lines, and no rule allows or refuses the pair",
        )
    return InService.ISSU, f"{platform.model} from {old} to {new}: {platform.reason}"


def hold_timer_s(platform: Platform | None, old: JunosVersion) -> int:
    """Waiting too long costs time; waiting too short ends a healthy ISSU. So the longer one in doubt."""
    if platform is None:
        return LONGEST_HOLD_TIMER_S
    reached = [t.seconds for t in platform.hold_timers if t.from_release.is_reached_by(old) is not False]
    return max(reached, default=HOLD_TIMER_S)
