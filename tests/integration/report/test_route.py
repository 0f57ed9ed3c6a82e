"""The report's section about a route that went by a plan."""

from __future__ import annotations

from datetime import timedelta

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.gate.table import SendPurpose
from srx_issu.domain.history.command_events import CommandIntended, Sending
from srx_issu.domain.history.entry import Entry, entry_of
from srx_issu.domain.history.events import Claimed, Event
from srx_issu.domain.history.hand_events import HandWorkAnswered, HandWorkAsked
from srx_issu.domain.history.route_events import OldImageThere, RoutePlanned, RouteStepPassed
from srx_issu.domain.procedure.action import ActionName
from srx_issu.domain.procedure.by_hand import Word
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


def test_where_the_old_image_lies_is_told_with_its_node() -> None:
    there = OldImageThere(node=N1, path="/var/tmp/old.tgz", sha256="a" * 64)
    found = route_report(told((0, PLANNED), (30, there)))
    assert found is not None
    assert found.steps == ("15:00:30 node1: text",)


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


APART = RoutePlanned(route=Route.MINIMAL_DOWNTIME, starter=N0, plan="plan", digest="d" * 64)


def commit(key: str, node: NodeName, purpose: SendPurpose) -> CommandIntended:
    return CommandIntended(
        sending=Sending.COMMIT,
        node=node,
        command="commit: lines",
        permit_id="p",
        purpose=purpose,
        route_command=key,
    )


MOVE = (
    (0, APART),
    (60, commit("close_old_primary_node0", N0, SendPurpose.CONTINUE)),
    (70, commit("open_secondary_node1", N1, SendPurpose.COMPLETE)),
)


def test_the_outage_of_nodes_that_are_apart_lasts_from_one_closed_to_the_other_open() -> None:
    found = route_report(told(*MOVE, (84, RouteStepPassed(action=ActionName.OPEN_SECONDARY))))
    assert found is not None
    assert found.outage == "traffic stood still from 15:01:00 for at most 24 s"
    never = route_report(told(*MOVE))
    assert never is not None
    assert never.outage == "traffic stopped at 15:01:00; no node was seen to take it"


def test_what_a_person_was_asked_and_said_stands_among_the_steps() -> None:
    joined = ActionName.JOIN_LINKS
    word = HandWorkAnswered(action=joined, by="ada", name="Ada", word=Word.DONE)
    found = route_report(told((0, APART), (5, HandWorkAsked(action=joined)), (9, word)))
    assert found is not None
    assert found.steps == ("15:00:05 text", "15:00:09 text")
