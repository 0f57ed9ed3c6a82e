"""Clean up: take the image off the node again, if this upgrade brought it there and is over; put groups back
that were failed over for a start that was then not made."""

from __future__ import annotations

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import DeviceError, PermitExpired, RequestRefused, StopFlagUnreadable
from srx_issu.domain.gate.table import SendPurpose
from srx_issu.ports.journal import Entry, EntryKind, Outcome
from srx_issu.steps.bench import Bench, Facts
from srx_issu.steps.gate.order import BROUGHT, DeleteOrder
from srx_issu.steps.gate.send import delete_file
from srx_issu.steps.recall import conclusion, gathered_groups, intended, start
from srx_issu.steps.upgrade.consolidate_groups import return_groups
from srx_issu.steps.upgrade.decide_outcome import decide_outcome


def clean_up(bench: Bench) -> Facts:
    """For an upgrade whose outcome is decided and that is not closed yet. Never fails it: what could not be
    removed is a remark. A cluster in doubt keeps its files."""
    facts = return_groups(bench)
    events = bench.journal.entries(bench.upgrade_id)
    brought = _brought(events)
    ended = conclusion(events)
    if brought is None or ended is None or not ended.outcome.is_success:
        bench.tell(EntryKind.STEP_FINISHED, "nothing to remove")
        return facts
    node, path = brought
    order = DeleteOrder(purpose=SendPurpose.PREPARE, node=node, why="the upgrade is over", path=path)
    if any(e.detail.get("command") == order.what for e in intended(events)):
        bench.tell(EntryKind.OBSERVED, f"an earlier try was going to remove {path}; look yourself", node=node)
        return facts
    try:
        bench.stopped()  # the gate would wait for the answer, and the end of the upgrade with it
        delete_file(bench, order)
    except (DeviceError, RequestRefused, PermitExpired, StopFlagUnreadable) as error:
        bench.tell(EntryKind.OBSERVED, f"{path} could not be removed: {error}", node=node)
        return facts
    bench.tell(EntryKind.STEP_FINISHED, f"{path} removed", node=node)
    return {**facts, "removed": path}


def left_undone(bench: Bench, error: str) -> None:
    """Something that nobody foresaw ended the clean-up: groups that were failed over by hand may still be
    away, and then a person must look; else it is a remark."""
    events = bench.journal.entries(bench.upgrade_id)
    if gathered_groups(events) and start(events) is None:
        decide_outcome(bench, Outcome.NEEDS_OPERATOR, f"groups may not be back where they were: {error}")
    else:
        bench.tell(EntryKind.OBSERVED, f"the clean-up was left undone: {error}")


def _brought(events: tuple[Entry, ...]) -> tuple[NodeName, str] | None:
    """Node and path of the image that this upgrade has copied; None when it copied none."""
    sent = [e for e in events if e.kind is EntryKind.ACTION_SENT and e.node and BROUGHT in e.detail]
    return (NodeName(str(sent[-1].node)), str(sent[-1].detail[BROUGHT])) if sent else None
