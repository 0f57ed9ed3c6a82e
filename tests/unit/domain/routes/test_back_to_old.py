"""The way back by the old image: on both nodes first, then both down within seconds, as on the way there."""

from __future__ import annotations

from dataclasses import replace

from srx_issu.domain.cluster.model import ColdSync, NextBoot, Snapshot
from srx_issu.domain.failure.classes import FailureClass, Permission
from srx_issu.domain.procedure.action import ActionName, CommandKind
from srx_issu.domain.procedure.progress import Send, Stop, next_in
from srx_issu.domain.recovery.plan import PlanKind, RecoveryPlan
from srx_issu.domain.routes.dual_reboot import dual_reboot_plan
from srx_issu.domain.routes.stopped import diagnose_route
from srx_issu.domain.routes.way_back import recover_route
from srx_issu.domain.upgrade.commands import SoftwareFamily
from srx_issu.domain.upgrade.route import Rollback, RollbackRule, Route, RouteRules, RouteScope
from srx_issu.domain.upgrade.support import SupportMatrix
from tests.fakes.intents import IMAGE, intent
from tests.fakes.snapshots import N0, N1, NEW, OLD, both, group

OLD_IMAGE = replace(IMAGE, name=f"junos-srxhe-x86-64-{OLD}.tgz", release=OLD)
RUNNING = NextBoot(is_other=False)
SYNCING = ColdSync(weight=255, not_completed=("fpc0",))


def rules(rollback: Rollback) -> SupportMatrix:
    said = RollbackRule(scope=RouteScope(), rollback=rollback, reason="no way back", source="page")
    return SupportMatrix(platforms={}, routes=RouteRules(rollbacks=(said,)))


def recovery(now: Snapshot, rollback: Rollback = Rollback.NONE) -> RecoveryPlan:
    asked = intent(
        route=Route.DUAL_REBOOT,
        image=replace(IMAGE, release=NEW),
        support=rules(rollback),
        old_images=(OLD_IMAGE,),
    )
    before = both(next_boot=RUNNING)
    plan = dual_reboot_plan(before, asked)
    diagnosis = diagnose_route(plan, before, now, was_rebooted=True, words=None)
    assert diagnosis.failure is FailureClass.NOT_IN_SYNC
    return recover_route(plan, before, now, diagnosis, SoftwareFamily.SYSTEM)


def not_in_sync() -> Snapshot:
    return both(NEW, NEW, next_boot=RUNNING, cold_sync=SYNCING)


def test_it_is_asked_and_says_that_traffic_stops_once_more() -> None:
    plan = recovery(not_in_sync())
    assert (plan.kind, plan.permission, plan.release) == (PlanKind.ROLL_BACK, Permission.ASK, OLD)
    assert "Traffic stops once more" in plan.cautions[0]


def test_both_nodes_show_the_old_image_before_either_goes_down() -> None:
    plan = recovery(not_in_sync())
    assert [(command.order, command.node) for command in plan.commands] == [
        (CommandKind.ADD_SOFTWARE, N1),
        (CommandKind.ADD_SOFTWARE, N0),
        (CommandKind.REBOOT_TOGETHER, N1),
        (CommandKind.REBOOT_TOGETHER, N0),
    ]
    assert {command.image_path for command in plan.commands[:2]} == {OLD_IMAGE.node_path}
    reboot = plan.action(ActionName.REBOOT_SECONDARY)
    assert reboot is not None
    held = {(need.claim.value, need.node) for need in reboot.commands[0].needs}
    assert held >= {("pending", N0), ("pending", N1)}


def test_only_the_two_reboots_are_looked_at_without_a_pause() -> None:
    plan = recovery(not_in_sync())
    urgent = [action.name for action in plan.actions if action.is_urgent]
    assert urgent == [ActionName.REBOOT_SECONDARY, ActionName.REBOOT_PRIMARY]
    assert plan.urgent_keys == {"reboot_back_node1", "reboot_back_node0"}


def test_where_a_rollback_leads_back_a_person_acts() -> None:
    plan = recovery(not_in_sync(), Rollback.WORKS)
    assert (plan.kind, plan.actions) == (PlanKind.HOLD, ())


def test_without_a_primary_of_rg0_a_person_acts() -> None:
    plan = recovery(both(NEW, NEW, next_boot=RUNNING, cold_sync=SYNCING, groups=(group(1, N0),)))
    assert (plan.kind, plan.actions) == (PlanKind.HOLD, ())


def test_a_cluster_that_has_come_into_sync_since_is_left_alone() -> None:
    first = recovery(not_in_sync()).actions[0]
    still, healthy = not_in_sync(), both(NEW, NEW, next_boot=RUNNING)
    assert isinstance(next_in(first, still, ()), Send)
    stopped = next_in(first, healthy, ())
    assert isinstance(stopped, Stop)
    assert "could take over" in stopped.reason
