"""The answer to "which route may this cluster take": every route with its verdict and the reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.routes.route import FACTS, RouteFacts
from srx_issu.domain.upgrade.route import Allowance, Direction, Rollback, Route, RouteCost

_SEVERITY: Final[Mapping[Allowance, int]] = {
    allowance: at for at, allowance in enumerate((Allowance.ALLOWED, Allowance.ASK, Allowance.REFUSED))
}
_GENTLENESS: Final[Mapping[Route, int]] = {route: at for at, route in enumerate(Route)}


@dataclass(frozen=True, kw_only=True)
class RouteReason:
    """One thing said of a route, and what would follow from it alone."""

    allowance: Allowance
    text: str
    source: str  # a name below ``sources`` of policy/routes.yaml, another policy file, or this software

    def __str__(self) -> str:
        return f"{self.text} [{self.source}]"


@dataclass(frozen=True, kw_only=True)
class JudgedRoute:
    """One route for one cluster and pair of releases."""

    route: Route
    allowance: Allowance
    because: tuple[RouteReason, ...]  # those that lead to the verdict; never empty
    cost: RouteCost | None  # None: policy has no figure for it
    rollback: Rollback

    @property
    def facts(self) -> RouteFacts:
        return FACTS[self.route]

    @property
    def reason(self) -> str:
        return "; ".join(str(each) for each in self.because)


def judged(
    route: Route, reasons: tuple[RouteReason, ...], cost: RouteCost | None, rollback: Rollback
) -> JudgedRoute:
    """The gravest of ``reasons``, of which there is one at least, decides."""
    allowance = max((each.allowance for each in reasons), key=lambda each: _SEVERITY[each])
    because = tuple(each for each in reasons if each.allowance is allowance)
    return JudgedRoute(route=route, allowance=allowance, because=because, cost=cost, rollback=rollback)


@dataclass(frozen=True, kw_only=True)
class RouteChoice:
    """Every route, what is allowed first, and of each verdict the gentlest for the traffic first."""

    routes: tuple[JudgedRoute, ...]
    direction: Direction | None  # None: the same release, or nobody can tell which is later
    known_problems: tuple[str, ...] = ()  # of this pair of releases, for whoever approves

    @property
    def best(self) -> JudgedRoute | None:
        """The gentlest that is allowed; where none is, the gentlest that a person may decide for. None when
        every route is refused."""
        first = self.routes[0]
        return None if first.allowance is Allowance.REFUSED else first

    def of(self, route: Route) -> JudgedRoute:
        return next(each for each in self.routes if each.route is route)

    def take(self, route: Route | None = None, reason: str = "") -> JudgedRoute:
        """The route to go: the best one, or the one that a person named.

        Raises RequestRefused for a route that is refused, and for one that a person decides about when no
        ``reason`` is given.
        """
        chosen = self.best if route is None else self.of(route)
        if chosen is None or chosen.allowance is Allowance.REFUSED:
            refused = chosen or self.routes[0]
            raise RequestRefused(f"{refused.route.label} is refused: {refused.reason}")
        if chosen.allowance is Allowance.ASK and not reason.strip():
            raise RequestRefused(f"{chosen.route.label} needs a person's reason: {chosen.reason}")
        return chosen


def choice_of(
    routes: tuple[JudgedRoute, ...], direction: Direction | None, known_problems: tuple[str, ...] = ()
) -> RouteChoice:
    """Sorted as RouteChoice promises."""
    in_order = sorted(routes, key=lambda each: (_SEVERITY[each.allowance], _GENTLENESS[each.route]))
    return RouteChoice(routes=tuple(in_order), direction=direction, known_problems=known_problems)
