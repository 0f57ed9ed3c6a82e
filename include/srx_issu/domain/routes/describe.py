"""The choice between routes as an approval shows it: what is proposed, what it costs, what else there is."""

from __future__ import annotations

from collections.abc import Iterator

from srx_issu.domain.routes.choice import JudgedRoute, RouteChoice
from srx_issu.domain.upgrade.route import Allowance, Direction, Rollback, RouteCost

_VERDICT = {
    Allowance.ALLOWED: "allowed",
    Allowance.ASK: "a person decides",
    Allowance.REFUSED: "refused",
}


def route_words(
    choice: RouteChoice, taken: JudgedRoute | None = None, measured: str | None = None
) -> tuple[str, ...]:
    """Lines for the approver: the route ``taken`` (without it the best one) in full, a line for each other.
    ``measured``: what earlier runs have shown of it.

    Where no route may be taken, only why each is refused.
    """
    shown = taken or choice.best
    others = [each for each in choice.routes if shown is None or each.route is not shown.route]
    lines = [*_in_full(shown, choice.direction, measured)] if shown else ["No route may be taken."]
    if others:
        lines.append("Other routes:")
        lines.extend(f"  {verdict_line(each)}" for each in others)
    lines.extend(f"Known of these releases: {problem}" for problem in choice.known_problems)
    return tuple(lines)


def verdict_line(judged: JudgedRoute) -> str:
    """``dual reboot: allowed, because ...``."""
    return f"{judged.route.label}: {_VERDICT[judged.allowance]}, because {judged.reason}"


def outage_words(cost: RouteCost | None) -> str:
    """How long traffic may stop, and where the figure is from."""
    if cost is None:
        return "not known: policy/routes.yaml has no entry"
    seconds = "no figure is known" if cost.outage_s is None else f"about {cost.outage_s} s"
    return f"{seconds} [{cost.outage_source}]"


def _in_full(judged: JudgedRoute, direction: Direction | None, measured: str | None) -> Iterator[str]:
    facts, cost = judged.facts, judged.cost
    yield f"Route: {verdict_line(judged)}"
    yield f"What happens: {facts.course}"
    yield f"Traffic stops: {outage_words(cost)}"
    if cost is not None:
        yield f"Sessions: {cost.sessions} [{cost.source}]"
        yield f"Routing adjacencies: {cost.adjacencies} [{cost.source}]"
    if measured is not None:
        yield f"Measured: {measured}"
    if direction is Direction.DOWNGRADE:
        yield "This is a downgrade: approve the loss of traffic for itself."
        yield from (f"Needed: {each}" for each in facts.preconditions_of_a_downgrade)
    yield from (f"Needed: {each}" for each in facts.preconditions)
    yield from (f"Only a person can do: {each}" for each in facts.by_a_person)
    yield from (f"Undone: {each}" for each in facts.undone_by)
    if judged.rollback is not Rollback.WORKS:
        yield "Instead of any rollback: 'request system software add' of the old image"
