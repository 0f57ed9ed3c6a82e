"""The stop rules, asked before every single command of a plan, whatever the plan says.

docs/junos.md, "Stop rules", has each with its source: never a rollback without ``node N`` (the command type
sees to that), never roll back or reboot a node that is primary of a group, never move a group during hold,
secondary-hold or cold sync, and two primaries mean stop and page somebody.
"""

from __future__ import annotations

from typing import assert_never

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.cluster.phase import not_ready_to_take_over, not_settled
from srx_issu.domain.failure.situation import split_groups
from srx_issu.domain.junos.version import same_release
from srx_issu.domain.procedure.action import Apart, CommandKind, PlannedCommand
from srx_issu.domain.procedure.apart_rules import objection_apart
from srx_issu.domain.procedure.conditions import StateClaim, StateCondition, judge
from srx_issu.domain.procedure.objection import Objection, StopVerdict


def split_brain(now: Snapshot) -> Objection | None:
    """Two primaries of one group."""
    groups = split_groups(now)
    if not groups:
        return None
    names = " and ".join(f"RG{g}" for g in groups)
    reason = f"node0 and node1 both call themselves primary of {names}"
    return Objection(verdict=StopVerdict.PAGE, reason=reason)


def objection(command: PlannedCommand, now: Snapshot, apart: Apart | None = None) -> Objection | None:
    """Why the command must not be sent now; None = no rule speaks against it. ``apart``: of an action during
    which the nodes are taken apart, where both may call themselves primary."""
    if apart is not None:
        return objection_apart(command, now, apart)
    return split_brain(now) or _by_order(command, now)


def _by_order(  # noqa: PLR0911 - one rule a kind
    command: PlannedCommand, now: Snapshot
) -> Objection | None:
    match command.order:
        case CommandKind.ROLL_BACK | CommandKind.REBOOT | CommandKind.ROLL_BACK_NEXT_BOOT:
            return _to_take_down(command, now)
        case CommandKind.ABORT_ICU:
            return _to_abort_icu(command, now)
        case CommandKind.FAIL_OVER:
            return _to_move(command, now)
        case CommandKind.RESET_FAILOVER:
            return _unsettled(now)
        case CommandKind.REBOOT_TOGETHER | CommandKind.ADD_SOFTWARE | CommandKind.TAKE_BACK_SOFTWARE:
            return _to_itself(command, now)
        case CommandKind.COMMIT | CommandKind.REBOOT_ALONE | CommandKind.HALT:
            reason = f"{command.key}: '{command.order}' belongs to a route that takes the nodes apart"
            return Objection(verdict=StopVerdict.STOP, reason=reason)
        case CommandKind.ABORT_ISSU | CommandKind.RESYNC_POLICIES:
            return None
        case never:  # pragma: no cover
            assert_never(never)


def _to_take_down(command: PlannedCommand, now: Snapshot) -> Objection | None:
    """The node goes down: its peer must be seen to carry every group, by the word of both."""
    node = command.subject
    if node is None or command.node is not node:
        return Objection(
            verdict=StopVerdict.STOP, reason=f"{command.key}: is sent to {command.node} but concerns {node}"
        )
    view = now.view(node)
    if not view.reachable or view.booted_at is None:
        reason = f"{node} does not answer, or not say when it booted"
        return Objection(verdict=StopVerdict.WAIT, reason=reason)
    if primary := [g for g in now.group_ids if node in now.claims(g)]:
        names = " and ".join(f"RG{g}" for g in primary)
        reason = f"{node} is primary of {names} and is not taken down"
        return Objection(verdict=StopVerdict.STOP, reason=reason)
    carried = judge(StateCondition(claim=StateClaim.PRIMARY_OF_ALL, node=node.peer), now, {})
    if not carried.holds or any(view.own_state(g) is None for g in now.group_ids):
        return Objection(
            verdict=StopVerdict.WAIT, reason=f"{node.peer} is not seen to carry every group: {carried.text}"
        )
    return None


def _to_itself(command: PlannedCommand, now: Snapshot) -> Objection | None:
    """What a node boots next is changed only on the node itself, and while both run one release. Once one
    that was to go down together with its peer is back on another release, the two hear each other: nothing is
    sent any more, and a person pulls a cable."""
    if command.subject is not command.node:
        return Objection(
            verdict=StopVerdict.STOP,
            reason=f"{command.key}: is sent to {command.node} but concerns {command.subject}",
        )
    mixed = _mixed(now)
    if mixed and command.order is CommandKind.REBOOT_TOGETHER:
        return Objection(verdict=StopVerdict.PAGE, reason=mixed.reason)
    return mixed


def _to_abort_icu(command: PlannedCommand, now: Snapshot) -> Objection | None:
    """On the primary before the secondary reboots, on the secondary from then on (docs/junos.md, "ICU")."""
    if not now.both_reachable or any(view.release is None for view in now.views):
        reason = "both nodes must be seen before an ICU is aborted: the secondary may be rebooting"
        return Objection(verdict=StopVerdict.WAIT, reason=reason)
    leads = any(command.node in now.claims(group_id) for group_id in now.group_ids)
    if _mixed(now) and leads:
        reason = f"{command.node} is primary: from the secondary's reboot on the secondary is asked"
        return Objection(verdict=StopVerdict.STOP, reason=reason)
    return None


def _mixed(now: Snapshot) -> Objection | None:
    """Two releases that hear each other outside an in-service upgrade."""
    old, new = now.node0.release, now.node1.release
    if not now.both_reachable or old is None or new is None or same_release(old, new):
        return None
    reason = (
        f"node0 runs {old} and node1 runs {new}: nodes of two releases must not hear each other; take the "
        "control and fabric links apart, then see docs/runbook.md"
    )
    return Objection(verdict=StopVerdict.STOP, reason=reason)


def _to_move(command: PlannedCommand, now: Snapshot) -> Objection | None:
    """A group moves: nobody in hold-down, and the node that takes over is in sync."""
    if command.group_id is None or command.subject is None:
        return Objection(verdict=StopVerdict.STOP, reason=f"{command.key}: names no group or no node")
    quiet = judge(StateCondition(claim=StateClaim.NO_HOLD_DOWN, group_id=command.group_id), now, {})
    if not quiet.holds:
        return Objection(verdict=StopVerdict.WAIT, reason=quiet.text)
    missing = not_ready_to_take_over(now, command.subject)
    return Objection(verdict=StopVerdict.WAIT, reason=missing) if missing else None


def _unsettled(now: Snapshot) -> Objection | None:
    """A reset may let a group fail back by preempt: not before both nodes are in sync."""
    missing = next((m for node in NodeName if (m := not_settled(now, node))), None)
    return Objection(verdict=StopVerdict.WAIT, reason=missing) if missing else None
