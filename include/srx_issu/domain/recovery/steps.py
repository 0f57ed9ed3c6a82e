"""The steps that plans are made of, each with what it needs, waits for, and is done by.

The order is the guide's (Table 2: roll back the newer image, same image on both, older image primary,
abort on both nodes, reboot the rolled-back node); ``planner.py`` puts the steps together.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.procedure.action import ActionName, CommandKind, PlannedAction, PlannedCommand
from srx_issu.domain.procedure.claims import answers, primary_of_all, runs, window_closed
from srx_issu.domain.procedure.conditions import StateClaim, StateCondition
from srx_issu.domain.upgrade.commands import SoftwareFamily


def wait_for_node(node: NodeName) -> PlannedAction:
    return PlannedAction(
        name=ActionName.WAIT_FOR_NODE,
        node=node,
        reason=f"{node} may still come back from its reboot; nothing can be done to it before",
        deadline="secondary_upgrade_s",
        done_when=(answers(node), StateCondition(claim=StateClaim.ANSWERS, node=node.peer)),
    )


def roll_back(
    node: NodeName, release: str, software: SoftwareFamily, *, names_node: bool = True
) -> tuple[PlannedAction, PlannedAction]:
    """That node only, with its reboot, and the wait for it. ``release`` is what its peer runs.

    ``names_node`` False: the command has no arguments there, so the reboot is a second one.
    """
    back = runs(node, release)
    needs = (runs(node.peer, release), primary_of_all(node.peer))
    send = PlannedCommand(
        key=f"roll_back_{node}",
        order=CommandKind.ROLL_BACK,
        node=node,
        subject=node,
        software=software,
        names_node=names_node,
        is_once=True,
        needs=needs,
        done_when=(back,),
    )
    reboot_into_it = replace(send, key=f"boot_rolled_back_{node}", order=CommandKind.REBOOT, names_node=True)
    keeps_peer = (
        f"'node {node.number}' keeps its peer as it is"
        if names_node
        else "before 18.1R1 the command has no 'node', it is sent on the node itself"
    )
    return (
        PlannedAction(
            name=ActionName.ROLL_BACK_NODE,
            node=node,
            reason=f"{node} has the newer image and goes back to {release}; {keeps_peer}",
            deadline="group_settle_s",
            commands=(send,) if names_node else (send, reboot_into_it),
        ),
        PlannedAction(
            name=ActionName.WAIT_FOR_OLD_RELEASE,
            node=node,
            reason=f"{node} reboots into {release}, so that both nodes have the same image",
            deadline="secondary_upgrade_s",
            done_when=(back, runs(node.peer, release)),
        ),
    )


def reboot_old_primary(
    node: NodeName, target: str, software: SoftwareFamily
) -> tuple[PlannedAction, PlannedAction]:
    """The old primary into the image that the ISSU left on it (guide: "manually reboot node 0")."""
    there = runs(node, target)
    send = PlannedCommand(
        key=f"reboot_{node}",
        order=CommandKind.REBOOT,
        node=node,
        subject=node,
        software=software,
        is_once=True,
        needs=(runs(node.peer, target), primary_of_all(node.peer)),
        done_when=(there,),
    )
    return (
        PlannedAction(
            name=ActionName.REBOOT_OLD_PRIMARY,
            node=node,
            reason=f"{node.peer} serves with {target}; {node} was never rebooted into the image it was given",
            deadline="group_settle_s",
            commands=(send,),
        ),
        PlannedAction(
            name=ActionName.WAIT_FOR_TARGET_RELEASE,
            node=node,
            reason=f"{node} reboots into {target}",
            deadline="primary_upgrade_s",
            done_when=(there, runs(node.peer, target)),
        ),
    )


def abort_issu(release: str, primary: NodeName | None) -> PlannedAction:
    """Closes the window on both nodes, once they have the same image. Sent even where the node says that
    its window is closed: the wording of that answer is not documented, and an abort does no harm then."""
    needs = [runs(node, release) for node in NodeName]
    if primary is not None:
        needs.append(primary_of_all(primary))
    commands = tuple(
        PlannedCommand(
            key=f"abort_issu_{node}",
            order=CommandKind.ABORT_ISSU,
            node=node,
            is_always_sent=True,
            is_unseen_ok=True,
            needs=tuple(needs),
            done_when=(window_closed(node),),
        )
        for node in NodeName
    )
    return PlannedAction(
        name=ActionName.ABORT_ISSU,
        reason=f"both nodes run {release}; the ISSU window is closed on each of them",
        deadline="group_settle_s",
        commands=commands,
    )


def reboot(
    node: NodeName, release: str, software: SoftwareFamily, *, booted_before: datetime | None = None
) -> tuple[PlannedAction, ...]:
    """The guide's last step, so that the node starts outside the window, and the waits after it.

    ``booted_before`` given: only if the node has booted since then. One that was given an image and never
    booted it would come up on that one.
    """
    key = f"reboot_{node}"
    booted = StateCondition(claim=StateClaim.REBOOTED, node=node, booted_at=booted_before)
    rebooted = StateCondition(claim=StateClaim.REBOOTED, node=node, since=key)
    send = PlannedCommand(
        key=key,
        order=CommandKind.REBOOT,
        node=node,
        subject=node,
        software=software,
        is_once=True,
        needs=(
            runs(node, release),
            runs(node.peer, release),
            primary_of_all(node.peer),
            *([booted] if booted_before else []),
        ),
        done_when=(rebooted,),
    )
    synced = StateCondition(claim=StateClaim.CAN_TAKE_OVER, node=node)
    return (
        PlannedAction(
            name=ActionName.REBOOT_NODE,
            node=node,
            reason=f"{node} came up inside the ISSU window; after the abort it starts outside of it",
            deadline="group_settle_s",
            commands=(send,),
        ),
        PlannedAction(
            name=ActionName.WAIT_FOR_REBOOT,
            node=node,
            reason=f"{node} reboots",
            deadline="secondary_upgrade_s",
            done_when=(rebooted, runs(node, release)),
        ),
        wait_for_cold_sync(node, (rebooted, synced)),
    )


def wait_for_cold_sync(node: NodeName, done_when: tuple[StateCondition, ...] | None = None) -> PlannedAction:
    return PlannedAction(
        name=ActionName.WAIT_FOR_COLD_SYNC,
        node=node,
        reason=f"{node} takes sessions and state over from {node.peer}",
        deadline="cold_sync_s",
        done_when=done_when or (StateCondition(claim=StateClaim.CAN_TAKE_OVER, node=node),),
    )


def resync_policies(node: NodeName) -> PlannedAction:
    """On the RG0 primary. Its effect is checked by the verification, a snapshot does not show it."""
    command = PlannedCommand(
        key="resync_policies",
        order=CommandKind.RESYNC_POLICIES,
        node=node,
        is_unseen_ok=True,
        needs=(StateCondition(claim=StateClaim.PRIMARY_OF, node=node, group_id=0),),
    )
    return PlannedAction(
        name=ActionName.RESYNC_POLICIES,
        node=node,
        reason="the packet forwarding engines take the routing engine's policies over",
        deadline="group_settle_s",
        commands=(command,),
    )


def verify(now: Snapshot, release: str) -> PlannedAction:
    """Both nodes on one release, in sync, flags gone where the release shows them, no window reported.

    A node that has just booted may not say anything of an ISSU: the abort was sent to it before.
    """
    wanted = [runs(node, release) for node in NodeName]
    wanted += [StateCondition(claim=StateClaim.CAN_TAKE_OVER, node=node) for node in NodeName]
    wanted += [StateCondition(claim=StateClaim.WINDOW_NOT_OPEN, node=node) for node in NodeName]
    shown = [g for g in map(now.group, now.group_ids) if g and all(m.manual is not None for m in g.members)]
    wanted += [StateCondition(claim=StateClaim.FLAGS_CLEAR, group_id=g.group_id) for g in shown]
    return PlannedAction(
        name=ActionName.VERIFY_RESTORED,
        reason=f"both nodes run {release}, in sync, with their configured priorities",
        deadline="resync_s",
        done_when=tuple(wanted),
    )
