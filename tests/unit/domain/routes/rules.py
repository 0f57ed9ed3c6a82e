"""Rules of routes that are made for tests. The shipped ones: tests/integration/catalog."""

from __future__ import annotations

from srx_issu.domain.junos.release_range import ReleaseRange, parse_mark
from srx_issu.domain.routes.conditions import RouteConditions
from srx_issu.domain.upgrade.route import (
    Allowance,
    Direction,
    Rollback,
    RollbackRule,
    Route,
    RouteCost,
    RouteRule,
    RouteRules,
    RouteScope,
)
from srx_issu.domain.upgrade.span import FeatureRelease, ReleaseCalendar, SpanRule
from srx_issu.domain.upgrade.support import InService, Platform, SupportMatrix

IN_ORDER = RouteConditions(
    has_path_beside_cluster=True, is_old_image_staged=True, is_ha_link_encrypted=False, is_person_on_site=True
)
BIG, SMALL, OTHER = "SRX4600", "SRX345", "SRX9000"


def rule(
    route: Route, allowance: Allowance, scope: RouteScope | None = None, *, is_named_pair: bool = False
) -> RouteRule:
    return RouteRule(
        route=route,
        scope=scope or RouteScope(),
        allowance=allowance,
        reason=f"rule says {allowance}",
        source="page",
        is_named_pair=is_named_pair,
    )


def within(running: str, target: str, direction: Direction | None = None) -> RouteScope:
    return RouteScope(
        running=ReleaseRange(within=(parse_mark(running),)),
        target=ReleaseRange(within=(parse_mark(target),)),
        direction=direction,
    )


ONLY_SMALL = frozenset({SMALL})
DOWN = RouteScope(direction=Direction.DOWNGRADE)
ROUTES = RouteRules(
    rules=(
        rule(Route.ICU, Allowance.ALLOWED, RouteScope(models=ONLY_SMALL)),
        rule(Route.ICU, Allowance.REFUSED),
        rule(Route.MINIMAL_DOWNTIME, Allowance.ASK, DOWN),
        rule(Route.MINIMAL_DOWNTIME, Allowance.ALLOWED),
        rule(Route.DUAL_REBOOT, Allowance.REFUSED, within("19.1X75-D20", "19.1X75-D30")),
        rule(Route.DUAL_REBOOT, Allowance.ALLOWED, within("18.1", "24.2"), is_named_pair=True),
        rule(Route.DUAL_REBOOT, Allowance.ALLOWED),
    ),
    rollbacks=(
        RollbackRule(
            scope=within("22.4", "23.2"), rollback=Rollback.NONE, reason="no way back", source="page"
        ),
    ),
    costs=(
        RouteCost(
            route=Route.DUAL_REBOOT,
            models=ONLY_SMALL,
            outage_s=300,
            outage_source="page",
            sessions="lost",
            adjacencies="lost",
            source="page",
        ),
        RouteCost(
            route=Route.DUAL_REBOOT,
            outage_source="page",
            sessions="lost",
            adjacencies="lost",
            source="page",
        ),
    ),
)
CALENDAR = ReleaseCalendar(
    releases=tuple(
        FeatureRelease(main=main, is_extended=False)
        for main in ((18, 1), (19, 1), (21, 4), (22, 2), (22, 4), (23, 2), (23, 4), (24, 2))
    ),
    rules=(SpanRule(target=ReleaseRange(), releases_ahead=2, extended_ahead=None, source="notes"),),
)
MATRIX = SupportMatrix(
    platforms={
        BIG: Platform(model=BIG, in_service=InService.ISSU, reason="Table 1"),
        SMALL: Platform(model=SMALL, in_service=InService.ICU, reason="ICU only"),
    },
    calendar=CALENDAR,
    routes=ROUTES,
)
