"""What is done where the nodes were taken apart and the route has stopped: the least, in a safe order.

Before the traffic has moved the way leads back, without an outage. After it the way leads forward, or a
person acts. Nothing is sent where two releases may hear each other, or where a node does not show its state.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.failure.classes import FailureClass
from srx_issu.domain.gate.table import SendPurpose
from srx_issu.domain.procedure.action import ActionName, CommandKind, PlannedAction, PlannedCommand
from srx_issu.domain.procedure.claims import nothing_pending, pending, runs
from srx_issu.domain.procedure.conditions import StateClaim, StateCondition, judge
from srx_issu.domain.recovery.plan import PlanKind
from srx_issu.domain.routes.apart_steps import ApartSteps
from srx_issu.domain.routes.commit_step import CommitStep
from srx_issu.domain.routes.plan import RoutePlan
from srx_issu.domain.routes.relaxed import opening

_HOME = SendPurpose.BRING_HOME


@dataclass(frozen=True, kw_only=True)
class WayOut:
    """No actions: a person acts."""

    kind: PlanKind
    release: str | None = None  # what both nodes run when it has succeeded
    actions: tuple[PlannedAction, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Stopped:
    plan: RoutePlan
    steps: ApartSteps
    now: Snapshot

    @property
    def primary(self) -> NodeName:
        return self.plan.starter

    @property
    def secondary(self) -> NodeName:
        return self.plan.starter.peer


def way_out(plan: RoutePlan, steps: ApartSteps, now: Snapshot, failure: FailureClass) -> WayOut:
    """What the class, read from ``now``, calls for."""
    find = _WAYS.get(failure)
    stopped = _Stopped(plan=plan, steps=steps, now=now)
    return find(stopped) if find else WayOut(kind=PlanKind.HOLD)


def _left_relaxed(at: _Stopped) -> WayOut:
    """Nothing was taken apart: the lines are taken back, from whichever node leads now."""
    actions = at.steps.put_back(at.now.primary(0) or at.primary, at.plan.old_release, _HOME)
    return WayOut(kind=PlanKind.TAKE_BACK, release=at.plan.old_release, actions=actions)


def _apart_on_old(at: _Stopped) -> WayOut:
    """The secondary is halted, a person joins the links, and boots it."""
    node, old = at.secondary, at.plan.old_release
    held = at.now.view(node).next_boot
    if held is None or at.now.view(at.primary).next_boot is None:
        return WayOut(kind=PlanKind.HOLD)
    taken = (_take_back(at, node),) if held.is_other else ()
    return WayOut(kind=PlanKind.ROLL_BACK, release=old, actions=(*taken, *_joined_again(at, node, old)))


def _before_move(at: _Stopped) -> WayOut:
    """The secondary goes back alone, by the old image where no rollback leads there; the traffic stays where
    it is."""
    node, old = at.secondary, at.plan.old_release
    carried = (runs(at.primary, old), at.steps.open(at.primary))
    back = _roll_back(at, node) if at.steps.can_roll_back else _install_old(at, node, carried)
    if back is None:
        return WayOut(kind=PlanKind.HOLD)
    actions = (
        back,
        at.steps.reboot(ActionName.REBOOT_SECONDARY, node, _HOME, (*carried, pending(node, old))),
        at.steps.back_alone(ActionName.SECONDARY_ALONE, node, old),
        *_joined_again(at, node, old),
    )
    return WayOut(kind=PlanKind.ROLL_BACK, release=old, actions=actions)


def _no_traffic(at: _Stopped) -> WayOut:
    """The old primary takes the traffic back, as long as the other shows its ports closed."""
    node = at.primary
    if not judge(runs(node, at.plan.old_release), at.now, {}).holds:
        return WayOut(kind=PlanKind.HOLD)
    step = CommitStep(
        name=ActionName.TAKE_TRAFFIC_BACK,
        node=node,
        lines=opening(at.steps.ports(node)),
        reason=f"{node} takes the traffic back",
        purpose=_HOME,
        on=(node,),
        links_down=True,
        needs=(runs(node, at.plan.old_release),),
        waits_for=(at.steps.closed(at.secondary),),
        done_when=(at.steps.open(node),),
        deadline="outage_s",
    )
    is_upgraded = judge(runs(at.secondary, at.plan.target), at.now, {}).holds
    rest = _before_move(at) if is_upgraded else _apart_on_old(at)
    return replace(rest, actions=(at.steps.commit(step), *rest.actions)) if rest.actions else rest


def _after_move(at: _Stopped) -> WayOut:
    """Forward: the old primary is upgraded where it has to be, halted, and joined."""
    node, target = at.primary, at.plan.target
    carried = (runs(at.secondary, target), at.steps.open(at.secondary))
    held = at.now.view(node).next_boot
    if held is None:
        return WayOut(kind=PlanKind.HOLD)
    actions: tuple[PlannedAction, ...] = ()
    if judge(runs(node, at.plan.old_release), at.now, {}).holds:
        install = at.steps.install(
            ActionName.INSTALL_ON_OLD_PRIMARY,
            node,
            target,
            _HOME,
            (*carried, runs(node, at.plan.old_release)),
        )
        actions = (
            *(() if held.is_other else (install,)),
            at.steps.reboot(
                ActionName.REBOOT_OLD_PRIMARY_ALONE, node, _HOME, (*carried, pending(node, target))
            ),
            at.steps.back_alone(ActionName.OLD_PRIMARY_ALONE, node, target),
        )
    actions = (*actions, *_joined_again(at, node, target))
    return WayOut(kind=PlanKind.FINISH_FORWARD, release=target, actions=actions)


def _not_put_back(at: _Stopped) -> WayOut:
    actions = (
        at.steps.in_sync(),
        *at.steps.put_back(at.now.primary(0) or at.secondary, at.plan.target, _HOME),
    )
    return WayOut(kind=PlanKind.FINISH_FORWARD, release=at.plan.target, actions=actions)


_WAYS: Mapping[FailureClass, Callable[[_Stopped], WayOut]] = {
    FailureClass.LEFT_RELAXED: _left_relaxed,
    FailureClass.APART_ON_OLD: _apart_on_old,
    FailureClass.APART_BEFORE_MOVE: _before_move,
    FailureClass.APART_NO_TRAFFIC: _no_traffic,
    FailureClass.APART_AFTER_MOVE: _after_move,
    FailureClass.NOT_PUT_BACK: _not_put_back,
}


def _joined_again(at: _Stopped, node: NodeName, release: str) -> tuple[PlannedAction, ...]:
    """Always by way of a node that is down."""
    return (
        at.steps.halt(node, release, _HOME),
        at.steps.join(node, release),
        at.steps.in_sync(),
        *at.steps.put_back(node.peer, release, _HOME),
    )


def _take_back(at: _Stopped, node: NodeName) -> PlannedAction:
    return _software_back(at, node, nothing_pending(node), at.plan.old_release)


def _roll_back(at: _Stopped, node: NodeName) -> PlannedAction:
    return _software_back(at, node, pending(node, at.plan.old_release), at.plan.target)


def _install_old(at: _Stopped, node: NodeName, carried: tuple[StateCondition, ...]) -> PlannedAction | None:
    if at.steps.old_image_path is None:
        return None
    return at.steps.install(
        ActionName.INSTALL_ON_SECONDARY,
        node,
        at.plan.old_release,
        _HOME,
        (*carried, runs(node, at.plan.target)),
        image_path=at.steps.old_image_path,
    )


def _software_back(at: _Stopped, node: NodeName, done: StateCondition, running: str) -> PlannedAction:
    """The same command takes an image back that is pending, and else has the release before booted next."""
    is_held = (
        StateClaim.HAS_PENDING if done.claim is StateClaim.NOTHING_PENDING else StateClaim.NOTHING_PENDING
    )
    command = PlannedCommand(
        key=f"take_back_{node}",
        order=CommandKind.TAKE_BACK_SOFTWARE,
        node=node,
        subject=node,
        software=at.steps.software,
        is_once=True,
        needs=(runs(node, running), StateCondition(claim=is_held, node=node)),
        done_when=(done,),
    )
    return PlannedAction(
        name=ActionName.TAKE_BACK_SOFTWARE,
        node=node,
        reason=f"{node} boots {at.plan.old_release} next",
        deadline="install_s",
        commands=(command,),
        done_when=(done,),
        apart=at.steps.apart(links_down=True),
    )
