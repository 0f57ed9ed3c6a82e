"""The report's section about a route that went by a plan."""

from __future__ import annotations

from datetime import timedelta

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.gate.table import SendPurpose
from srx_issu.domain.history.command_events import CommandIntended, Sending
from srx_issu.domain.history.entry import Entry, entry_of
from srx_issu.domain.history.events import Claimed, Event
from srx_issu.domain.history.route_events import RoutePlanned, RouteStepPassed
from srx_issu.domain.procedure.action import ActionName
from srx_issu.domain.upgrade.route import Route
from srx_issu.report.route import route_report
from tests.fakes.snapshots import N0, N1, T0

PLANNED = RoutePlanned(route=Route.DUAL_REBOOT, starter=N0, plan="plan", digest="d" * 64)


def reboot(node: NodeName, purpose: SendPurpose) -> CommandIntended:
    return CommandIntended(
        sending=Sending.REBOOT,
        node=node,
        command=f"request system reboot node {node.number}",
        permit_id="p",
        purpose=purpose,
        route_command=f"reboot_{node}",
    )


def told(*events: tuple[int, Event]) -> tuple[Entry, ...]:
    return tuple(entry_of(event, "text", at=T0 + timedelta(seconds=s), step="step") for s, event in events)


REBOOTS = (
    (0, PLANNED),
    (60, reboot(N1, SendPurpose.CONTINUE)),
    (75, reboot(N0, SendPurpose.COMPLETE)),
)


def test_an_upgrade_without_a_plan_has_no_such_section() -> None:
    assert route_report(told((0, Claimed()))) is None


def test_each_command_and_each_step_has_its_time() -> None:
    found = route_report(told(*REBOOTS, (80, RouteStepPassed(action=ActionName.REBOOT_PRIMARY))))
    assert found is not None
    assert found.steps == (
        "15:01:00 node1: request system reboot node 1",
        "15:01:15 node0: request system reboot node 0",
        "15:01:20 reboot primary: done",
    )


def test_the_outage_is_told_as_what_it_was_at_most() -> None:
    back = (475, RouteStepPassed(action=ActionName.WAIT_FOR_BOTH_NODES))
    found = route_report(told(*REBOOTS, back))
    assert found is not None
    assert found.outage == "traffic stood still from 15:01:15 for at most 6 min 40 s"


def test_nodes_that_were_not_seen_back_are_no_end_of_an_outage() -> None:
    found = route_report(told(*REBOOTS))
    assert found is not None
    assert found.outage == "traffic stopped at 15:01:15; both nodes were not seen back"
    before = route_report(told((0, PLANNED)))
    assert before is not None
    assert before.outage is None
