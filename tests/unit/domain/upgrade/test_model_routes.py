"""What a model can have, before anybody has looked at a cluster."""

from __future__ import annotations

import pytest

from srx_issu.domain.upgrade.model_routes import routes_of, usual_route, why_never
from srx_issu.domain.upgrade.route import Allowance, Route, RouteRule, RouteRules, RouteScope
from srx_issu.domain.upgrade.support import InService, Platform, SupportMatrix

ISSU, ICU, APART, REBOOT = Route


def _icu(model: str, allowance: Allowance) -> RouteRule:
    scope = RouteScope(models=frozenset({model}))
    return RouteRule(route=ICU, scope=scope, allowance=allowance, reason="old pairs", source="guide")


RULES = SupportMatrix(
    platforms={
        "SRX4600": Platform(model="SRX4600", in_service=InService.ISSU, reason="table 1"),
        "SRX1500": Platform(model="SRX1500", in_service=InService.ISSU, reason="table 1"),
        "SRX345": Platform(model="SRX345", in_service=InService.ICU, reason="ICU only"),
        "SRX3400": Platform(model="SRX3400", in_service=InService.ASK, reason="not in table 1"),
        "VSRX": Platform(model="VSRX", in_service=InService.REFUSED, reason="vSRX has no ISSU"),
    },
    routes=RouteRules(
        rules=(_icu("SRX1500", Allowance.ALLOWED), _icu("VSRX", Allowance.REFUSED)),
    ),
)


@pytest.mark.parametrize(
    ("model", "routes", "usual"),
    [
        ("SRX4600", (ISSU, APART, REBOOT), ISSU),
        ("SRX1500", (ISSU, ICU, APART, REBOOT), ISSU),
        ("SRX345", (ICU, APART, REBOOT), ICU),
        ("SRX3400", (ISSU, APART, REBOOT), ISSU),
        ("VSRX", (APART, REBOOT), None),
        ("SRX9000", (ISSU, ICU, APART, REBOOT), ISSU),  # nothing is known: a person decides later
    ],
)
def test_routes_of_a_model(model: str, routes: tuple[Route, ...], usual: Route | None) -> None:
    assert routes_of(model, RULES) == routes
    assert usual_route(model, RULES) is usual


def test_the_reason_is_the_platforms() -> None:
    assert why_never(Route.ISSU, "VSRX", RULES) == "vSRX has no ISSU"
    assert why_never(Route.ICU, "SRX4600", RULES) == "no source speaks of ICU on SRX4600"
