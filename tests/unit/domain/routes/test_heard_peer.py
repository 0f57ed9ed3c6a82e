"""A node whose management is silent, and that its peer hears, is not down: its peer is not rebooted then."""

from __future__ import annotations

from dataclasses import replace

import pytest

from srx_issu.domain.cluster.model import GroupState, NextBoot, RedundancyGroup, Snapshot
from srx_issu.domain.failure.classes import FailureClass, Permission
from srx_issu.domain.procedure.action import ActionName, TakenCommand
from srx_issu.domain.procedure.progress import Passed, Send, Stop, Wait, next_in, step_of
from srx_issu.domain.recovery.plan import RecoveryPlan
from srx_issu.domain.routes.dual_reboot import dual_reboot_plan
from srx_issu.domain.routes.icu_stopped import IcuJob, diagnose_icu
from srx_issu.domain.routes.icu_way_back import recover_icu
from srx_issu.domain.routes.stopped import diagnose_route
from srx_issu.domain.routes.way_back import recover_route
from srx_issu.domain.upgrade.commands import SoftwareFamily
from srx_issu.domain.upgrade.route import Route
from tests.fakes.intents import intent
from tests.fakes.snapshots import N0, N1, NEW, OLD, T0, after_reboot, both, group, silent, snapshot, view

NOTHING, HELD = NextBoot(is_other=False), NextBoot(is_other=True, release=NEW)
BEFORE = both(next_boot=NOTHING)
PLAN = dual_reboot_plan(BEFORE, intent(route=Route.DUAL_REBOOT))
BOOTED = BEFORE.node0.booted_at
FIRST, SECOND = (TakenCommand(key=f"reboot_{node}", at=T0, booted_at=BOOTED) for node in (N1, N0))
HEARD = (group(0), group(1))
LOST = (group(0, states={N1: GroupState.LOST}), group(1, states={N1: GroupState.LOST}))
PARTLY = (LOST[0], HEARD[1])


def beside(groups: tuple[RedundancyGroup, ...], next_boot: NextBoot | None = HELD) -> Snapshot:
    """The secondary's management is silent; ``groups``: what the primary shows of both."""
    return snapshot(view(N0, OLD, next_boot=next_boot, groups=groups), silent(N1))


def planned(now: Snapshot) -> RecoveryPlan:
    diagnosis = diagnose_route(PLAN, BEFORE, now, was_rebooted=True, words=None)
    return recover_route(PLAN, BEFORE, now, diagnosis, SoftwareFamily.SYSTEM)


@pytest.mark.parametrize("groups", [HEARD, PARTLY, ()])
def test_a_node_that_is_not_seen_lost_is_not_taken_for_one_that_is_down(
    groups: tuple[RedundancyGroup, ...],
) -> None:
    plan = planned(beside(groups))
    assert (plan.failure, plan.permission, plan.commands) == (
        *(FailureClass.NODE_MISSING, Permission.NEVER, ()),
    )
    assert planned(beside(LOST)).failure is FailureClass.SECOND_REBOOT_LOST


def test_the_reboot_that_is_left_is_kept_back_once_the_first_node_is_heard_again() -> None:
    action = planned(beside(LOST)).action(ActionName.REBOOT_NODE)
    assert action is not None
    assert isinstance(next_in(action, beside(LOST), ()), Send)
    assert isinstance(next_in(action, beside(HEARD), ()), Stop)
    assert isinstance(next_in(action, beside(PARTLY), ()), Wait)
    assert isinstance(next_in(action, beside(()), ()), Wait)


@pytest.mark.parametrize("name", [ActionName.REBOOT_PRIMARY, ActionName.WAIT_FOR_BOTH_NODES])
def test_a_first_node_that_its_peer_hears_again_is_back_though_its_management_is_silent(
    name: ActionName,
) -> None:
    assert isinstance(step_of(PLAN, name, beside(LOST), (FIRST,)), Send)
    assert isinstance(step_of(PLAN, name, beside(HEARD), (FIRST,)), Stop)


@pytest.mark.parametrize("taken", [(FIRST, replace(SECOND, booted_at=None)), (FIRST, SECOND)])
def test_a_primary_that_is_back_on_the_target_is_never_told_to_reboot_again(
    taken: tuple[TakenCommand, ...],
) -> None:
    """Whether or not it told when it had booted before its reboot."""
    now = snapshot(after_reboot(view(N0, NEW, next_boot=NOTHING, groups=LOST)), silent(N1))
    assert not isinstance(step_of(PLAN, ActionName.WAIT_FOR_BOTH_NODES, now, taken), Send)


def test_what_is_left_is_not_rebooted_into_another_image_than_its_peer() -> None:
    other = NextBoot(is_other=True, release="20.4R3")
    assert planned(beside(LOST, other)).commands == ()


def test_what_is_left_is_not_rebooted_once_it_runs_the_target() -> None:
    """Its reboot was carried out, and it did not tell when it had booted before."""
    now = beside(LOST)
    mute = replace(BEFORE, node0=replace(BEFORE.node0, booted_at=None))
    diagnosis = diagnose_route(PLAN, mute, now, was_rebooted=True, words=None)
    plan = recover_route(PLAN, mute, now, diagnosis, SoftwareFamily.SYSTEM)
    action = plan.action(ActionName.REBOOT_NODE)
    assert action is not None
    sent = TakenCommand(key=action.commands[0].key, at=T0, booted_at=None)
    later = replace(
        snapshot(after_reboot(view(N0, NEW, next_boot=NOTHING, groups=LOST)), silent(N1)),
        taken_at=after_reboot(view(N0)).booted_at,
    )
    assert not isinstance(next_in(action, later, (sent,)), Send | Passed)


@pytest.mark.parametrize("other", [NOTHING, HELD])
def test_an_image_that_is_not_this_upgrades_is_not_taken_back(other: NextBoot) -> None:
    """Somebody else has installed it since."""
    foreign = NextBoot(is_other=True, release="20.4R3")
    now = snapshot(view(N0, OLD, next_boot=foreign), view(N1, OLD, next_boot=other))
    plan = planned(now)
    assert (plan.permission, plan.commands) == (Permission.NEVER, ())
    assert "20.4R3" in plan.reason
    job = IcuJob(transcript="error: Validation failed", exit_status="1", has_ended=True)
    diagnosis = diagnose_icu(BEFORE, now, N0, NEW, job=job, overdue=True)
    of_icu = recover_icu(BEFORE, now, diagnosis)
    assert (of_icu.permission, of_icu.commands) == (Permission.NEVER, ())
    assert "20.4R3" in of_icu.reason


def test_a_first_node_that_answers_and_has_not_rebooted_is_not_down() -> None:
    """It was lost to its peer for a moment: rebooting the peer beside it would leave two releases."""
    up = snapshot(view(N0, OLD, next_boot=HELD), view(N1, OLD, next_boot=HELD))
    assert isinstance(step_of(PLAN, ActionName.REBOOT_PRIMARY, up, (FIRST,)), Wait)
    action = planned(beside(LOST)).action(ActionName.REBOOT_NODE)
    assert action is not None
    assert isinstance(next_in(action, up, ()), Wait)


@pytest.mark.parametrize("shown", [NOTHING, NextBoot(is_other=True, release="20.4R3")])
def test_the_second_node_is_not_rebooted_into_another_release_than_the_first(shown: NextBoot) -> None:
    """What was pending is gone: it would come back beside the other release, and carries the traffic."""
    for name in (ActionName.REBOOT_PRIMARY, ActionName.WAIT_FOR_BOTH_NODES):
        found = step_of(PLAN, name, beside(LOST, shown), (FIRST,))
        assert isinstance(found, Stop), name
    assert isinstance(step_of(PLAN, ActionName.REBOOT_PRIMARY, beside(LOST, None), (FIRST,)), Send)
    action = planned(beside(LOST)).action(ActionName.REBOOT_NODE)
    assert action is not None
    assert isinstance(next_in(action, beside(LOST, shown), ()), Stop)


def test_a_second_node_that_runs_the_target_is_not_rebooted_whatever_it_tells_of_its_boot() -> None:
    now = snapshot(view(N0, NEW, next_boot=None, booted_at=None, groups=LOST), silent(N1))
    assert isinstance(step_of(PLAN, ActionName.REBOOT_PRIMARY, now, (FIRST,)), Stop)


def test_a_first_node_that_does_not_tell_its_release_is_not_rebooted() -> None:
    mute = snapshot(view(N0, OLD, next_boot=HELD), view(N1, None, next_boot=HELD))
    assert isinstance(step_of(PLAN, ActionName.REBOOT_SECONDARY, mute, ()), Wait)


def test_an_image_that_turns_out_to_be_somebody_elses_is_not_taken_back() -> None:
    held = snapshot(view(N0, OLD, next_boot=NOTHING), view(N1, OLD, next_boot=HELD))
    foreign = NextBoot(is_other=True, release="20.4R3")
    now = snapshot(view(N0, OLD, next_boot=NOTHING, command_ended=True), view(N1, OLD, next_boot=foreign))
    job = IcuJob(transcript="error: Validation failed", exit_status="1", has_ended=True)
    ended = replace(held, node0=replace(held.node0, command_ended=True))
    of_icu = recover_icu(BEFORE, ended, diagnose_icu(BEFORE, ended, N0, NEW, job=job, overdue=True))
    for plan in (planned(held), of_icu):
        action = plan.action(ActionName.TAKE_BACK_SOFTWARE)
        assert action is not None
        assert isinstance(next_in(action, ended, ()), Send)
        assert isinstance(next_in(action, now, ()), Stop)
