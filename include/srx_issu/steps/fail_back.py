"""Bring the groups back to node 0 (guide, step 7), and the flags an ISSU leaves behind back to normal.

RG1 and up first, RG0 last and by hand, never during a hold-down. Each function looks before it acts, so
that a cleared or retried task finds "nothing to do" where it has been before.
"""

from __future__ import annotations

from collections.abc import Callable

from srx_issu.domain.commands import FailOver, ResetFailover
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.goals import away_from_home, in_hold_down
from srx_issu.domain.home import home
from srx_issu.domain.model import NodeName, RedundancyGroup, Snapshot
from srx_issu.domain.phase import ISSU_PRIORITY, not_settled
from srx_issu.ports.journal import EventKind
from srx_issu.steps.act import act
from srx_issu.steps.bench import Bench, Facts
from srx_issu.steps.looking import look_patiently
from srx_issu.steps.recall import baseline


def reset_failover(bench: Bench) -> Facts:
    """``failover reset`` on every group that still has a manual flag or priority 255."""
    now = look_patiently(bench)
    flagged = [g for g in now.group_ids if _is_flagged(now.group(g))]
    for group_id in flagged:
        command = ResetFailover(group_id=group_id)
        act(bench, _someone(now, group_id), command, "manual flag or priority 255 left behind")
    if not flagged:
        bench.tell(EventKind.STEP_FINISHED, "no manual flag and no priority 255 on any group")
    return {"reset": list(flagged)}


def fail_back_groups(bench: Bench) -> Facts:
    """RG1 and up to their home nodes, one request a group that is not there."""
    return _fail_back(bench, lambda group_id: group_id > 0)


def fail_back_rg0(bench: Bench) -> Facts:
    """RG0 to its home node: never by itself, whatever preempt says (guide)."""
    return _fail_back(bench, lambda group_id: group_id == 0)


def _fail_back(bench: Bench, wanted: Callable[[int], bool]) -> Facts:
    if not bench.intent.fail_back:
        bench.tell(EventKind.STEP_FINISHED, "fail-back was not asked for")
        return {"moved": []}
    before = baseline(bench.journal.events(bench.upgrade_id), bench.evidence)
    now = look_patiently(bench)
    away = [g for g in away_from_home(before, now) if wanted(g)]
    for group_id in away:
        if objection := _objection(now, group_id):
            raise RequestRefused(f"RG{group_id} is not failed back: {objection}")
        node = home(before, group_id)
        act(bench, node, FailOver(group_id=group_id, to=node), f"RG{group_id} back to {node}")
    if not away:
        bench.tell(EventKind.STEP_FINISHED, "already where they belong")
    return {"moved": list(away)}


def _objection(now: Snapshot, group_id: int) -> str | None:
    """The dossier's stop rules: never during a hold-down, never to a node that is not in sync."""
    if in_hold_down(now, group_id):
        return "a node is in secondary-hold"
    if now.primary(group_id) is None:
        return "there is not exactly one primary"
    return next((words for node in NodeName if (words := not_settled(now, node))), None)


def _is_flagged(group: RedundancyGroup | None) -> bool:
    return group is not None and any(m.manual or m.priority == ISSU_PRIORITY for m in group.members)


def _someone(now: Snapshot, group_id: int) -> NodeName:
    """The group's primary; it also clears the flag on its peer."""
    return now.primary(group_id) or NodeName.NODE0
