"""An ICU's way back where no source says that a rollback leads back: asked, and with what to do then."""

from __future__ import annotations

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.failure.classes import FailureClass, Permission
from srx_issu.domain.procedure.action import ActionName, CommandKind, PlannedAction, PlannedCommand
from srx_issu.domain.recovery.plan import PlanKind, RecoveryPlan
from srx_issu.domain.upgrade.leads_back import OldImage
from srx_issu.domain.upgrade.route import Rollback, RollbackRule, RouteScope
from srx_issu.steps.routes.icu import in_doubt
from tests.fakes.intents import IMAGE

RULE = RollbackRule(scope=RouteScope(), rollback=Rollback.UNKNOWN, reason="not documented", source="page")
OLD = OldImage(release="24.4R1.9", rule=RULE, image=IMAGE, missing="")


def plan(order: CommandKind, permission: Permission = Permission.AUTOMATIC) -> RecoveryPlan:
    command = PlannedCommand(key="one", order=order, node=NodeName.NODE1, subject=NodeName.NODE1)
    action = PlannedAction(
        name=ActionName.ROLL_BACK_NODE, reason="back", deadline="group_settle_s", commands=(command,)
    )
    return RecoveryPlan(
        kind=PlanKind.ROLL_BACK,
        failure=FailureClass.STUCK,
        permission=permission,
        reason="stuck",
        actions=(action,),
    )


def test_a_rollback_that_may_not_lead_back_is_asked_and_names_the_old_image() -> None:
    found = in_doubt(plan(CommandKind.ROLL_BACK_NEXT_BOOT), OLD)
    assert found.permission is Permission.ASK
    (caution,) = found.cautions
    assert caution.startswith("not documented. Where the rollback does not show 24.4R1.9")
    assert caution.endswith(f"{IMAGE.name} lies on both nodes")


def test_what_policy_forbids_stays_forbidden() -> None:
    never = plan(CommandKind.ROLL_BACK_NEXT_BOOT, Permission.NEVER)
    assert in_doubt(never, OLD).permission is Permission.NEVER


def test_a_plan_without_a_rollback_and_a_rollback_that_works_stay_as_they_are() -> None:
    taken_back = plan(CommandKind.TAKE_BACK_SOFTWARE)
    assert in_doubt(taken_back, OLD) is taken_back
    sure = plan(CommandKind.ROLL_BACK_NEXT_BOOT)
    assert in_doubt(sure, None) is sure
