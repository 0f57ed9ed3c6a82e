"""A campaign as it was asked for, and the fleet as the planner sees it. Values only."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from srx_issu.campaign.window import Calendar
from srx_issu.domain.upgrade.intent import SharedLimit
from srx_issu.domain.upgrade.route import Route


class Result(StrEnum):
    """How one cluster ended in a campaign: the outcomes of an upgrade, and two that only a campaign knows."""

    UPGRADED = "UPGRADED"
    UPGRADED_WITH_FINDINGS = "UPGRADED_WITH_FINDINGS"
    ALREADY_CURRENT = "ALREADY_CURRENT"
    PLANNED = "PLANNED"
    NOT_READY = "NOT_READY"
    REFUSED = "REFUSED"
    ABORTED_CLEAN = "ABORTED_CLEAN"
    ROLLED_BACK = "ROLLED_BACK"
    NEEDS_OPERATOR = "NEEDS_OPERATOR"
    UNKNOWN = "UNKNOWN"  # started, but no outcome before the deadline, or the run died
    NOT_STARTED = "NOT_STARTED"  # its turn did not come: abort, budget, or no window any more

    @property
    def is_success(self) -> bool:
        return self in _SUCCESSES


_SUCCESSES = frozenset(
    {Result.UPGRADED, Result.UPGRADED_WITH_FINDINGS, Result.ALREADY_CURRENT, Result.PLANNED}
)
FAILURES = frozenset(result for result in Result if not result.is_success) - {Result.NOT_STARTED}
# A person must look at these first: the cluster stays claimed, or nobody knows what it does.
NEVER_RETRIED = frozenset({Result.NEEDS_OPERATOR, Result.UNKNOWN})


@dataclass(frozen=True, kw_only=True)
class Share:
    """A number of clusters, or a percentage of some total, rounded up. Exactly one of the two is given."""

    count: int | None = None
    percent: float | None = None

    def of(self, total: int) -> int:
        """Never more than ``total``."""
        if self.count is not None:
            return min(self.count, total)
        return min(total, math.ceil(round(total * (self.percent or 0.0) / 100, 9)))

    def __str__(self) -> str:
        return str(self.count) if self.count is not None else f"{self.percent:g} %"


@dataclass(frozen=True, kw_only=True)
class WaveSize:
    """One wave as it was asked for: by name, by share of the selected clusters, or what is left."""

    names: tuple[str, ...] = ()
    share: Share | None = None

    @property
    def is_rest(self) -> bool:
        return not self.names and self.share is None


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Every filter that is given must match; within one filter any of its values. Empty = no filter."""

    clusters: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    releases: tuple[str, ...] = ()  # that run now, as last seen
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        named = (self.clusters, self.sites, self.regions, self.groups, self.models, self.releases)
        return not any(named) and not self.labels


class OnExceeded(StrEnum):
    """What follows when the failure budget is used up."""

    HOLD = "hold"  # nothing new starts; a person answers
    ABORT = "abort"


@dataclass(frozen=True, kw_only=True)
class Budget:
    """How many failures are allowed. A share of ``total`` counts all planned clusters, ``per_wave`` those of
    the wave; None = no limit of that kind. UNKNOWN counts always."""

    total: Share | None = None
    per_wave: Share | None = None
    counts: frozenset[Result] = FAILURES
    on_exceeded: OnExceeded = OnExceeded.HOLD


@dataclass(frozen=True, kw_only=True)
class InFlight:
    """How many clusters may be upgraded at once. None = no limit of that kind."""

    campaign: int = 1
    per_site: int | None = None
    per_region: int | None = None
    outages: int | None = 1  # of them by a route that is not in service


@dataclass(frozen=True, kw_only=True)
class Gates:
    """Where a person is asked. The hold always asks. An answer that does not come in time means no."""

    plan: bool = True
    waves: bool = False
    approvers: tuple[str, ...] = ()  # user names; empty = whoever Airflow lets answer
    expiry_s: float = 86400.0


@dataclass(frozen=True, kw_only=True)
class Retry:
    """What the answer "retry" of a hold does, and how often it is offered in one wave."""

    rounds: int = 1
    results: frozenset[Result] = FAILURES - NEVER_RETRIED


@dataclass(frozen=True, kw_only=True)
class SiteStaging:
    """How images are copied to one site ahead of the window."""

    at_once: int = 2  # copies at the same time
    mbit_s: float | None = None  # of all copies of the site together; None = no limit


@dataclass(frozen=True, kw_only=True)
class Staging:
    """Images are copied ahead of the window, each site with a limit of its own."""

    everywhere: SiteStaging = field(default_factory=SiteStaging)
    sites: Mapping[str, SiteStaging] = field(default_factory=dict)

    def of(self, site: str) -> SiteStaging:
        return self.sites.get(site, self.everywhere)


@dataclass(frozen=True, kw_only=True)
class Campaign:
    """One campaign as its file describes it."""

    name: str
    target: Mapping[str, str]  # model -> image (file name or release)
    select: Selection
    exclude: Selection = field(default_factory=Selection)
    waves: tuple[WaveSize, ...] = (WaveSize(share=Share(count=1)), WaveSize())
    in_flight: InFlight = field(default_factory=InFlight)
    calendar: Calendar = field(default_factory=Calendar)  # of sites that have none of their own
    calendars: Mapping[str, Calendar] = field(default_factory=dict)  # by site
    budget: Budget = field(default_factory=Budget)
    bake_s: float = 0.0  # pause after a wave before the next one
    gates: Gates = field(default_factory=Gates)
    retry: Retry = field(default_factory=Retry)
    fail_back: bool = True
    routes: Mapping[str, Route] = field(default_factory=dict)  # by model; others: ISSU or ICU
    on_site: Mapping[str, str] = field(default_factory=dict)  # by cluster: who is at its cables
    staging: Staging | None = None  # None = each upgrade copies its own image

    def calendar_of(self, site: str) -> Calendar:
        return self.calendars.get(site, self.calendar)


@dataclass(frozen=True, kw_only=True)
class UsualCourse:
    """What past upgrades are compared by: they take as long as those of the same model and route."""

    model: str
    route: Route = Route.ISSU

    def __str__(self) -> str:
        return self.model if self.route is Route.ISSU else f"{self.model} by {self.route}"


@dataclass(frozen=True, kw_only=True)
class FleetCluster:
    """One cluster of the fleet, with what the catalogue says of it for this campaign."""

    name: str
    model: str
    site: str
    region: str | None = None
    groups: tuple[str, ...] = ()
    conflict_groups: frozenset[str] = frozenset()
    labels: Mapping[str, str] = field(default_factory=dict)
    release: str | None = None  # last seen running; None = never seen
    image: str | None = None  # file name; None = ``objection`` says why there is none
    objection: str | None = None  # why it cannot be upgraded: on hold, no image, refused pair
    worst_case_s: float = 10800.0
    facts: str = ""  # digest of addresses, image and policy: changes when the files do
    image_sha256: str = ""
    shared: tuple[SharedLimit, ...] = ()  # policy/concurrency.yaml
    route: Route = Route.ISSU
    outage_s: int | None = None  # how long its traffic may stop, by policy; None = no figure
    on_site: str = ""  # who is at its cables, where the route needs somebody there
    sessions: str = ""  # what becomes of them on that route, by policy
    asks: str = (
        ""  # why a person is asked again in its own run, as far as that is known before; "" = not known
    )
