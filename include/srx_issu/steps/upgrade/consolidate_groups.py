"""Up to Junos 11.4 every group must be brought to the RG0 primary by hand; later releases do it (guide).

Where the start is refused after that, the groups go back to where they were before the upgrade closes.
"""

from __future__ import annotations

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.cluster.phase import not_settled
from srx_issu.domain.errors import ConnectionUnusable, DeviceError, NotPermitted, RequestRefused
from srx_issu.domain.gate.table import SendCondition, SendPurpose
from srx_issu.domain.history.command_events import Sending
from srx_issu.domain.history.step_events import StepFinished
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.commands import FailOver, ResetFailover
from srx_issu.steps.baseline import baseline
from srx_issu.steps.context import Facts, UpgradeContext
from srx_issu.steps.gate.order import CommandOrder
from srx_issu.steps.gate.send import send_command
from srx_issu.steps.upgrade.decide_outcome import decide_outcome
from srx_issu.steps.upgrade.eligibility import eligibility
from srx_issu.steps.upgrade.judge_readiness import reassess_if_old
from srx_issu.steps.upgrade.refuse_start import refuse_start


def consolidate_groups(context: UpgradeContext) -> Facts:
    """Fails over, group by group, only what is not on the RG0 primary, and only where it must be done."""
    so_far = context.known()
    support = eligibility(context, baseline(so_far, context.evidence))
    if so_far.start or not support.consolidate_by_hand:
        context.record(StepFinished(), "the device fails its groups over by itself (12.1 and later)")
        return {"moved": []}
    reassess_if_old(context)
    now = context.reader.observe()
    primary = now.primary(0)
    moved = [g for g in now.group_ids if primary and now.primary(g) is not primary]
    for group_id in moved:
        assert primary is not None  # moved is empty without a primary
        try:
            send_command(context, _gathering(group_id, primary))
        except NotPermitted as no:
            refuse_start(context, no)
    return {"moved": list(moved)}


def _gathering(group_id: int, primary: NodeName) -> CommandOrder:
    def still_due(now: Snapshot) -> str | None:
        if now.primary(0) is not primary:
            return f"{primary} is not primary of RG0 any more"
        return f"RG{group_id} is on {primary} already" if now.primary(group_id) is primary else None

    return CommandOrder(
        purpose=SendPurpose.BEGIN,
        sending=Sending.GATHER,
        node=primary,
        why="Junos 11.4 and earlier need it",
        key=f"gather.{group_id}",
        still_due=still_due,
        group=group_id,
        command=FailOver(group_id=group_id, to=primary),
    )


def return_groups(context: UpgradeContext) -> Facts:
    """Puts back what was gathered for a start that was then not made. Does nothing once an ISSU was asked
    for: the outcome's own way sees to the groups then. NEEDS_OPERATOR where a group does not go back."""
    so_far = context.known()
    gathered = so_far.gathered_groups
    if not gathered or so_far.start is not None:
        return {}
    before = baseline(so_far, context.evidence)
    try:
        for group_id in gathered:
            _return_group(context, before, group_id)
    except ConnectionUnusable:
        raise
    except (DeviceError, RequestRefused) as error:
        reason = f"groups that were failed over for a start that was not made did not go back: {error}"
        decide_outcome(context, Outcome.NEEDS_OPERATOR, reason)
        return {"not_returned": reason}
    return {"returned": list(gathered)}


def _return_group(context: UpgradeContext, before: Snapshot, group_id: int) -> None:
    node = before.primary(group_id)
    if node is None:
        raise RequestRefused(f"RG{group_id} had not exactly one primary before; look where it belongs")

    def away(now: Snapshot) -> str | None:
        if now.primary(group_id) is node:
            return f"RG{group_id} is on {node} already"
        return not_settled(now, node)

    def flagged(now: Snapshot) -> str | None:
        group = now.group(group_id)
        is_flagged = group is not None and any(member.manual for member in group.members)
        return None if is_flagged else f"RG{group_id} has no manual flag"

    why = f"RG{group_id} was failed over for a start that was not made"
    reset, failover = ResetFailover(group_id=group_id), FailOver(group_id=group_id, to=node)
    for command, due in ((reset, flagged), (failover, away), (reset, flagged)):
        order = CommandOrder(
            purpose=SendPurpose.BRING_HOME,
            sending=Sending.RETURN_GROUPS,
            node=node,
            why=why,
            still_due=due,
            command=command,
        )
        try:
            send_command(context, order)
        except NotPermitted as no:
            if no.condition != SendCondition.STILL_DUE:
                raise
    if context.reader.observe().primary(group_id) is not node:
        raise RequestRefused(f"RG{group_id} is not back on {node}")
