"""The plan of the route: made once from the baseline, kept as evidence, read by every later step."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from srx_issu.domain.cluster.model import Snapshot
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.history.route_events import RoutePlanned
from srx_issu.domain.history.upgrade_state import UpgradeState
from srx_issu.domain.routes.dual_reboot import dual_reboot_plan
from srx_issu.domain.routes.minimal_downtime import minimal_downtime_plan
from srx_issu.domain.routes.plan import RoutePlan, objections_to_plan
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.domain.upgrade.route import Route
from srx_issu.ports import codec
from srx_issu.ports.journal import Evidence
from srx_issu.steps.baseline import baseline
from srx_issu.steps.context import UpgradeContext


def plan_route(context: UpgradeContext) -> None:
    """Makes and keeps the plan, from the baseline that is in the journal. Once something of it was, or may
    have been, sent, it stays as it is."""
    so_far = context.known()
    if so_far.route_commands:
        return
    plan = _made(baseline(so_far, context.evidence), context.intent)
    planned = RoutePlanned(
        route=plan.route,
        starter=plan.starter,
        plan=context.evidence.write(context.upgrade_id, "route-plan.json", codec.dumps(plan)),
        digest=digest_of(plan),
    )
    context.record(planned, "; ".join(phase.words for phase in plan.phases))


def _made(before: Snapshot, intent: Intent) -> RoutePlan:
    match intent.route:
        case Route.DUAL_REBOOT:
            return dual_reboot_plan(before, intent)
        case Route.MINIMAL_DOWNTIME:
            return minimal_downtime_plan(before, intent)
        case _:
            raise RequestRefused(f"{intent.route.label} does not go by a plan")


def objections_to_route(before: Snapshot, intent: Intent) -> list[str]:
    """Why the route's plan cannot be made from that baseline; empty: it can."""
    found = objections_to_plan(before)
    if intent.route is Route.MINIMAL_DOWNTIME:
        try:
            minimal_downtime_plan(before, intent)
        except ValueError as missing:
            found.append(str(missing))
    return found


def digest_of(plan: RoutePlan) -> str:
    """What a yes to this plan is bound to."""
    return hashlib.sha256(codec.canonical(plan).encode()).hexdigest()


def route_plan(state: UpgradeState, evidence: Evidence) -> RoutePlan:
    """Raises RequestRefused when none was made, or when it is not the one that the journal speaks of."""
    planned = state.route
    if planned is None:
        raise RequestRefused("there is no plan of the route in the journal: readiness makes it")
    plan, digest = _parsed(evidence.read(planned.plan))
    if digest != planned.digest:
        raise RequestRefused(
            "the plan of the route is not the one that the journal speaks of: nothing is sent"
        )
    return plan


@lru_cache(maxsize=8)
def _parsed(content: bytes) -> tuple[RoutePlan, str]:
    """The plan and its digest: every look asks for them, and nothing of them can be changed."""
    plan = codec.loads(RoutePlan, content)
    return plan, digest_of(plan)
