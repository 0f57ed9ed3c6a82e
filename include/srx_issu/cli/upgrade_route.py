"""On which route ``srx-issu upgrade`` takes a cluster: the one that was named, or the one in service that
its model has. What the cluster runs is not known here: the run looks, and refuses what its releases cannot
have."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from srx_issu import catalog
from srx_issu.cli.stack_here import operator_files
from srx_issu.domain.errors import OperatorFileError, RequestRefused
from srx_issu.domain.upgrade.model_routes import command_for, routes_of, usual_route, why_never
from srx_issu.domain.upgrade.route import Route
from srx_issu.ports.dag_names import UPGRADE_DAGS


class AskedRoute(StrEnum):
    """What may be named."""

    AUTO = "auto"  # the one in service that the model has
    ISSU = Route.ISSU.value
    ICU = Route.ICU.value
    MINIMAL_DOWNTIME = Route.MINIMAL_DOWNTIME.value
    DUAL_REBOOT = Route.DUAL_REBOOT.value


@dataclass(frozen=True, kw_only=True)
class RouteTaken:
    """The route and why; ``because`` is shown to whoever asked."""

    route: Route
    because: str

    @property
    def dag_id(self) -> str:
        return UPGRADE_DAGS[self.route]

    def __str__(self) -> str:
        return f"Route {self.route}: {self.because}"


def route_for(cluster: str, image: str, asked: AskedRoute) -> RouteTaken:
    """Raises RequestRefused where the model has no route in service, so that a person must name one."""
    if asked is not AskedRoute.AUTO:
        route = Route(asked.value)
        return RouteTaken(route=route, because="named on the command line")
    try:
        known = catalog.load(operator_files())
        found = catalog.find_cluster(known, cluster)
    except (OperatorFileError, RequestRefused):
        because = f"the operator's files here do not tell the model of {cluster}; the run looks at its own"
        return RouteTaken(route=Route.ISSU, because=because)
    return _usual(cluster, image, found.model, known)


def _usual(cluster: str, image: str, model: str, known: catalog.Catalog) -> RouteTaken:
    rules = known.support_rules
    route = usual_route(model, rules)
    without_issu = why_never(Route.ISSU, model, rules)
    if route is None:
        others = "\n".join(f"  {command_for(cluster, image, each)}" for each in routes_of(model, rules))
        raise RequestRefused(
            f"{cluster} ({model}) has no route in service ({without_issu}); each of the others stops its "
            f"traffic for a while, so name the one to take:\n{others}"
        )
    because = f"{model} has no ISSU ({without_issu})" if without_issu else f"{model} may have ISSU"
    return RouteTaken(route=route, because=because)
