"""The answer of an approver who would take another route: a no that says which one.

It ends the run. The other route begins with a run of its own, which is judged, planned and approved as any.
"""

from __future__ import annotations

from srx_issu.domain.approvals.judge import REJECT
from srx_issu.domain.upgrade.route import Route


def reject_for(route: Route) -> str:
    """The answer as it is offered, and as the journal has it."""
    return f"{REJECT}: take {route.label}"


def wanted_instead(choice: str) -> Route | None:
    """The route that an answer asks for; None where it is another answer."""
    return next((route for route in Route if choice == reject_for(route)), None)


EVERY_ROUTE = tuple(reject_for(route) for route in Route)
"""Whatever a gate may be answered of that kind; which of it a question offers, its cluster decides."""
