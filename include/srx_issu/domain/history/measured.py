"""What ended upgrades have shown of a route: how long it took, and how long traffic may have stopped.

Read from the journal alone, by the database's clock. Nothing here sends traffic: that a node carries it is
taken from what the nodes show, so a figure is an upper bound, as fine as the looks at them are frequent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from srx_issu.domain.history.command_events import CommandIntended, Sending
from srx_issu.domain.history.entry import Entry
from srx_issu.domain.history.route_events import RoutePlanned, RouteStepPassed
from srx_issu.domain.history.step_events import WaitEnded
from srx_issu.domain.plural import many
from srx_issu.domain.procedure.action import ActionName
from srx_issu.domain.routes.dual_reboot import REBOOT_KEY
from srx_issu.domain.upgrade.goals import Goal
from srx_issu.domain.upgrade.route import Route

BETWEEN = {
    Route.DUAL_REBOOT: "from the primary's reboot until both nodes ran the target",
    Route.MINIMAL_DOWNTIME: "from the old primary's last port until the other node's were open",
}
"""What of a route stands for its outage. Of the others the journal does not tell how long traffic stopped."""


@dataclass(frozen=True, kw_only=True)
class RunFigures:
    """One upgrade that came to its end. ``stopped_s`` None: its route does not tell."""

    whole_s: float  # from the first command until each node could take over
    stopped_s: float | None = None


@dataclass(frozen=True, kw_only=True)
class Spread:
    """Of several runs, in seconds."""

    median_s: float
    longest_s: float

    def __str__(self) -> str:
        return f"{_clock(self.median_s)} (median), {_clock(self.longest_s)} (longest)"


@dataclass(frozen=True, kw_only=True)
class PastRuns:
    """Of one route and model. ``stopped`` None: no run tells."""

    runs: int
    whole: Spread
    stopped: Spread | None = None


def figures(route: Route, entries: Sequence[Entry]) -> RunFigures | None:
    """None where the upgrade never sent anything, or did not come to the end of its route."""
    begun = _first_sent(entries)
    ended = _passed(entries, ActionName.WAIT_FOR_COLD_SYNC) or _reached(entries, Goal.RESYNCED)
    if begun is None or ended is None or ended <= begun:
        return None
    return RunFigures(whole_s=(ended - begun).total_seconds(), stopped_s=_stopped_s(route, entries))


def past_runs(found: Iterable[RunFigures | None]) -> PastRuns | None:
    """None where there is no such run."""
    runs = [each for each in found if each is not None]
    if not runs:
        return None
    stopped = [each.stopped_s for each in runs if each.stopped_s is not None]
    return PastRuns(
        runs=len(runs),
        whole=_spread([r.whole_s for r in runs]),
        stopped=_spread(stopped) if stopped else None,
    )


def past_words(route: Route, model: str, past: PastRuns | None) -> str:
    """For an approver: what the journal has of that route and model."""
    if past is None:
        return f"the journal has no run on this route with {model} that came to its end"
    stopped = f"; traffic stopped for at most {past.stopped}, {BETWEEN[route]}" if past.stopped else ""
    whole = f"{past.whole} from the first command until both nodes were in sync"
    return f"{many(past.runs, 'run')} with {model}: {whole}{stopped} [journal]"


def _stopped_s(route: Route, entries: Sequence[Entry]) -> float | None:
    match route:
        case Route.DUAL_REBOOT:
            starter = next((e.event.starter for e in entries if isinstance(e.event, RoutePlanned)), None)
            from_, to = REBOOT_KEY.format(node=starter), ActionName.WAIT_FOR_BOTH_NODES
        case Route.MINIMAL_DOWNTIME:
            from_, to = ActionName.CLOSE_OLD_PRIMARY, ActionName.OPEN_SECONDARY
        case Route.ISSU | Route.ICU:
            return None
    began, ended = _first_of_route(entries, from_), _passed(entries, to)
    return (ended - began).total_seconds() if began and ended and ended > began else None


def _first_sent(entries: Sequence[Entry]) -> datetime | None:
    sent = (
        entry.known_at
        for entry in entries
        if isinstance(entry.event, CommandIntended)
        and (entry.event.route_command is not None or entry.event.sending is Sending.START)
    )
    return next(sent, None)


def _first_of_route(entries: Sequence[Entry], key: str) -> datetime | None:
    """``key``: how the command's key in the plan begins."""
    sent = (
        entry.known_at
        for entry in entries
        if isinstance(entry.event, CommandIntended) and (entry.event.route_command or "").startswith(key)
    )
    return next(sent, None)


def _passed(entries: Sequence[Entry], action: ActionName) -> datetime | None:
    over = (e.known_at for e in entries if isinstance(e.event, RouteStepPassed) and e.event.action is action)
    return next(over, None)


def _reached(entries: Sequence[Entry], goal: Goal) -> datetime | None:
    over = (e for e in entries if isinstance(e.event, WaitEnded) and e.event.awaited is goal)
    return next((e.known_at for e in over if isinstance(e.event, WaitEnded) and e.event.reached), None)


def _spread(seconds: Sequence[float]) -> Spread:
    return Spread(median_s=median(seconds), longest_s=max(seconds))


def _clock(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole} s" if whole < 120 else f"{whole // 60} min {whole % 60} s"
