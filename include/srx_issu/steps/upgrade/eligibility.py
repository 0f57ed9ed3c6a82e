"""May this cluster go from what it runs to the image on the upgrade's own route, and if not, on which?"""

from __future__ import annotations

from dataclasses import replace

from srx_issu.domain.cluster.model import Snapshot
from srx_issu.domain.cluster.state import ClusterState
from srx_issu.domain.routes.choice import RouteChoice
from srx_issu.domain.routes.choose import choose_route
from srx_issu.domain.routes.conditions import RouteConditions
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.domain.upgrade.model_routes import command_for
from srx_issu.domain.upgrade.route import Allowance, Direction, Route
from srx_issu.domain.upgrade.support import InService, Support, SupportMatrix, judge
from srx_issu.steps.context import UpgradeContext
from srx_issu.steps.upgrade.route_facts import route_conditions

_NO_RULES = (
    "this upgrade was claimed by an older version of the software, which did not keep the support matrix "
    "with it; start a new run"
)


def eligibility(context: UpgradeContext, before: Snapshot, state: ClusterState | None = None) -> Support:
    """By the rules that were kept with the upgrade, and by ``state``, or the baseline's. No release known =
    refused. Where the route is refused, the reason ends with the gentlest that may be taken, and the command
    line that asks for it."""
    intent, running = context.intent, _running(before)
    if running is None:
        return Support(verdict=InService.REFUSED, reason="neither node said which release it runs")
    rules = intent.support or SupportMatrix(platforms={})
    support = judge(intent.cluster.model, running, intent.image.release, rules)
    if intent.support is None:
        support = replace(support, verdict=InService.REFUSED, reason=_NO_RULES)
    elif intent.route is not Route.ISSU:
        own = _choice(intent, running, rules, route_conditions(context, before, state)).of(intent.route)
        support = replace(support, route=own.allowance, reason=f"{intent.route.label}: {own.reason}")
    if support.allowance is Allowance.REFUSED and intent.support is not None:
        instead = _instead(intent, _choice(intent, running, rules, route_conditions(context, before, state)))
        support = replace(support, reason=f"{support.reason}{instead}")
    return replace(support, software=intent.software)


def routes_to(context: UpgradeContext, before: Snapshot) -> RouteChoice | None:
    """Every route from what the cluster runs to the image. None where no rules were kept with the upgrade, or
    nobody knows what it runs."""
    intent, running = context.intent, _running(before)
    if running is None or intent.support is None:
        return None
    return _choice(intent, running, intent.support, route_conditions(context, before))


def downgrade_from(context: UpgradeContext, before: Snapshot) -> str | None:
    """What the cluster runs, where the image is known to be an older release: that is approved for itself."""
    choice = routes_to(context, before)
    is_down = choice is not None and choice.direction is Direction.DOWNGRADE
    return _running(before) if is_down else None


def _running(before: Snapshot) -> str | None:
    return next((view.release for view in before.views if view.release), None)


def _choice(intent: Intent, running: str, rules: SupportMatrix, conditions: RouteConditions) -> RouteChoice:
    return choose_route(intent.cluster.model, running, intent.image.release, rules, conditions)


def _instead(intent: Intent, choice: RouteChoice) -> str:
    """Nothing where no rules of other routes were kept, or every route is refused."""
    known = choice.routes if intent.support is not None and intent.support.routes else ()
    best = next((each for each in known if each.allowance is not Allowance.REFUSED), None)
    if best is None or best.route is intent.route:
        return ""
    asked = "" if best.allowance is Allowance.ALLOWED else ", which a person must approve with a reason"
    command = command_for(intent.cluster.name, intent.image.name, best.route)
    return f"; the gentlest route that may be taken is {best.route.label}{asked}: {command}"
