"""The way back of a dual reboot from whose target no rollback leads back: the old image, and a second outage.

Both nodes run the target, and a person has said yes to traffic that stops once more. Each node gets the old
image over its own session; nothing reboots before both show it for their next boot, and both go down within
seconds, as on the way there.
"""

from __future__ import annotations

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.procedure.action import ActionName, CommandKind, PlannedAction, PlannedCommand
from srx_issu.domain.procedure.claims import can_take_over, may_boot, pending, runs
from srx_issu.domain.procedure.conditions import StateClaim, StateCondition, judge
from srx_issu.domain.recovery import steps
from srx_issu.domain.routes.plan import RoutePlan
from srx_issu.domain.upgrade.commands import SoftwareFamily

_REBOOT = "reboot_back_{node}"


def back_to_old(plan: RoutePlan, now: Snapshot, software: SoftwareFamily) -> tuple[PlannedAction, ...]:
    """Empty where the plan has no old image, or the nodes show no primary of RG0 or no fault: a person acts.
    Hours later, when it is approved, the fault must still be there."""
    primary = now.primary(0)
    faults = [each for node in NodeName if judge(each := _cannot_take_over(node), now, {}).holds]
    if plan.old_image_path is None or primary is None or not faults:
        return ()
    secondary, old = primary.peer, plan.old_release
    first = pending(secondary, old)
    return (
        _install(plan, software, secondary, ActionName.INSTALL_ON_SECONDARY, faults[0]),
        _install(plan, software, primary, ActionName.INSTALL_ON_PRIMARY, first),
        *_reboot_both(plan, software, primary),
        PlannedAction(
            name=ActionName.WAIT_FOR_BOTH_NODES,
            reason=f"both nodes boot {old}",
            deadline="boot_s",
            done_when=tuple(runs(node, old) for node in NodeName),
            stop_when=tuple(_back_on_other(node, old) for node in NodeName),
        ),
        PlannedAction(
            name=ActionName.WAIT_FOR_COLD_SYNC,
            reason="the nodes exchange sessions and state until each could take over",
            deadline="cold_sync_s",
            done_when=tuple(can_take_over(node) for node in NodeName),
        ),
        steps.verify(now, old),
    )


def _cannot_take_over(node: NodeName) -> StateCondition:
    return StateCondition(claim=StateClaim.CANNOT_TAKE_OVER, node=node)


def _install(
    plan: RoutePlan, software: SoftwareFamily, node: NodeName, name: ActionName, need: StateCondition
) -> PlannedAction:
    """Sent once: where the answer is lost, only what the node will boot next tells what became of it."""
    there = pending(node, plan.old_release)
    command = PlannedCommand(
        key=f"install_old_{node}",
        order=CommandKind.ADD_SOFTWARE,
        node=node,
        subject=node,
        software=software,
        image_path=plan.old_image_path,
        is_once=True,
        needs=(*(runs(each, plan.target) for each in NodeName), need),
        done_when=(there,),
    )
    return PlannedAction(
        name=name,
        node=node,
        reason=f"{node} gets {plan.old_release} for its next boot; no rollback leads there",
        deadline="install_s",
        commands=(command,),
        done_when=(there,),
    )


def _reboot_both(
    plan: RoutePlan, software: SoftwareFamily, primary: NodeName
) -> tuple[PlannedAction, PlannedAction]:
    """The secondary first, the primary as soon as it is down, and only before it can be back."""
    secondary = primary.peer
    first, second = (_REBOOT.format(node=node) for node in (secondary, primary))
    gone = StateCondition(claim=StateClaim.GONE, node=secondary, since=first)
    down = StateCondition(claim=StateClaim.WENT_DOWN, node=primary, since=second)
    held = tuple(pending(node, plan.old_release) for node in NodeName)
    not_back = StateCondition(claim=StateClaim.NOT_BACK, node=secondary, since=first)

    def reboot(
        name: ActionName, node: NodeName, needs: tuple[StateCondition, ...], done: StateCondition, why: str
    ) -> PlannedAction:
        command = PlannedCommand(
            key=_REBOOT.format(node=node),
            order=CommandKind.REBOOT_TOGETHER,
            node=node,
            subject=node,
            software=software,
            needs=needs,
            done_when=(done,),
        )
        return PlannedAction(
            name=name,
            node=node,
            reason=why,
            deadline="shortest_boot_s",
            commands=(command,),
            done_when=(done,),
        )

    why = f"{primary} is down before {secondary} is back: two releases must not hear each other"
    needs = (*(runs(node, plan.target) for node in NodeName), *held)
    return (
        reboot(ActionName.REBOOT_SECONDARY, secondary, needs, gone, f"{secondary} goes down first"),
        reboot(
            ActionName.REBOOT_PRIMARY, primary, (not_back, may_boot(primary, plan.old_release)), down, why
        ),
    )


def _back_on_other(node: NodeName, release: str) -> StateCondition:
    since = _REBOOT.format(node=node)
    return StateCondition(claim=StateClaim.BACK_ON_OTHER, node=node, release=release, since=since)
