"""A route that went by a plan: what was sent and seen on it, when, and how long traffic may have stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from srx_issu.domain.gate.table import SendPurpose
from srx_issu.domain.history.command_events import CommandIntended
from srx_issu.domain.history.entry import Entry
from srx_issu.domain.history.events import Event
from srx_issu.domain.history.hand_events import HandWorkAnswered, HandWorkAsked
from srx_issu.domain.history.recovery_events import RecoveryStepPassed
from srx_issu.domain.history.route_events import OldImageThere, RoutePlanned, RouteStepPassed
from srx_issu.domain.procedure.action import ActionName
from srx_issu.domain.upgrade.route import Route
from srx_issu.report.formatting import clock, duration, plain

_GOES_ON = (ActionName.WAIT_FOR_BOTH_NODES, ActionName.OPEN_SECONDARY, ActionName.TAKE_TRAFFIC_BACK)
_NOT_SEEN = {
    Route.DUAL_REBOOT: "both nodes were not seen back",
    Route.MINIMAL_DOWNTIME: "no node was seen to take it",
}


@dataclass(frozen=True, kw_only=True)
class RouteReport:
    """``steps`` as sentences with their time; ``outage`` is an upper bound, None while nothing tells."""

    route: str
    steps: tuple[str, ...]
    outage: str | None


def route_report(events: Iterable[Entry]) -> RouteReport | None:
    """None for an upgrade whose route has no plan."""
    told = tuple(events)
    planned = next((entry.event for entry in told if isinstance(entry.event, RoutePlanned)), None)
    if planned is None:
        return None
    return RouteReport(
        route=planned.route.label, steps=tuple(_steps(told)), outage=_outage(told, planned.route)
    )


def _steps(told: tuple[Entry, ...]) -> Iterator[str]:
    for entry in told:
        match entry.event:
            case CommandIntended(route_command=key) as sent if key is not None:
                yield f"{clock(entry.known_at)} {sent.node}: {plain(sent.command)}"
            case OldImageThere(node=node):
                yield f"{clock(entry.known_at)} {node}: {plain(entry.text)}"
            case HandWorkAsked() | HandWorkAnswered():
                yield f"{clock(entry.known_at)} {plain(entry.text)}"
            case RouteStepPassed(action=action):
                yield f"{clock(entry.known_at)} {action.replace('_', ' ')}: done"


def _outage(told: tuple[Entry, ...], route: Route) -> str | None:
    """From the command that takes the last node from the traffic until one was seen to carry it: traffic
    stood still for no longer, and nobody measured it closer."""
    began = _first(told, lambda event: isinstance(event, CommandIntended) and _stops_traffic(event, route))
    ended = _first(
        told,
        lambda event: isinstance(event, RouteStepPassed | RecoveryStepPassed) and event.action in _GOES_ON,
    )
    if began is None:
        return None
    if ended is None:
        return f"traffic stopped at {clock(began)}; {_NOT_SEEN[route]}"
    return f"traffic stood still from {clock(began)} for at most {duration((ended - began).total_seconds())}"


def _stops_traffic(sent: CommandIntended, route: Route) -> bool:
    if sent.route_command is None:
        return False
    if route is Route.MINIMAL_DOWNTIME:
        return sent.route_command.startswith(ActionName.CLOSE_OLD_PRIMARY)
    return sent.purpose is SendPurpose.COMPLETE


def _first(told: tuple[Entry, ...], is_it: Callable[[Event], bool]) -> datetime | None:
    return next((entry.known_at for entry in told if is_it(entry.event)), None)
