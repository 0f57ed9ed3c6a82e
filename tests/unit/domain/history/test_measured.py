"""What ended upgrades have shown of a route, from the journal's own times."""

from __future__ import annotations

from datetime import timedelta

import pytest

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.gate.table import SendPurpose
from srx_issu.domain.history.command_events import CommandIntended, Sending
from srx_issu.domain.history.entry import Entry, entry_of
from srx_issu.domain.history.events import Event
from srx_issu.domain.history.measured import BETWEEN, RunFigures, figures, past_runs, past_words
from srx_issu.domain.history.route_events import RoutePlanned, RouteStepPassed
from srx_issu.domain.history.step_events import WaitEnded
from srx_issu.domain.procedure.action import ActionName
from srx_issu.domain.upgrade.goals import Goal
from srx_issu.domain.upgrade.route import Route
from tests.fakes.snapshots import N0, N1, T0


def at(seconds: float, event: Event) -> Entry:
    return entry_of(event, "", at=T0 + timedelta(seconds=seconds), step="both")


def sent(key: str | None, node: NodeName = N0, sending: Sending = Sending.REBOOT) -> CommandIntended:
    return CommandIntended(
        sending=sending,
        node=node,
        command="x",
        permit_id="p",
        purpose=SendPurpose.CONTINUE,
        route_command=key,
    )


PLANNED = RoutePlanned(route=Route.DUAL_REBOOT, starter=N0, plan="plan", digest="d")
DUAL = (
    at(0, PLANNED),
    at(10, sent("install_node1", N1)),
    at(310, sent("reboot_node1", N1)),
    at(330, sent("reboot_node0")),
    at(350, sent("reboot_node0")),  # once more
    at(930, RouteStepPassed(action=ActionName.WAIT_FOR_BOTH_NODES)),
    at(1210, RouteStepPassed(action=ActionName.WAIT_FOR_COLD_SYNC)),
)
APART = (
    at(0, sent("relax_node0", sending=Sending.COMMIT)),
    at(600, sent("close_old_primary_node0", sending=Sending.COMMIT)),
    at(610, sent("open_secondary_node1", N1, Sending.COMMIT)),
    at(642, RouteStepPassed(action=ActionName.OPEN_SECONDARY)),
    at(2000, RouteStepPassed(action=ActionName.WAIT_FOR_COLD_SYNC)),
)
ISSU = (
    at(0, sent(None, sending=Sending.UPLOAD)),
    at(100, sent(None, sending=Sending.START)),
    at(900, WaitEnded(awaited=Goal.SECONDARY_UPGRADED, reached=True)),
    at(1900, WaitEnded(awaited=Goal.RESYNCED, reached=True)),
)


@pytest.mark.parametrize(
    ("route", "entries", "found"),
    [
        (Route.DUAL_REBOOT, DUAL, RunFigures(whole_s=1200, stopped_s=600)),
        (Route.MINIMAL_DOWNTIME, APART, RunFigures(whole_s=2000, stopped_s=42)),
        (Route.ISSU, ISSU, RunFigures(whole_s=1800)),
        (Route.ICU, ISSU, RunFigures(whole_s=1800)),
    ],
)
def test_what_one_run_shows(route: Route, entries: tuple[Entry, ...], found: RunFigures) -> None:
    assert figures(route, entries) == found


@pytest.mark.parametrize("cut", range(len(DUAL)))
def test_a_run_that_did_not_come_to_its_end_shows_nothing(cut: int) -> None:
    assert figures(Route.DUAL_REBOOT, DUAL[:cut]) is None


def test_a_goal_that_was_missed_is_no_end() -> None:
    missed = (*ISSU[:-1], at(1900, WaitEnded(awaited=Goal.RESYNCED, reached=False)))
    assert figures(Route.ISSU, missed) is None


def test_times_are_the_databases() -> None:
    slow = [Entry(**{**vars(e), "recorded_at": e.at + timedelta(hours=i)}) for i, e in enumerate(ISSU)]
    assert figures(Route.ISSU, slow) == RunFigures(whole_s=1800 + 2 * 3600)


def test_several_runs_in_words() -> None:
    runs = [RunFigures(whole_s=s, stopped_s=s / 2) for s in (600, 1200, 3000)]
    found = past_runs([*runs, None])
    assert past_words(Route.DUAL_REBOOT, "SRX1500", found) == (
        "3 runs with SRX1500: 20 min 0 s (median), 50 min 0 s (longest) from the first command until both "
        "nodes were in sync; traffic stopped for at most 10 min 0 s (median), 25 min 0 s (longest), from the "
        "primary's reboot until both nodes ran the target [journal]"
    )


def test_of_a_route_that_does_not_tell_no_outage_is_said() -> None:
    found = past_runs([RunFigures(whole_s=90)])
    assert past_words(Route.ICU, "SRX345", found) == (
        "1 run with SRX345: 90 s (median), 90 s (longest) from the first command until both nodes were in "
        "sync [journal]"
    )
    assert Route.ICU not in BETWEEN


def test_no_run_is_said_so() -> None:
    assert past_runs([None, None]) is None
    assert "has no run on this route with SRX345" in past_words(Route.ICU, "SRX345", None)
