"""Where a dual reboot has stopped, and what follows, from what both nodes show."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from srx_issu.domain.cluster.model import ColdSync, GroupState, NextBoot, NodeName, NodeView, Snapshot
from srx_issu.domain.failure.classes import FailureClass, Permission
from srx_issu.domain.failure.rules import FailureRules
from srx_issu.domain.procedure.action import ActionName, CommandKind
from srx_issu.domain.recovery.plan import PlanKind, RecoveryPlan
from srx_issu.domain.routes.dual_reboot import dual_reboot_plan
from srx_issu.domain.routes.stopped import diagnose_route
from srx_issu.domain.routes.way_back import recover_route
from srx_issu.domain.upgrade.commands import SoftwareFamily
from srx_issu.domain.upgrade.route import Route
from tests.fakes.intents import intent
from tests.fakes.snapshots import N0, N1, NEW, OLD, SYNCING, T0, both, group, silent, snapshot, view

NOTHING, HELD, UNNAMED = (
    NextBoot(is_other=False),
    NextBoot(is_other=True, release=NEW),
    NextBoot(is_other=True),
)
BEFORE = both(next_boot=NOTHING)
PLAN = dual_reboot_plan(BEFORE, intent(route=Route.DUAL_REBOOT))
LATER = T0 + timedelta(minutes=10)
ALONE = (group(0, states={N1: GroupState.LOST}), group(1, states={N1: GroupState.LOST}))


def old(node: NodeName, next_boot: NextBoot | None = NOTHING, **changes: object) -> NodeView:
    return view(node, OLD, next_boot=next_boot, **changes)  # type: ignore[arg-type]


def booted(node: NodeName, release: str, **changes: object) -> NodeView:
    return view(node, release, booted_at=LATER, next_boot=NOTHING, **changes)  # type: ignore[arg-type]


def found(now: Snapshot, *, rebooted: bool = True, words: str | None = None) -> RecoveryPlan:
    diagnosis = diagnose_route(PLAN, BEFORE, now, was_rebooted=rebooted, words=words)
    plan = recover_route(PLAN, BEFORE, now, diagnosis, SoftwareFamily.SYSTEM)
    assert plan.failure is diagnosis.failure
    return plan


SPACE = "ERROR: Not enough space in /var/tmp"
CASES = [
    (snapshot(old(N0), old(N1)), FailureClass.IMAGE_REFUSED, PlanKind.TAKE_BACK),
    (snapshot(old(N0), old(N1, HELD)), FailureClass.PENDING_ON_ONE_NODE, PlanKind.TAKE_BACK),
    (snapshot(old(N0, HELD), old(N1, HELD)), FailureClass.NOT_REBOOTED, PlanKind.TAKE_BACK),
    (snapshot(old(N0, UNNAMED), old(N1, HELD)), FailureClass.NOT_REBOOTED, PlanKind.TAKE_BACK),
    (snapshot(old(N0, None), old(N1, HELD)), FailureClass.NEXT_BOOT_UNKNOWN, PlanKind.HOLD),
    (
        snapshot(old(N0, HELD, groups=ALONE), silent(N1)),
        FailureClass.SECOND_REBOOT_LOST,
        PlanKind.FINISH_FORWARD,
    ),
    (snapshot(old(N0, groups=ALONE), silent(N1)), FailureClass.SECOND_REBOOT_LOST, PlanKind.HOLD),
    (snapshot(silent(N0), booted(N1, NEW)), FailureClass.NODE_NOT_BACK, PlanKind.HOLD),
    (snapshot(silent(N0), silent(N1)), FailureClass.NODE_NOT_BACK, PlanKind.HOLD),
    (snapshot(silent(N0), booted(N1, OLD)), FailureClass.NODE_BACK_ON_OLD, PlanKind.HOLD),
    (snapshot(old(N0, HELD), booted(N1, NEW)), FailureClass.RELEASES_TOGETHER, PlanKind.HOLD),
    (snapshot(booted(N0, NEW), booted(N1, OLD)), FailureClass.RELEASES_TOGETHER, PlanKind.HOLD),
    (snapshot(booted(N0, OLD), booted(N1, OLD)), FailureClass.BOTH_BACK_ON_OLD, PlanKind.ROLL_BACK),
    (snapshot(booted(N0, NEW), booted(N1, NEW)), FailureClass.FINISHED, PlanKind.NOTHING),
    (
        snapshot(booted(N0, NEW, cold_sync=SYNCING), booted(N1, NEW, cold_sync=SYNCING)),
        FailureClass.NOT_IN_SYNC,
        PlanKind.HOLD,
    ),
    (
        snapshot(booted(N0, NEW), booted(N1, NEW, groups=(group(0, N1), group(1)))),
        FailureClass.BOTH_PRIMARY,
        PlanKind.HOLD,
    ),
]


@pytest.mark.parametrize(("now", "failure", "kind"), CASES)
def test_is_named_by_what_both_nodes_show(now: Snapshot, failure: FailureClass, kind: PlanKind) -> None:
    plan = found(now)
    assert (plan.failure, plan.kind) == (failure, kind)
    if kind is PlanKind.HOLD:
        assert (plan.permission, plan.commands) == (Permission.NEVER, ())


def test_a_silent_node_that_was_not_told_to_reboot_is_missing_not_rebooting() -> None:
    plan = found(snapshot(old(N0, groups=ALONE), silent(N1)), rebooted=False)
    assert (plan.failure, plan.kind) == (FailureClass.NODE_MISSING, PlanKind.HOLD)


@pytest.mark.parametrize(
    ("words", "failure"),
    [
        ("error: not enough space in /var/tmp", FailureClass.DISK_FULL),
        ("ERROR: Validation failed", FailureClass.VALIDATION_FAILED),
        ("something nobody has seen yet", FailureClass.IMAGE_REFUSED),
    ],
)
def test_the_words_of_a_refusal_only_name_the_cause(words: str, failure: FailureClass) -> None:
    assert found(snapshot(old(N0), old(N1)), rebooted=False, words=words).failure is failure
    together = snapshot(old(N0, HELD), booted(N1, NEW))
    assert found(together, words=words).failure is FailureClass.RELEASES_TOGETHER


def test_an_image_is_taken_back_only_where_it_is_seen_to_be_pending() -> None:
    plan = found(snapshot(old(N0), old(N1, HELD)))
    (command,) = plan.commands
    assert (command.node, command.junos_command.cli) == (N1, "request system software rollback node 1")
    assert {need.claim.value for need in command.needs} == {"runs", "has_pending", "may_boot"}
    assert plan.release == OLD


def test_nothing_pending_anywhere_is_only_looked_at() -> None:
    assert found(snapshot(old(N0), old(N1))).commands == ()


def test_the_reboot_that_is_left_is_sent_only_while_the_first_node_is_not_back() -> None:
    plan = found(snapshot(old(N0, HELD, groups=ALONE), silent(N1)))
    (command,) = plan.commands
    assert (command.order, command.node, command.is_once) == (CommandKind.REBOOT_TOGETHER, N0, False)
    assert [(need.claim.value, need.node) for need in command.needs] == [
        *(("not_back", N1), ("runs", N0), ("may_boot", N0))
    ]
    first = plan.action(ActionName.REBOOT_NODE)
    assert first is not None
    assert {each.claim.value for each in first.stop_when} == {"back_on_other"}


def test_where_policy_asks_the_plan_waits_for_a_person() -> None:
    now = snapshot(old(N0), old(N1, HELD))
    diagnosis = diagnose_route(PLAN, BEFORE, now, was_rebooted=False, words=None)
    rules = FailureRules(permissions={FailureClass.PENDING_ON_ONE_NODE: Permission.ASK})
    plan = recover_route(PLAN, BEFORE, now, diagnosis, SoftwareFamily.SYSTEM, rules)
    assert plan.permission is Permission.ASK


VIEWS: list[Callable[[NodeName], NodeView]] = [
    silent,
    old,
    lambda node: old(node, HELD),
    lambda node: old(node, None),
    lambda node: booted(node, OLD),
    lambda node: booted(node, NEW),
    lambda node: booted(node, NEW, cold_sync=ColdSync(weight=255)),
    lambda node: view(node, "19.4R1", next_boot=NOTHING),
]


def test_whatever_is_seen_no_plan_reboots_a_node_beside_another_release_or_takes_back_what_is_not_there() -> (
    None
):
    for one, other in itertools.product(VIEWS, VIEWS):
        now = snapshot(one(N0), other(N1))
        for command in found(now).commands:
            peer, here = now.view(command.node.peer), now.view(command.node)
            if command.order is CommandKind.REBOOT_TOGETHER:
                assert not peer.reachable
            else:
                assert command.order is CommandKind.TAKE_BACK_SOFTWARE
                assert here.next_boot is not None
                assert here.next_boot.is_other
                assert here.release == peer.release == OLD


def test_nothing_of_the_plan_survives_without_its_baseline() -> None:
    nobody = both(groups=(group(0, None), group(1)))
    with pytest.raises(ValueError, match="no primary of RG0"):
        dual_reboot_plan(nobody, intent(route=Route.DUAL_REBOOT))
    with pytest.raises(ValueError, match="share a key"):
        replace(PLAN, phases=(*PLAN.phases, PLAN.phases[0]))
