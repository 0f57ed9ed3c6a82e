"""Bring the groups back to node 0 (guide, step 7), and the flags an ISSU leaves behind back to normal.

RG1 and up first, RG0 last and by hand, never during a hold-down. Each function looks before it acts, so
that a cleared or retried task finds "nothing to do" where it has been before.
"""

from __future__ import annotations

from collections.abc import Callable

from srx_issu.domain.cluster.home import home
from srx_issu.domain.cluster.model import NodeName, RedundancyGroup, Snapshot
from srx_issu.domain.cluster.phase import ISSU_PRIORITY, not_settled
from srx_issu.domain.errors import NotPermitted, RequestRefused
from srx_issu.domain.failure.situation import split_groups
from srx_issu.domain.gate.table import SendCondition, SendPurpose
from srx_issu.domain.history.command_events import Sending
from srx_issu.domain.history.step_events import StepFinished
from srx_issu.domain.upgrade.commands import FailOver, ResetFailover
from srx_issu.domain.upgrade.goals import away_from_home
from srx_issu.steps.baseline import baseline, timers_in_force
from srx_issu.steps.context import Facts, UpgradeContext
from srx_issu.steps.gate.order import CommandOrder, StillDue
from srx_issu.steps.gate.send import send_command

MOST_LOOKS = 5  # at one command that the gate finds not due, and the next look does


def reset_failover(context: UpgradeContext) -> Facts:
    """``failover reset`` on every group that still has a manual flag or priority 255.

    One at a time: with preempt a reset moves its group, and the next one waits until that has settled.
    """
    sent: list[int] = []
    while (flagged := _next_flagged(context.reader.observe(), sent)) is not None:
        _reset(context, flagged)
        sent.append(flagged)
    if not sent:
        context.record(StepFinished(), "no manual flag and no priority 255 on any group")
    return {"reset": list(sent)}


def _reset(context: UpgradeContext, group_id: int) -> None:
    def due(now: Snapshot) -> str | None:
        return _unsettled(now) or (None if _is_flagged(now.group(group_id)) else f"RG{group_id} has no flag")

    now = _when_nothing_objects(context, _unsettled, f"RG{group_id} is not reset")
    why = "manual flag or priority 255 left behind"
    order = CommandOrder(
        purpose=SendPurpose.BRING_HOME,
        sending=Sending.RESET_FLAGS,
        node=_someone(now, group_id),
        why=why,
        still_due=due,
        command=ResetFailover(group_id=group_id),
    )
    _send_when_due(context, order, due)


def _send_when_due(context: UpgradeContext, order: CommandOrder, due: StillDue) -> bool:
    """Whether it was sent. What the gate's own look shows to be needless, or not yet possible, is looked at
    again; raises RequestRefused when that does not end."""
    for _ in range(MOST_LOOKS):
        try:
            send_command(context, order)
        except NotPermitted as no:
            if no.condition != SendCondition.STILL_DUE:
                raise
            reason = str(no)
            if due(_when_nothing_objects(context, _unsettled, f"{order.what} is not sent")) is not None:
                return False
        else:
            return True
    raise RequestRefused(f"{order.what} is not sent: {reason}")


def _next_flagged(now: Snapshot, sent: list[int]) -> int | None:
    return next((g for g in now.group_ids if g not in sent and _is_flagged(now.group(g))), None)


def _when_nothing_objects(
    context: UpgradeContext, objection: Callable[[Snapshot], str | None], not_done: str
) -> Snapshot:
    """The first look to which there is no objection: a lost answer or a hold-down of seconds is waited for.

    Raises RequestRefused after ``group_settle_s`` of the timers in force, and at the second look that shows
    two primaries.
    """
    timers, began = timers_in_force(context.known(), context.intent), context.clock.now()
    was_split = False
    while obstacle := objection(now := context.reader.observe()):
        split = bool(split_groups(now))
        waited_s = (context.clock.now() - began).total_seconds()
        if (split and was_split) or waited_s >= timers.group_settle_s:
            raise RequestRefused(f"{not_done}: {obstacle}")
        was_split = split
        context.clock.sleep(timers.poll_s)
    return now


def fail_back_groups(context: UpgradeContext) -> Facts:
    """RG1 and up to their home nodes, one request a group that is not there."""
    return _fail_back(context, lambda group_id: group_id > 0)


def fail_back_rg0(context: UpgradeContext) -> Facts:
    """RG0 to its home node: never by itself, whatever preempt says (guide). It is one more switchover of the
    control plane, and stays where it is if policy or the run want that."""
    if context.intent.fail_back and not context.intent.policy.fail_back_rg0:
        context.record(StepFinished(), "RG0 stays where the ISSU has left it: fail_back_rg0 is false")
        return {"moved": []}
    return _fail_back(context, lambda group_id: group_id == 0)


def _fail_back(context: UpgradeContext, wanted: Callable[[int], bool]) -> Facts:
    if not context.intent.fail_back:
        context.record(StepFinished(), "fail-back was not asked for")
        return {"moved": []}
    before = baseline(context.known(), context.evidence)
    moved = []
    for group_id in filter(wanted, before.group_ids):
        now = _when_nothing_objects(context, _unsettled, f"RG{group_id} is not failed back")
        if group_id not in away_from_home(before, now):
            continue
        if _fail_back_group(context, before, group_id):
            moved.append(group_id)
    if not moved:
        context.record(StepFinished(), "already where they belong")
    return {"moved": list(moved)}


def _fail_back_group(context: UpgradeContext, before: Snapshot, group_id: int) -> bool:
    node = home(before, group_id)

    def due(now: Snapshot) -> str | None:
        is_away = group_id in away_from_home(before, now)
        return _unsettled(now) or (None if is_away else f"RG{group_id} is on {node} already")

    order = CommandOrder(
        purpose=SendPurpose.BRING_HOME,
        sending=Sending.FAIL_BACK if group_id else Sending.FAIL_BACK_RG0,
        node=node,
        why=f"RG{group_id} back to {node}",
        still_due=due,
        command=FailOver(group_id=group_id, to=node),
    )
    return _send_when_due(context, order, due)


def _unsettled(now: Snapshot) -> str | None:
    """Nothing moves while a node is in hold, secondary-hold or cold sync, and where a group has not exactly
    one primary (docs/junos.md, "Stop rules")."""
    leaderless = (f"RG{g} has not exactly one primary" for g in now.group_ids if now.primary(g) is None)
    unsettled = (obstacle for node in NodeName if (obstacle := not_settled(now, node)))
    return next(leaderless, None) or next(unsettled, None)


def _is_flagged(group: RedundancyGroup | None) -> bool:
    return group is not None and any(m.manual or m.priority == ISSU_PRIORITY for m in group.members)


def _someone(now: Snapshot, group_id: int) -> NodeName:
    """The group's primary; it also clears the flag on its peer."""
    return now.primary(group_id) or NodeName.NODE0
