"""Clean up: take the image off the node again, if this upgrade brought it there and is over; put groups back
that were failed over for a start that was then not made."""

from __future__ import annotations

from srx_issu.domain.errors import DeviceError, NotPermitted
from srx_issu.domain.gate.table import SendPurpose
from srx_issu.domain.model import NodeName
from srx_issu.ports.journal import Event, EventKind
from srx_issu.steps.bench import Bench, Facts
from srx_issu.steps.consolidate_groups import return_groups
from srx_issu.steps.gate.order import BROUGHT, DeleteOrder
from srx_issu.steps.gate.send import delete_file
from srx_issu.steps.recall import conclusion


def clean_up(bench: Bench) -> Facts:
    """Never fails an upgrade: what could not be removed is a remark. A cluster in doubt keeps its files."""
    facts = return_groups(bench)
    events = bench.journal.events(bench.upgrade_id)
    brought = _brought(events)
    ended = conclusion(events)
    if brought is None or ended is None or not ended.outcome.is_success:
        bench.tell(EventKind.STEP_FINISHED, "nothing to remove")
        return facts
    node, path = brought
    order = DeleteOrder(purpose=SendPurpose.PREPARE, node=node, why="the upgrade is over", path=path)
    try:
        delete_file(bench, order)
    except (DeviceError, NotPermitted) as error:
        bench.tell(EventKind.OBSERVED, f"{path} could not be removed: {error}", node=node)
        return facts
    bench.tell(EventKind.STEP_FINISHED, f"{path} removed", node=node)
    return {**facts, "removed": path}


def _brought(events: tuple[Event, ...]) -> tuple[NodeName, str] | None:
    """Node and path of the image that this upgrade has copied; None when it copied none."""
    sent = [e for e in events if e.kind is EventKind.ACTION_SENT and e.node and BROUGHT in e.detail]
    return (NodeName(str(sent[-1].node)), str(sent[-1].detail[BROUGHT])) if sent else None
