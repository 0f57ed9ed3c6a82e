"""What to do where a route with a plan has stopped: the least that makes both nodes safe, or a person.

Before anything has rebooted, the image is taken back where it is pending. Once one node is down, the only
safe way is forward, and only while it is not back. Where two releases may hear each other, nothing is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from srx_issu.domain.cluster.model import NextBoot, NodeName, Snapshot
from srx_issu.domain.failure.classes import FailureClass, Permission
from srx_issu.domain.failure.naming import Diagnosis
from srx_issu.domain.failure.rules import DEFAULT_RULES, FailureRules
from srx_issu.domain.failure.table import FACTS
from srx_issu.domain.junos.version import same_release
from srx_issu.domain.procedure.action import ActionName, CommandKind, PlannedAction, PlannedCommand
from srx_issu.domain.procedure.claims import can_take_over, may_boot, runs
from srx_issu.domain.procedure.conditions import StateClaim, StateCondition
from srx_issu.domain.recovery import steps
from srx_issu.domain.recovery.plan import PlanKind, RecoveryPlan
from srx_issu.domain.routes.apart_steps import ApartSteps
from srx_issu.domain.routes.apart_way_back import way_out
from srx_issu.domain.routes.back_to_old import back_to_old
from srx_issu.domain.routes.foreign import foreign_image, own_image
from srx_issu.domain.routes.plan import RoutePlan
from srx_issu.domain.routes.relaxed import left_over, to_take_back
from srx_issu.domain.upgrade.commands import SoftwareFamily

_SECOND_OUTAGE = (
    "Traffic stops once more, for one boot of both nodes, and every session is lost. As it is, it goes on "
    "without a second node: refuse, and find out why they do not synchronise, if that is the lesser harm."
)


def recover_route(
    plan: RoutePlan,
    before: Snapshot,
    now: Snapshot,
    diagnosis: Diagnosis,
    software: SoftwareFamily,
    rules: FailureRules = DEFAULT_RULES,
) -> RecoveryPlan:
    """Plans from the look that was diagnosed. Nothing is ever carried out here."""
    failure = diagnosis.failure
    permission = rules.permission(failure)
    if failure is FailureClass.FINISHED:
        return _plan(diagnosis, PlanKind.NOTHING, Permission.AUTOMATIC)
    if FACTS[failure].at_most is Permission.NEVER:
        return _hold(diagnosis, left_over(plan.undo, now))
    if plan.apart is not None:
        return _of_nodes_apart(plan, plan.apart, now, diagnosis, permission)
    if failure is FailureClass.SECOND_REBOOT_LOST:
        return _reboot_what_is_left(plan, before, now, diagnosis, software, permission)
    if failure in (FailureClass.NOT_IN_SYNC, FailureClass.BOTH_BACK_ON_OLD):
        return _whole_on_one_release(plan, now, diagnosis, software, permission)
    return _nothing_rebooted(plan, now, diagnosis, software, permission)


def _nothing_rebooted(
    plan: RoutePlan, now: Snapshot, diagnosis: Diagnosis, software: SoftwareFamily, permission: Permission
) -> RecoveryPlan:
    """What is pending is taken back, where it is this upgrade's."""
    if foreign := foreign_image(now, plan.target):
        return _hold(diagnosis, why=foreign)
    held = tuple(view.node for view in now.views if view.next_boot is not None and view.next_boot.is_other)
    taking = (take_back(plan, held, software),) if held else ()
    actions = (*taking, steps.verify(now, plan.old_release))
    return _plan(diagnosis, PlanKind.TAKE_BACK, permission, actions, release=plan.old_release)


def _whole_on_one_release(
    plan: RoutePlan, now: Snapshot, diagnosis: Diagnosis, software: SoftwareFamily, permission: Permission
) -> RecoveryPlan:
    """Back on the old one nothing is sent; from the target the old image leads back, where it is needed."""
    kind, old = PlanKind.ROLL_BACK, plan.old_release
    if diagnosis.failure is FailureClass.BOTH_BACK_ON_OLD:
        return _plan(diagnosis, kind, permission, (_in_sync(), steps.verify(now, old)), release=old)
    actions = back_to_old(plan, now, software)
    if not actions:
        return _hold(diagnosis)
    return replace(_plan(diagnosis, kind, permission, actions, release=old), cautions=(_SECOND_OUTAGE,))


def _of_nodes_apart(
    plan: RoutePlan, steps_apart: ApartSteps, now: Snapshot, diagnosis: Diagnosis, permission: Permission
) -> RecoveryPlan:
    way = way_out(plan, steps_apart, now, diagnosis.failure)
    if not way.actions:
        return _hold(diagnosis, left_over(plan.undo, now))
    return _plan(diagnosis, way.kind, permission, way.actions, release=way.release)


def take_back(plan: RoutePlan, held: tuple[NodeName, ...], software: SoftwareFamily) -> PlannedAction:
    """Only where an image is seen to be pending: elsewhere the same command would make the release before
    the running one the next."""

    def command(node: NodeName) -> PlannedCommand:
        return PlannedCommand(
            key=f"take_back_{node}",
            order=CommandKind.TAKE_BACK_SOFTWARE,
            node=node,
            subject=node,
            software=software,
            is_once=True,
            needs=(
                *(runs(each, plan.old_release) for each in NodeName),
                StateCondition(claim=StateClaim.HAS_PENDING, node=node),
                *own_image(node, plan.target),
            ),
            done_when=(StateCondition(claim=StateClaim.NOTHING_PENDING, node=node),),
        )

    return PlannedAction(
        name=ActionName.TAKE_BACK_SOFTWARE,
        reason=f"{' and '.join(held)} must not boot {plan.target} by chance",
        deadline="group_settle_s",
        commands=tuple(command(node) for node in held),
        done_when=tuple(StateCondition(claim=StateClaim.NOTHING_PENDING, node=node) for node in NodeName),
    )


def _reboot_what_is_left(
    plan: RoutePlan,
    before: Snapshot,
    now: Snapshot,
    diagnosis: Diagnosis,
    software: SoftwareFamily,
    permission: Permission,
) -> RecoveryPlan:
    """Forward: the node that did not go down, while its peer is not back."""
    (left,) = (view.node for view in now.views if view.reachable)
    if (next_boot := now.view(left).next_boot) is not None and not _may_be(next_boot, plan.target):
        return _hold(diagnosis)  # it would not come back on the release that its peer boots
    booted = {node: before.view(node).booted_at for node in NodeName}
    command = PlannedCommand(
        key=f"reboot_left_{left}",
        order=CommandKind.REBOOT_TOGETHER,
        node=left,
        subject=left,
        software=software,
        needs=(
            StateCondition(claim=StateClaim.NOT_BACK, node=left.peer, booted_at=booted[left.peer]),
            runs(left, plan.old_release),
            may_boot(left, plan.target),
        ),
        done_when=(StateCondition(claim=StateClaim.WENT_DOWN, node=left, booted_at=booted[left]),),
    )
    stop = tuple(
        StateCondition(claim=StateClaim.BACK_ON_OTHER, node=node, release=plan.target, booted_at=booted[node])
        for node in NodeName
    )
    actions = (
        PlannedAction(
            name=ActionName.REBOOT_NODE,
            node=left,
            reason=f"{left} is down before {left.peer} is back: two releases must not hear each other",
            deadline="shortest_boot_s",
            commands=(command,),
            done_when=command.done_when,
            stop_when=stop,
        ),
        PlannedAction(
            name=ActionName.WAIT_FOR_BOTH_NODES,
            reason=f"both nodes boot {plan.target}",
            deadline="boot_s",
            done_when=tuple(runs(node, plan.target) for node in NodeName),
            stop_when=stop,
        ),
        _in_sync(),
        steps.verify(before, plan.target),
    )
    return _plan(diagnosis, PlanKind.FINISH_FORWARD, permission, actions, release=plan.target)


def _may_be(next_boot: NextBoot, release: str) -> bool:
    """Whether another image is pending, and nothing speaks against its being that release."""
    named = next_boot.release
    return next_boot.is_other and (named is None or same_release(named, release))


def _in_sync() -> PlannedAction:
    return PlannedAction(
        name=ActionName.WAIT_FOR_COLD_SYNC,
        reason="the nodes exchange sessions and state until each could take over",
        deadline="cold_sync_s",
        done_when=tuple(can_take_over(node) for node in NodeName),
    )


def _plan(
    diagnosis: Diagnosis,
    kind: PlanKind,
    permission: Permission,
    actions: tuple[PlannedAction, ...] = (),
    *,
    release: str | None = None,
) -> RecoveryPlan:
    return RecoveryPlan(
        kind=kind,
        failure=diagnosis.failure,
        permission=permission,
        reason=diagnosis.reason,
        actions=actions,
        release=release,
    )


def _hold(
    diagnosis: Diagnosis, left: Mapping[NodeName, tuple[str, ...]] | None = None, *, why: str | None = None
) -> RecoveryPlan:
    """``left``: the lines that a person has to take back on each node."""
    return RecoveryPlan(
        kind=PlanKind.HOLD,
        failure=diagnosis.failure,
        permission=Permission.NEVER,
        reason=f"{diagnosis.reason}. {why or FACTS[diagnosis.failure].words}",
        cautions=to_take_back(left or {}),
    )
