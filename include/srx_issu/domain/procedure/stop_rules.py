"""The stop rules, asked before every single command of a plan, whatever the plan says.

docs/junos.md, "Stop rules", has each with its source: never a rollback without ``node N`` (the command type
sees to that), never roll back or reboot a node that is primary of a group, never move a group during hold,
secondary-hold or cold sync, and two primaries mean stop and page somebody.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.cluster.phase import not_ready_to_take_over, not_settled
from srx_issu.domain.failure.situation import split_groups
from srx_issu.domain.junos.version import same_release
from srx_issu.domain.procedure.action import CommandKind, PlannedCommand
from srx_issu.domain.procedure.conditions import StateClaim, StateCondition, judge


class StopVerdict(StrEnum):
    """What a rule says about sending a command now."""

    WAIT = "wait"  # not now: time may heal it
    STOP = "stop"  # a person must look
    PAGE = "page"  # a person must look at once


@dataclass(frozen=True, kw_only=True)
class Objection:
    """A rule against sending."""

    verdict: StopVerdict
    reason: str


def split_brain(now: Snapshot) -> Objection | None:
    """Two primaries of one group."""
    groups = split_groups(now)
    if not groups:
        return None
    names = " and ".join(f"RG{g}" for g in groups)
    reason = f"node0 and node1 both call themselves primary of {names}"
    return Objection(verdict=StopVerdict.PAGE, reason=reason)


def objection(command: PlannedCommand, now: Snapshot) -> Objection | None:
    """Why the command must not be sent now; None = no rule speaks against it."""
    return split_brain(now) or _by_order(command, now)


def _by_order(command: PlannedCommand, now: Snapshot) -> Objection | None:
    match command.order:
        case CommandKind.ROLL_BACK | CommandKind.REBOOT:
            return _to_take_down(command, now)
        case CommandKind.FAIL_OVER:
            return _to_move(command, now)
        case CommandKind.RESET_FAILOVER:
            return _unsettled(now)
        case CommandKind.REBOOT_TOGETHER:
            return _to_reboot_together(command, now)
        case CommandKind.ADD_SOFTWARE | CommandKind.TAKE_BACK_SOFTWARE:
            return _to_change_next_boot(command, now)
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


def _to_change_next_boot(command: PlannedCommand, now: Snapshot) -> Objection | None:
    """What a node boots next is changed only on the node itself, and while both run one release."""
    if command.subject is not command.node:
        return Objection(
            verdict=StopVerdict.STOP,
            reason=f"{command.key}: is sent to {command.node} but concerns {command.subject}",
        )
    return _mixed(now)


def _to_reboot_together(command: PlannedCommand, now: Snapshot) -> Objection | None:
    """Both nodes go down, one within seconds of the other. Once one of them is back on another release than
    its peer runs, nothing is sent any more: the two hear each other, and a person pulls a cable."""
    if command.subject is not command.node:
        return Objection(
            verdict=StopVerdict.STOP,
            reason=f"{command.key}: is sent to {command.node} but concerns {command.subject}",
        )
    if mixed := _mixed(now):
        return Objection(verdict=StopVerdict.PAGE, reason=mixed.reason)
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
