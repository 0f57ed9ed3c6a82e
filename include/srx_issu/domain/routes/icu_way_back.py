"""The way back of an in-band cluster upgrade (ICU), as Juniper's page has it, and nothing besides.

Before the secondary reboots: an abort on the primary, which is over when its command is seen to have ended;
then what is pending is taken back. From the secondary's reboot on, on the secondary and in this order: abort,
rollback, reboot; only then what is pending on the primary is taken back. A node that is primary of a group is
never taken down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.failure.classes import FailureClass, Permission
from srx_issu.domain.failure.naming import Diagnosis
from srx_issu.domain.failure.rules import DEFAULT_RULES, FailureRules
from srx_issu.domain.failure.situation import Situation
from srx_issu.domain.failure.table import FACTS
from srx_issu.domain.procedure.action import ActionName, CommandKind, PlannedAction, PlannedCommand
from srx_issu.domain.procedure.claims import (
    command_ended,
    has_pending,
    nothing_pending,
    pending,
    primary_of_all,
    runs,
)
from srx_issu.domain.procedure.conditions import StateClaim, StateCondition
from srx_issu.domain.recovery import group_steps, steps
from srx_issu.domain.recovery.plan import PlanKind, RecoveryPlan
from srx_issu.domain.routes.foreign import foreign_image, own_image


@dataclass(frozen=True, kw_only=True)
class _WayBack:
    """What a plan is made from. ``old``: the release that both nodes ran before."""

    before: Snapshot
    now: Snapshot
    diagnosis: Diagnosis
    old: str
    permission: Permission
    fails_back: bool

    @property
    def starter(self) -> NodeName:
        return self.diagnosis.starter


def recover_icu(
    before: Snapshot,
    now: Snapshot,
    diagnosis: Diagnosis,
    *,
    fails_back: bool = True,
    rules: FailureRules = DEFAULT_RULES,
) -> RecoveryPlan:
    """Plans from the look that was diagnosed; nothing is carried out here. ``fails_back``: data groups that
    the ICU gathered go home."""
    failure, old = diagnosis.failure, before.view(diagnosis.starter).release
    if failure is FailureClass.FINISHED:
        return _plan(diagnosis, PlanKind.NOTHING, Permission.AUTOMATIC)
    if failure is FailureClass.UNDER_WAY:
        return _plan(diagnosis, PlanKind.WATCH, Permission.NEVER)
    if old is None or FACTS[failure].at_most is Permission.NEVER:
        return _hold(diagnosis)
    case = _WayBack(
        before=before,
        now=now,
        diagnosis=diagnosis,
        old=old,
        permission=rules.permission(failure),
        fails_back=fails_back,
    )
    match diagnosis.situation:
        case Situation.UNCHANGED:
            return _nothing_rebooted(case)
        case Situation.PEER_UPGRADED | Situation.PEER_SILENT:
            return _secondary_goes_back(case)
        case _:
            return _hold(diagnosis)


def _nothing_rebooted(case: _WayBack) -> RecoveryPlan:
    if foreign := foreign_image(case.now, case.diagnosis.target):
        return _hold(case.diagnosis, foreign)
    has_ended = case.now.view(case.starter).command_ended is True
    first = () if has_ended else (_abort_on_primary(case),)
    actions = (*first, _take_back(case, tuple(NodeName)), *_closing(case))
    held = [v.node for v in case.now.views if v.next_boot is not None and v.next_boot.is_other]
    kind = PlanKind.TAKE_BACK if held or not has_ended else PlanKind.ABORT_ONLY
    return _plan(case.diagnosis, kind, case.permission, actions, release=case.old)


def _abort_on_primary(case: _WayBack) -> PlannedAction:
    """Its reply tells nothing: it is over when the exit file of the job is there."""
    node = case.starter
    ended = command_ended(node)
    command = PlannedCommand(
        key=f"abort_icu_{node}",
        order=CommandKind.ABORT_ICU,
        node=node,
        needs=(*(runs(each, case.old) for each in NodeName), _has_not_rebooted(case, node.peer)),
        done_when=(ended,),
        is_once=True,
    )
    return PlannedAction(
        name=ActionName.ABORT_ICU,
        node=node,
        reason=f"the ICU on {node} ends behind the operation under way, before the secondary reboots",
        deadline="secondary_upgrade_s",
        commands=(command,),
        done_when=(ended,),
    )


def _has_not_rebooted(case: _WayBack, node: NodeName) -> StateCondition:
    """From the secondary's reboot on the primary is not asked, whichever release came of it."""
    return StateCondition(claim=StateClaim.UNREBOOTED, node=node, booted_at=case.before.view(node).booted_at)


def _take_back(case: _WayBack, nodes: tuple[NodeName, ...]) -> PlannedAction:
    """Only where an image is seen to be pending: elsewhere the same command would make the release before
    the running one the next."""
    target = case.diagnosis.target
    commands = tuple(
        PlannedCommand(
            key=f"take_back_{node}",
            order=CommandKind.TAKE_BACK_SOFTWARE,
            node=node,
            subject=node,
            is_once=True,
            needs=(*(runs(each, case.old) for each in NodeName), has_pending(node), *own_image(node, target)),
            waits_for=(command_ended(case.starter),),
            done_when=(nothing_pending(node),),
        )
        for node in nodes
    )
    return PlannedAction(
        name=ActionName.TAKE_BACK_SOFTWARE,
        reason=f"neither node may boot {target} by chance",
        deadline="group_settle_s",
        commands=commands,
        done_when=tuple(nothing_pending(node) for node in NodeName),
    )


def _secondary_goes_back(case: _WayBack) -> RecoveryPlan:
    """Only once the command is known to have ended: it would reboot the primary next."""
    keep, back = case.starter, case.starter.peer
    if case.now.view(keep).command_ended is not True:
        return _hold(case.diagnosis, f"nothing shows that the ICU on {keep} has ended: it may reboot {keep}")
    if led := [g for g in case.now.group_ids if case.now.primary(g) is not keep]:
        names = " and ".join(f"RG{group_id}" for group_id in led)
        return _hold(case.diagnosis, f"{keep} is not primary of {names}: {back} is not taken down")
    silent = not case.now.view(back).reachable
    actions = (
        *([steps.wait_for_node(back)] if silent else []),
        _abort_on_secondary(case),
        _roll_back(case),
        *_reboot(case),
        _take_back(case, (keep,)),
        *_closing(case),
    )
    cautions = (
        f"{back} must still have the image of {case.old} as its previous one",
        f"a power cut on {keep} before the end brings it up on {case.diagnosis.target}",
    )
    return _plan(
        case.diagnosis, PlanKind.ROLL_BACK, case.permission, actions, release=case.old, cautions=cautions
    )


def _half_way(case: _WayBack) -> tuple[StateCondition, ...]:
    """Of each command to the secondary. One that came back late may run the old release after all: there a
    rollback would make the image that it did not boot its next one."""
    keep, target = case.starter, case.diagnosis.target
    return (runs(keep, case.old), primary_of_all(keep), command_ended(keep), runs(keep.peer, target))


def _abort_on_secondary(case: _WayBack) -> PlannedAction:
    """Its effect shows in that the rollback behind it is taken."""
    back = case.starter.peer
    command = PlannedCommand(
        key=f"abort_icu_{back}",
        order=CommandKind.ABORT_ICU,
        node=back,
        is_once=True,
        needs=_half_way(case),
    )
    return PlannedAction(
        name=ActionName.ABORT_ICU,
        node=back,
        reason=f"from the secondary's reboot on the ICU is aborted on the secondary, {back}",
        deadline="group_settle_s",
        commands=(command,),
    )


def _roll_back(case: _WayBack) -> PlannedAction:
    """For its next boot, which is asked for only when the node shows what that takes."""
    back = case.starter.peer
    is_old = pending(back, case.old)
    command = PlannedCommand(
        key=f"roll_back_{back}",
        order=CommandKind.ROLL_BACK_NEXT_BOOT,
        node=back,
        subject=back,
        is_once=True,
        needs=_half_way(case),
        done_when=(is_old,),
    )
    return PlannedAction(
        name=ActionName.ROLL_BACK_NODE,
        node=back,
        reason=f"{back} boots {case.old} next; 'node {back.number}' keeps its peer as it is",
        deadline="group_settle_s",
        commands=(command,),
        done_when=(is_old,),
    )


def _reboot(case: _WayBack) -> tuple[PlannedAction, ...]:
    back = case.starter.peer
    both = tuple(runs(node, case.old) for node in NodeName)
    command = PlannedCommand(
        key=f"boot_rolled_back_{back}",
        order=CommandKind.REBOOT,
        node=back,
        subject=back,
        is_once=True,
        needs=(*_half_way(case), pending(back, case.old)),
        done_when=(runs(back, case.old),),
    )
    return (
        PlannedAction(
            name=ActionName.REBOOT_NODE,
            node=back,
            reason=f"{back} reboots into {case.old}",
            deadline="group_settle_s",
            commands=(command,),
        ),
        PlannedAction(
            name=ActionName.WAIT_FOR_OLD_RELEASE,
            node=back,
            reason=f"{back} reboots into {case.old}, so that both nodes have the same image",
            deadline="secondary_upgrade_s",
            done_when=both,
        ),
        steps.wait_for_cold_sync(back),
    )


def _closing(case: _WayBack) -> tuple[PlannedAction, ...]:
    homes = _away(case)
    verify = steps.verify(case.now, case.old)
    quiet = tuple(nothing_pending(node) for node in NodeName)
    return (
        *([group_steps.bring_groups_back(homes, case.old)] if homes else []),
        group_steps.reset_failover(case.now, case.starter),
        replace(verify, done_when=(*verify.done_when, *quiet)),
    )


def _away(case: _WayBack) -> Mapping[int, NodeName]:
    """Data groups that served from the other node before: the ICU gathers them on its own."""
    if not case.fails_back:
        return {}
    before = {g: case.before.primary(g) for g in case.now.group_ids if g > 0}
    return {g: node for g, node in before.items() if node is not None and node is not case.starter}


def _plan(
    diagnosis: Diagnosis,
    kind: PlanKind,
    permission: Permission,
    actions: tuple[PlannedAction, ...] = (),
    *,
    release: str | None = None,
    cautions: tuple[str, ...] = (),
) -> RecoveryPlan:
    return RecoveryPlan(
        kind=kind,
        failure=diagnosis.failure,
        permission=permission,
        reason=diagnosis.reason,
        actions=actions,
        release=release,
        cautions=cautions,
    )


def _hold(diagnosis: Diagnosis, why: str | None = None) -> RecoveryPlan:
    return RecoveryPlan(
        kind=PlanKind.HOLD,
        failure=diagnosis.failure,
        permission=Permission.NEVER,
        reason=f"{diagnosis.reason}. {why or FACTS[diagnosis.failure].words}",
    )
