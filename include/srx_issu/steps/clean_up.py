"""Clean up: take the image off the node again, if this upgrade brought it there and is over."""

from __future__ import annotations

from srx_issu.domain.errors import DeviceError
from srx_issu.domain.model import NodeName
from srx_issu.ports.journal import EventKind
from srx_issu.steps.bench import Bench, Facts
from srx_issu.steps.recall import conclusion, last


def clean_up(bench: Bench) -> Facts:
    """Never fails an upgrade: what could not be removed is a remark. A cluster in doubt keeps its files."""
    events = bench.journal.events(bench.upgrade_id)
    copied = last(events, EventKind.ACTION_SENT, step="prepare.stage_image")
    ended = conclusion(events)
    if copied is None or copied.node is None or ended is None or not ended.outcome.is_success:
        bench.tell(EventKind.STEP_FINISHED, "nothing to remove")
        return {}
    node, path = NodeName(copied.node), bench.intent.image.node_path
    try:
        bench.files(node).delete(path)
    except DeviceError as error:
        bench.tell(EventKind.OBSERVED, f"{path} could not be removed: {error.message}", node=node)
        return {}
    bench.tell(EventKind.STEP_FINISHED, f"{path} removed", node=node)
    return {"removed": path}
