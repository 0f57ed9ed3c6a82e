"""Clean up: take the image off the node again, if this upgrade brought it there and is over; put groups back
that were failed over for a start that was then not made; take back what was committed."""

from __future__ import annotations

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import DeviceError, PermitExpired, RequestRefused, StopFlagUnreadable
from srx_issu.domain.gate.table import SendPurpose
from srx_issu.domain.history.command_events import Sending
from srx_issu.domain.history.events import Observed
from srx_issu.domain.history.step_events import StepFinished
from srx_issu.domain.outcome import Outcome
from srx_issu.ports.journal import Json
from srx_issu.steps.context import Facts, UpgradeContext
from srx_issu.steps.gate.order import DeleteOrder
from srx_issu.steps.gate.send import delete_file
from srx_issu.steps.upgrade.consolidate_groups import return_groups
from srx_issu.steps.upgrade.decide_outcome import decide_outcome
from srx_issu.steps.upgrade.undo_commit import tell_what_is_left, undo_commit


def clean_up(context: UpgradeContext) -> Facts:
    """For an upgrade whose outcome is decided and that is not closed yet. Never fails it: what could not be
    removed is a remark. A cluster in doubt keeps its files."""
    facts = {**return_groups(context), **undo_commit(context)}
    so_far = context.known()
    brought, ended = so_far.brought, so_far.conclusion
    if not brought or ended is None or not ended.outcome.is_success:
        context.record(StepFinished(), "nothing to remove")
        return facts
    if Sending.CLEAN_UP in so_far.sent_for:
        context.record(
            Observed(), f"an earlier try was going to remove {', '.join(brought.values())}; look yourself"
        )
        return facts
    removed: list[Json] = [path for node, path in brought.items() if _removed(context, node, path)]
    return {**facts, "removed": removed} if removed else facts


def _removed(context: UpgradeContext, node: NodeName, path: str) -> bool:
    order = DeleteOrder(
        purpose=SendPurpose.PREPARE,
        sending=Sending.CLEAN_UP,
        node=node,
        why="the upgrade is over",
        path=path,
    )
    try:
        context.stopped()  # the gate would wait for the answer, and the end of the upgrade with it
        delete_file(context, order)
    except (DeviceError, RequestRefused, PermitExpired, StopFlagUnreadable) as error:
        context.record(Observed(), f"{path} could not be removed: {error}", node=node)
        return False
    context.record(StepFinished(), f"{path} removed", node=node)
    return True


def left_undone(context: UpgradeContext, error: str) -> None:
    """Something that nobody foresaw ended the clean-up: groups that were failed over by hand may still be
    away, and then a person must look; else it is a remark."""
    so_far = context.known()
    if so_far.gathered_groups and so_far.start is None:
        decide_outcome(context, Outcome.NEEDS_OPERATOR, f"groups may not be back where they were: {error}")
    else:
        context.record(Observed(), f"the clean-up was left undone: {error}")
    tell_what_is_left(context, error)
