"""The routes on which both nodes of a cluster come to another release, and what policy says of each.

The values of ``policy/routes.yaml``. Which route a cluster may take, ``domain/routes/choose.py`` says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from srx_issu.domain.junos.release_range import ReleaseRange, both
from srx_issu.domain.junos.version import JunosVersion


class Route(StrEnum):
    """One way of taking both nodes to another release; the gentlest for the traffic comes first."""

    ISSU = "issu"  # one node after the other, sessions synchronised between the two releases
    ICU = "icu"  # one node after the other by one command, nothing synchronised between the releases
    MINIMAL_DOWNTIME = "minimal_downtime"  # one node after the other, links apart while releases differ
    DUAL_REBOOT = "dual_reboot"  # both nodes get the image, then both reboot together

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def short(self) -> str:
        """``ISSU``, ``dual reboot``: for tables and lists."""
        return self.value.upper() if self.is_in_service else self.value.replace("_", " ")

    @property
    def is_in_service(self) -> bool:
        """Whether one node forwards all the while, but for seconds."""
        return self in _IN_SERVICE


_IN_SERVICE = frozenset({Route.ISSU, Route.ICU})
_LABELS: Mapping[Route, str] = {
    Route.ISSU: "ISSU (in-service software upgrade)",
    Route.ICU: "ICU (in-band cluster upgrade)",
    Route.MINIMAL_DOWNTIME: "minimal downtime (KB17947)",
    Route.DUAL_REBOOT: "dual reboot",
}


class Allowance(StrEnum):
    """Whether a route may be taken."""

    ALLOWED = "allowed"  # documented, and everything that it needs is known to be there
    ASK = "ask"  # not documented, or something it needs is not known: a person decides, with a reason
    REFUSED = "refused"  # documented as not possible, or something it needs is missing


class Direction(StrEnum):
    """Where a pair of releases leads."""

    UPGRADE = "upgrade"
    DOWNGRADE = "downgrade"


class Rollback(StrEnum):
    """Whether ``request system software rollback`` leads back to the old release."""

    WORKS = "works"  # nothing says otherwise
    NONE = "none"  # documented as not possible: the way back is the old image
    UNKNOWN = "unknown"  # not documented for this pair: the old image has to be at hand, too


@dataclass(frozen=True, kw_only=True)
class RouteScope:
    """For which models and releases something is said. No model = every model."""

    models: frozenset[str] = frozenset()
    running: ReleaseRange = field(default_factory=ReleaseRange)
    target: ReleaseRange = field(default_factory=ReleaseRange)
    direction: Direction | None = None  # None = both

    def concerns(self, model: str) -> bool:
        return not self.models or model in self.models

    def covers(
        self, model: str, old: JunosVersion, new: JunosVersion, direction: Direction | None
    ) -> bool | None:
        """``direction`` None = nobody can tell which release is later. None = cannot be told."""
        leads = self.direction is None or (None if direction is None else self.direction is direction)
        if not self.concerns(model) or leads is False:
            return False
        return both(leads, self.running.contains(old), self.target.contains(new))


@dataclass(frozen=True, kw_only=True)
class RouteRule:
    """What a source says of one route. The first rule in scope decides."""

    route: Route
    scope: RouteScope
    allowance: Allowance
    reason: str
    source: str  # a name below ``sources`` of policy/routes.yaml
    is_named_pair: bool = False  # the source names both releases: how far apart they are does not matter


@dataclass(frozen=True, kw_only=True)
class RollbackRule:
    """Where a rollback does not lead back, or nobody says that it does. The first rule in scope decides."""

    scope: RouteScope
    rollback: Rollback
    reason: str
    source: str


@dataclass(frozen=True, kw_only=True)
class RouteCost:
    """What a route does to the traffic. The first entry for a route and model counts."""

    route: Route
    models: frozenset[str] = frozenset()  # empty = every model
    outage_s: int | None = None  # how long traffic may stop; None = no figure is known
    outage_source: str
    sessions: str  # what becomes of them
    adjacencies: str  # of dynamic routing protocols
    source: str


@dataclass(frozen=True, kw_only=True)
class RouteRules:
    """All that ``policy/routes.yaml`` says, in the file's order."""

    rules: tuple[RouteRule, ...] = ()
    rollbacks: tuple[RollbackRule, ...] = ()
    costs: tuple[RouteCost, ...] = ()

    def about(self, model: str) -> RouteRules:
        """What of it can decide on that model."""
        return RouteRules(
            rules=tuple(rule for rule in self.rules if rule.scope.concerns(model)),
            rollbacks=tuple(rule for rule in self.rollbacks if rule.scope.concerns(model)),
            costs=tuple(cost for cost in self.costs if not cost.models or model in cost.models),
        )

    def cost(self, route: Route, model: str) -> RouteCost | None:
        """None where the file has no entry for that route and model."""
        fitting = (cost for cost in self.costs if cost.route is route)
        return next((cost for cost in fitting if not cost.models or model in cost.models), None)
