"""When a route by a plan is judged: not while what it has sent may still change what both nodes show."""

from __future__ import annotations

from dataclasses import replace

import pytest

from srx_issu.domain.cluster.model import GroupState, NextBoot, NodeName, NodeView
from srx_issu.domain.failure.classes import FailureClass, Permission
from srx_issu.domain.history.command_events import CommandRejected, CommandSent, CommandUnanswered, Sending
from srx_issu.domain.recovery import steps
from srx_issu.domain.recovery.plan import PlanKind, RecoveryPlan
from srx_issu.domain.upgrade.route import Route
from srx_issu.steps.recovery.stored_plan import prognosis
from srx_issu.steps.routes.stored_plan import plan_route
from srx_issu.steps.routes.where_it_stands import still_installing
from srx_issu.steps.upgrade.judge_outcome import NextStage, judge_outcome
from srx_issu.steps.waits.converge import NotYet
from tests.fakes.contexts import FakeUpgrade
from tests.fakes.intents import intent
from tests.fakes.snapshots import N0, N1, NEW, OLD, both, group, silent, snapshot, view
from tests.unit.steps.gate.worlds import command_intended

NOTHING, HELD = NextBoot(is_other=False), NextBoot(is_other=True, release=NEW)
LOST = (group(0, states={N1: GroupState.LOST}), group(1, states={N1: GroupState.LOST}))
TIMERS = intent().policy.timers


def old(node: NodeName, next_boot: NextBoot = NOTHING) -> NodeView:
    return view(node, OLD, next_boot=next_boot)


def planned() -> FakeUpgrade:
    fake = FakeUpgrade(intent=intent(route=Route.DUAL_REBOOT)).with_baseline(both(next_boot=NOTHING))
    plan_route(fake.context("assess"))
    return fake


def sent(fake: FakeUpgrade, sending: Sending, key: str, node: NodeName) -> None:
    event = command_intended(
        sending, node, route_command=key, permit_id=f"permit {key}", booted_at=view(node).booted_at
    )
    fake.happened(event, key)


def judged(fake: FakeUpgrade) -> NextStage | NotYet:
    return judge_outcome(fake.context("branch_outcome"))


def test_an_installation_whose_answer_is_lost_may_go_on_and_is_waited_for() -> None:
    """Its worker was killed, and so were those of the next tries."""
    fake = planned()
    sent(fake, Sending.INSTALL, "install_node1", N1)
    fake.reader.now = snapshot(old(N0), old(N1))
    waiting = judged(fake)
    assert isinstance(waiting, NotYet)
    assert "node1" in waiting.reason
    fake.happened(CommandUnanswered(sending=Sending.INSTALL, node=N1, permit_id="permit install_node1"), "?")
    assert isinstance(judged(fake), NotYet)
    fake.clock.sleep(TIMERS.install_s)
    assert judged(fake) is NextStage.RECOVER


def test_one_that_was_answered_refused_or_shows_is_not_waited_for() -> None:
    for event in (CommandSent, CommandRejected):
        fake = planned()
        sent(fake, Sending.INSTALL, "install_node1", N1)
        fake.happened(event(sending=Sending.INSTALL, node=N1, permit_id="permit install_node1"), "words")
        fake.reader.now = snapshot(old(N0), old(N1))
        assert judged(fake) is NextStage.RECOVER
    fake = planned()
    sent(fake, Sending.INSTALL, "install_node1", N1)
    fake.reader.now = snapshot(old(N0), old(N1, HELD))
    assert judged(fake) is NextStage.RECOVER


def test_what_is_dangerous_is_not_waited_with() -> None:
    fake = planned()
    sent(fake, Sending.INSTALL, "install_node1", N1)
    fake.reader.now = snapshot(old(N0), view(N1, NEW, next_boot=NOTHING))
    assert judged(fake) is NextStage.HOLD


def test_a_node_that_has_just_been_told_to_reboot_may_be_silent_before_its_peer_has_lost_it() -> None:
    fake = planned()
    for node in (N1, N0):
        sent(fake, Sending.INSTALL, f"install_{node}", node)
    sent(fake, Sending.REBOOT, "reboot_node1", N1)
    fake.reader.now = snapshot(old(N0, HELD), silent(N1))
    assert isinstance(judged(fake), NotYet)
    lost = replace(old(N0, HELD), groups=LOST)
    fake.reader.now = snapshot(lost, silent(N1))
    assert judged(fake) is NextStage.RECOVER
    fake.reader.now = snapshot(old(N0, HELD), silent(N1))
    fake.clock.sleep(TIMERS.shortest_boot_s)
    assert judged(fake) is NextStage.HOLD
    assert "does not show it as lost" in prognosis(fake.context("x")).plan.reason


def test_an_installation_without_an_answer_holds_back_no_reboot_that_is_left() -> None:
    """Its node was seen to have the image, and was rebooted since."""
    fake = planned()
    for node in (N1, N0):
        sent(fake, Sending.INSTALL, f"install_{node}", node)
    sent(fake, Sending.REBOOT, "reboot_node1", N1)
    fake.reader.now = snapshot(replace(old(N0, HELD), groups=LOST), silent(N1))
    assert judged(fake) is NextStage.RECOVER


def plan_of(kind: PlanKind) -> RecoveryPlan:
    """With something to do, whatever it is."""
    step = steps.wait_for_node(N0)
    return RecoveryPlan(
        kind=kind,
        failure=FailureClass.APART_AFTER_MOVE,
        permission=Permission.ASK,
        reason="x",
        actions=(step,),
    )


@pytest.mark.parametrize("kind", [PlanKind.TAKE_BACK, PlanKind.ROLL_BACK, PlanKind.FINISH_FORWARD])
def test_no_way_on_or_back_is_planned_beside_an_installation_that_may_go_on(kind: PlanKind) -> None:
    """Nodes that are apart go on by a second installation, or are halted and joined as what they run."""
    fake = planned()
    sent(fake, Sending.INSTALL, "install_node1", N1)
    now = snapshot(old(N0), old(N1))
    assert isinstance(still_installing(fake.context("x"), now, plan_of(kind)), NotYet)
    nothing_to_do = replace(plan_of(kind), actions=())
    assert still_installing(fake.context("x"), now, nothing_to_do) is None
    no_traffic = replace(plan_of(kind), failure=FailureClass.APART_NO_TRAFFIC)
    assert still_installing(fake.context("x"), now, no_traffic) is None
