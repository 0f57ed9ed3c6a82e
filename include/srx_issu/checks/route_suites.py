"""The suites of each route, as data: what is asked before and after, beside what an ISSU asks.

Checks are written for an ISSU, the route with the most preconditions. A route leaves out what says nothing
about it, each with the reason, and adds what it alone needs. What it empties of the traffic's state is in
``domain.comparison.tables``. Great Expectations has one suite a table, named after these.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from srx_issu.checks.check import Check
from srx_issu.domain.checking import WhenUnknown
from srx_issu.domain.upgrade.route import Route

LATER: Final = "release_is_later"
BOOTS_WHAT_IT_RUNS: Final = "boots_what_it_runs"
ON_ONE_NODE: Final = "groups_on_one_node"


@dataclass(frozen=True, kw_only=True)
class RouteSuite:
    """One route. ``leaves_out``: name of a check and why it says nothing here. ``adds``: those that an ISSU
    does not have, and what it means there that they are not known."""

    route: Route
    leaves_out: Mapping[str, str] = field(default_factory=dict)
    adds: Mapping[str, WhenUnknown] = field(default_factory=dict)

    @property
    def readiness(self) -> str:
        """The suite's name, in evidence and report."""
        return f"{self.route}.readiness"

    @property
    def comparison(self) -> str:
        return f"{self.route}.comparison"

    def asked(self, checks: Iterable[Check]) -> tuple[Check, ...]:
        """Those of ``checks`` that this route asks, in their order."""
        mine = (check for check in checks if check.name not in self.leaves_out)
        return tuple(
            replace(check, when_unknown=self.adds[check.name]) if check.name in self.adds else check
            for check in mine
            if check.name in self.adds or check.name not in _OF_SOME
        )


_NOTHING_IN_SERVICE: Final = "both nodes reboot with all of their PICs, and none is upgraded in service"
_NO_ADJACENCY: Final = "no adjacency outlives this route, whatever the protocol supports"
_NO_TAKEOVER: Final = "no node takes the traffic of the other over"
_LEADS_DOWN: Final = "this route leads to an older release as well"

SUITES: Final[Mapping[Route, RouteSuite]] = {
    suite.route: suite
    for suite in (
        RouteSuite(route=Route.ISSU),
        RouteSuite(
            route=Route.ICU,
            leaves_out={
                LATER: _LEADS_DOWN,
                "pics_support_issu": _NOTHING_IN_SERVICE,
                "protocols_support_issu": _NO_ADJACENCY,
            },
            adds={BOOTS_WHAT_IT_RUNS: WhenUnknown.WARN},  # an ICU that fails is left to a person then
        ),
        RouteSuite(
            route=Route.MINIMAL_DOWNTIME,
            leaves_out={
                LATER: _LEADS_DOWN,
                "pics_support_issu": _NOTHING_IN_SERVICE,
                "protocols_support_issu": _NO_ADJACENCY,
                "groups_together": f"'{ON_ONE_NODE}' asks for it, and nothing moves them by itself",
            },
            adds={BOOTS_WHAT_IT_RUNS: WhenUnknown.BLOCK, ON_ONE_NODE: WhenUnknown.BLOCK},
        ),
        RouteSuite(
            route=Route.DUAL_REBOOT,
            leaves_out={
                LATER: _LEADS_DOWN,
                "pics_support_issu": _NOTHING_IN_SERVICE,
                "protocols_support_issu": _NO_ADJACENCY,
                "graceful_restart": "no node forwards while both boot",
                "groups_together": "both nodes reboot together, wherever the groups are",
                "spu_load": _NO_TAKEOVER,
                "spu_sessions": _NO_TAKEOVER,
            },
            adds={BOOTS_WHAT_IT_RUNS: WhenUnknown.BLOCK},
        ),
    )
}

_OF_SOME = frozenset(name for suite in SUITES.values() for name in suite.adds)
