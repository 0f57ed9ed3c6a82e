"""An in-band cluster upgrade in a report: what was seen of it, when, and what was open for how long."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from srx_issu.domain.history.command_events import CommandIntended, Sending
from srx_issu.domain.history.entry import Entry
from srx_issu.domain.history.step_events import WaitEnded
from srx_issu.domain.upgrade.decide import SYN_CHECK_OFF_S, start_command
from srx_issu.domain.upgrade.goals import GOALS, Goal
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.domain.upgrade.route import Route
from srx_issu.report.formatting import clock, plain
from srx_issu.report.route import RouteReport


def icu_report(events: Iterable[Entry], intent: Intent) -> RouteReport | None:
    """None for another route, and for an ICU that was never asked for."""
    told = tuple(events)
    started = next((e for e in told if _is_start(e)), None)
    if intent.route is not Route.ICU or started is None:
        return None
    reached = dict(_reached(told))
    return RouteReport(
        route=Route.ICU.label,
        steps=tuple(_steps(started, reached, intent)),
        outage=_outage(reached),
    )


def _is_start(entry: Entry) -> bool:
    return isinstance(entry.event, CommandIntended) and entry.event.sending is Sending.START


def _reached(told: tuple[Entry, ...]) -> Iterator[tuple[Goal, datetime]]:
    for entry in told:
        if (
            isinstance(entry.event, WaitEnded)
            and entry.event.reached
            and isinstance(entry.event.awaited, Goal)
        ):
            yield entry.event.awaited, entry.known_at


def _steps(started: Entry, reached: dict[Goal, datetime], intent: Intent) -> Iterator[str]:
    assert isinstance(started.event, CommandIntended)
    yield f"{clock(started.known_at)} {started.event.node}: {plain(started.event.command)}"
    for goal in GOALS[Route.ICU]:
        if goal in reached:
            yield f"{clock(reached[goal])} {goal.replace('_', ' ')}: seen on both nodes"
    if start_command(intent).no_tcp_syn_check:
        yield _syn_checks(reached.get(Goal.SECONDARY_UPGRADED))


def _syn_checks(secondary_seen: datetime | None) -> str:
    """The node opens the window before the secondary reboots and closes it by itself."""
    if secondary_seen is None:
        return (
            f"TCP SYN checks: off for {SYN_CHECK_OFF_S:,} s from before the secondary's reboot on, if it came"
        )
    end = secondary_seen + timedelta(seconds=SYN_CHECK_OFF_S)
    return f"TCP SYN checks: off since before the secondary's reboot, on again by {clock(end)} at the latest"


def _outage(reached: dict[Goal, datetime]) -> str | None:
    """Nobody measures the moment: the looks at both nodes are its bounds."""
    began, ended = reached.get(Goal.SECONDARY_UPGRADED), reached.get(Goal.PRIMARY_UPGRADED)
    if began is None:
        return None
    until = f" and {clock(ended)}" if ended else ""
    return (
        f"traffic stopped once, when the primary went down, after {clock(began)}{until}; how long was not "
        "measured"
    )
