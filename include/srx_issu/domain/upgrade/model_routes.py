"""Which routes a model can have at all, before any look at a device.

Whether one cluster may take one of them, from the release that it runs, is judged when it has been seen.
"""

from __future__ import annotations

import shlex

from srx_issu.domain.upgrade.route import Allowance, Route
from srx_issu.domain.upgrade.support import InService, SupportMatrix

_CAN_HAVE_ISSU = frozenset({InService.ISSU, InService.ASK})


def why_never(route: Route, model: str, rules: SupportMatrix) -> str | None:
    """Why no cluster of that model (upper case) can take the route, whatever it runs. None = it may be."""
    platform = rules.platforms.get(model)
    if platform is None:
        return None  # nothing is known of it: a person decides once it has been seen
    match route:
        case Route.ISSU:
            return None if platform.in_service in _CAN_HAVE_ISSU else platform.reason
        case Route.ICU:
            has_icu = platform.in_service is InService.ICU or _speaks_of_icu(model, rules)
            return None if has_icu else f"no source speaks of ICU on {model}"
        case Route.MINIMAL_DOWNTIME | Route.DUAL_REBOOT:
            return None


def routes_of(model: str, rules: SupportMatrix) -> tuple[Route, ...]:
    """Those that the model can have, the gentlest first."""
    return tuple(route for route in Route if why_never(route, model, rules) is None)


def usual_route(model: str, rules: SupportMatrix) -> Route | None:
    """What is taken where nobody names a route: the one in service that the model has. None = it has none,
    and a person chooses between outages."""
    return next((route for route in routes_of(model, rules) if route.is_in_service), None)


def command_for(cluster: str, image: str, route: Route) -> str:
    """The command line that asks for an upgrade on that route."""
    at_the_cables = " --on-site NAME" if route is Route.MINIMAL_DOWNTIME else ""
    return (
        f"srx-issu upgrade {shlex.quote(cluster)} --image {shlex.quote(image)} --route {route}{at_the_cables}"
    )


def _speaks_of_icu(model: str, rules: SupportMatrix) -> bool:
    said = rules.routes.rules if rules.routes else ()
    return any(
        rule.route is Route.ICU and rule.allowance is not Allowance.REFUSED and rule.scope.concerns(model)
        for rule in said
    )
