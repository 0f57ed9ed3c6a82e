"""A dual reboot whose controller is gone: a recovery goes on by its plan, from whatever both nodes show."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from srx_issu.domain.outcome import Outcome
from srx_issu.domain.procedure.action import ActionName
from srx_issu.domain.recovery.found import NOT_KNOWN
from srx_issu.domain.upgrade.intent import Purpose
from srx_issu.domain.upgrade.route import Route
from srx_issu.steps.baseline import intent_of
from srx_issu.steps.routes import carry_out as route
from srx_issu.steps.upgrade.hold_for_operator import hold_for_operator
from srx_issu.steps.upgrade.judge_outcome import NextStage
from srx_issu.steps.upgrade.observe import left_half_way, observe
from tests.fakes.contexts import FakeUpgrade
from tests.fakes.intents import intent
from tests.fakes.snapshots import N0, N1, NEW, OLD
from tests.properties.routes.driving import Run, run_of
from tests.properties.routes.two_nodes import TwoNodes


def taken_over(run: Run) -> Run:
    """A recovery in the same journal. Its own intent knows neither target nor baseline."""
    first = run.fake
    plain = intent(route=Route.DUAL_REBOOT, purpose=Purpose.RECOVER, upgrade_id="recover-1")
    ours = replace(plain, image=replace(plain.image, release=NOT_KNOWN))
    first.leases.release("cluster:fw-1", first.intent.upgrade_id)
    fake = FakeUpgrade(
        intent=ours,
        reader=first.reader,
        writer=first.writer,
        journal=first.journal,
        leases=first.leases,
        evidence=first.evidence,
        clock=first.clock,
    )
    observe(fake.context("observe"))
    fake.intent = intent_of(fake.journal, ours.upgrade_id)
    return Run(model=run.model, fake=fake, chance=run.chance)


def ended(run: Run) -> Outcome | None:
    stage = run.judged()
    if stage is NextStage.VERIFY:
        return None
    if stage is NextStage.RECOVER:
        return run.recover()
    hold_for_operator(run.context("hold"))
    return run.fake.outcome


def left_behind(*actions: ActionName) -> Run:
    chance = random.Random(1)
    run = run_of(TwoNodes(chance=chance), chance)
    for name in actions:
        route.carry_out(run.context("both"), name)
    return run


BOTH = (ActionName.INSTALL_ON_SECONDARY, ActionName.INSTALL_ON_PRIMARY)


@pytest.mark.parametrize("done", [BOTH[:1], BOTH])
def test_what_is_pending_is_taken_back(done: tuple[ActionName, ...]) -> None:
    run = taken_over(left_behind(*done))
    assert ended(run) is Outcome.ABORTED_CLEAN
    nodes = run.model.nodes.values()
    assert ([node.release for node in nodes], [node.pending for node in nodes]) == ([OLD, OLD], [None, None])
    assert run.model.broken == []


def test_the_reboot_that_is_left_is_sent_while_the_first_node_is_down() -> None:
    run = left_behind(*BOTH, ActionName.REBOOT_SECONDARY)
    run = taken_over(run)
    assert ended(run) is None
    assert (run.model.told, run.model.heard) == ([N1, N0], False)
    assert {node.release for node in run.model.nodes.values()} == {NEW}


def test_two_releases_that_hear_each_other_are_a_persons_and_nothing_is_sent() -> None:
    run = left_behind(*BOTH, ActionName.REBOOT_SECONDARY)
    run.fake.clock.sleep(1000)
    assert run.model.heard
    run = taken_over(run)
    assert ended(run) is Outcome.NEEDS_OPERATOR
    assert run.model.told == [N1]
    assert run.fake.pager.calls


def test_nodes_that_still_boot_are_waited_for() -> None:
    run = left_behind(*BOTH, ActionName.REBOOT_SECONDARY, ActionName.REBOOT_PRIMARY)
    run.fake.clock.sleep(20)
    run = taken_over(run)
    assert ended(run) is None
    assert {node.release for node in run.model.nodes.values()} == {NEW}


def test_it_says_whose_route_it_goes_on_from_and_tells_its_plan() -> None:
    so_far = taken_over(left_behind(*BOTH)).fake.known()
    assert so_far.route_from == "manual__1"
    assert so_far.route is not None
    assert so_far.route_commands == (), "of its own"


def test_where_nothing_was_begun_there_is_no_route_to_go_on_from() -> None:
    run = left_behind()
    assert left_half_way(run.fake.journal, "fw-1", "recover-1") is None
