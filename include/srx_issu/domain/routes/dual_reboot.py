"""DUAL_REBOOT: both nodes get the image, then both reboot together. Traffic stops for one boot.

The only way to a downgrade, and never two releases that hear each other (KB17947). No reboot before both
nodes show the same pending image; the secondary first, the primary within seconds, inside the shortest boot.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.gate.table import SendPurpose
from srx_issu.domain.procedure.action import ActionName, CommandKind, PlannedAction, PlannedCommand
from srx_issu.domain.procedure.claims import can_take_over, may_boot, pending, runs
from srx_issu.domain.procedure.conditions import StateClaim, StateCondition
from srx_issu.domain.routes.plan import PhasePlan, RoutePhase, RoutePlan
from srx_issu.domain.upgrade.commands import SoftwareFamily
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.domain.upgrade.leads_back import old_image_path
from srx_issu.domain.upgrade.route import Route

REBOOTS = "reboot_"  # the keys of its reboots begin so
REBOOT_KEY = f"{REBOOTS}{{node}}"


@dataclass(frozen=True, kw_only=True)
class _Way:
    """What every action of the plan needs."""

    primary: NodeName
    old_release: str
    target: str
    software: SoftwareFamily
    image_path: str

    @property
    def secondary(self) -> NodeName:
        return self.primary.peer

    def both(self, release: str) -> tuple[StateCondition, ...]:
        return tuple(runs(node, release) for node in NodeName)


def dual_reboot_plan(before: Snapshot, intent: Intent) -> RoutePlan:
    """Raises ValueError for a baseline without a primary of RG0 or a release: readiness lets none through."""
    primary = before.primary(0)
    old = before.view(primary).release if primary else None
    if primary is None or old is None:
        raise ValueError("the baseline shows no primary of RG0, or not which release it runs")
    way = _Way(
        primary=primary,
        old_release=old,
        target=intent.image.release,
        software=intent.software,
        image_path=intent.image.node_path,
    )
    phases = (
        PhasePlan(
            phase=RoutePhase.INSTALL,
            words=f"the image is installed on {way.secondary}, then on {way.primary}; neither reboots yet",
            actions=(
                _install(way, way.secondary, ActionName.INSTALL_ON_SECONDARY),
                _install(way, way.primary, ActionName.INSTALL_ON_PRIMARY),
            ),
        ),
        PhasePlan(
            phase=RoutePhase.REBOOT,
            words=f"{way.secondary} reboots, and {way.primary} as soon as it is down: traffic stops",
            actions=(_reboot_secondary(way), _reboot_primary(way)),
            is_urgent=True,
        ),
        PhasePlan(
            phase=RoutePhase.NODES_BACK,
            words=f"both nodes come back on {way.target}; traffic goes on",
            actions=(_wait_for_both(way),),
        ),
        PhasePlan(
            phase=RoutePhase.IN_SYNC,
            words="the nodes synchronise until each could take over",
            actions=(_wait_until_in_sync(),),
        ),
    )
    return RoutePlan(
        route=Route.DUAL_REBOOT,
        starter=primary,
        old_release=old,
        target=way.target,
        phases=phases,
        old_image_path=old_image_path(intent, before),
    )


def _install(way: _Way, node: NodeName, name: ActionName) -> PlannedAction:
    """Sent once: where the answer is lost, only what the node will boot next tells what became of it."""
    there = pending(node, way.target)
    others_first = () if node is way.secondary else (pending(way.secondary, way.target),)
    command = PlannedCommand(
        key=f"install_{node}",
        order=CommandKind.ADD_SOFTWARE,
        node=node,
        subject=node,
        software=way.software,
        image_path=way.image_path,
        purpose=SendPurpose.BEGIN if node is way.secondary else SendPurpose.CONTINUE,
        is_once=True,
        needs=(*way.both(way.old_release), *others_first),
        done_when=(there,),
    )
    return PlannedAction(
        name=name,
        node=node,
        reason=f"{node} gets {way.target} for its next boot",
        deadline="install_s",
        commands=(command,),
        done_when=(there,),
    )


def _reboot_secondary(way: _Way) -> PlannedAction:
    node, key = way.secondary, REBOOT_KEY.format(node=way.secondary)
    gone = StateCondition(claim=StateClaim.GONE, node=node, since=key)
    command = PlannedCommand(
        key=key,
        order=CommandKind.REBOOT_TOGETHER,
        node=node,
        subject=node,
        software=way.software,
        purpose=SendPurpose.CONTINUE,
        needs=(*way.both(way.old_release), *(pending(each, way.target) for each in NodeName)),
        done_when=(gone,),
    )
    return PlannedAction(
        name=ActionName.REBOOT_SECONDARY,
        node=node,
        reason=f"{node} goes down first",
        deadline="shortest_boot_s",
        commands=(command,),
        done_when=(gone,),
    )


def _reboot_primary(way: _Way) -> PlannedAction:
    """Asked for again until it goes down, but only before its peer can be back."""
    command = _take_primary_down(way)
    return PlannedAction(
        name=ActionName.REBOOT_PRIMARY,
        node=way.primary,
        reason=f"{way.primary} is down before {way.secondary} is back: two releases must not hear each other",
        deadline="shortest_boot_s",
        commands=(command,),
        done_when=command.done_when,
    )


def _take_primary_down(way: _Way) -> PlannedCommand:
    node, key = way.primary, REBOOT_KEY.format(node=way.primary)
    not_back = StateCondition(
        claim=StateClaim.NOT_BACK, node=way.secondary, since=REBOOT_KEY.format(node=way.secondary)
    )
    return PlannedCommand(
        key=key,
        order=CommandKind.REBOOT_TOGETHER,
        node=node,
        subject=node,
        software=way.software,
        purpose=SendPurpose.COMPLETE,
        is_always_sent=True,  # silence before it was asked is not its going down
        needs=(not_back, may_boot(node, way.target)),
        done_when=(StateCondition(claim=StateClaim.WENT_DOWN, node=node, since=key),),
    )


def _wait_for_both(way: _Way) -> PlannedAction:
    """Its silence may have been the network's: a primary that answers again and has not rebooted is asked
    again, while its peer is not back."""
    first = _take_primary_down(way)
    again = replace(
        first,
        key=f"{REBOOT_KEY.format(node=way.primary)}_again",
        is_always_sent=False,
        needs=(*first.needs, runs(way.primary, way.old_release)),
    )
    return PlannedAction(
        name=ActionName.WAIT_FOR_BOTH_NODES,
        reason=f"both nodes boot {way.target}",
        deadline="boot_s",
        commands=(again,),
        done_when=way.both(way.target),
        stop_when=(
            *(_back_on_other(way, node) for node in NodeName),
            *(StateCondition(claim=StateClaim.HEARD_BUT_SILENT, node=node) for node in NodeName),
        ),
    )


def _back_on_other(way: _Way, node: NodeName) -> StateCondition:
    return StateCondition(
        claim=StateClaim.BACK_ON_OTHER,
        node=node,
        release=way.target,
        since=REBOOT_KEY.format(node=node),
    )


def _wait_until_in_sync() -> PlannedAction:
    return PlannedAction(
        name=ActionName.WAIT_FOR_COLD_SYNC,
        reason="the nodes exchange sessions and state until each could take over",
        deadline="cold_sync_s",
        done_when=tuple(can_take_over(node) for node in NodeName),
    )
