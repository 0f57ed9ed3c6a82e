"""Prepare: the image on the node that will start the ISSU, byte for byte (the ISSU copies it to the peer); on
both nodes where the route installs each by itself."""

from __future__ import annotations

from collections.abc import Callable

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.gate.table import SendPurpose
from srx_issu.domain.history.command_events import Sending
from srx_issu.domain.history.sending_rules import BY_PLAN
from srx_issu.domain.history.step_events import StepFinished
from srx_issu.steps.baseline import course_of
from srx_issu.steps.context import Facts, UpgradeContext
from srx_issu.steps.gate.order import UploadOrder
from srx_issu.steps.gate.send import upload_image
from srx_issu.steps.upload import check_arrived, check_source, is_there

LOG_EVERY_PERCENT = 10


def stage_image(context: UpgradeContext) -> Facts:
    """Already there and right → nothing sent; else SFTP with resume, then the node's own SHA-256.

    Raises TransferFailed when the file on a node is not the catalogue's.
    """
    nodes = nodes_to_prepare(context)
    if len(nodes) == 1:
        return _staged(context, nodes[0])
    return {node.value: _staged(context, node) for node in nodes}


def nodes_to_prepare(context: UpgradeContext) -> tuple[NodeName, ...]:
    """The node that starts the ISSU; both where the route installs each by itself."""
    if context.intent.route in BY_PLAN:
        return tuple(NodeName)
    return (course_of(context.known(), context.evidence, context.intent).starter,)


def _staged(context: UpgradeContext, node: NodeName) -> Facts:
    image = context.intent.image
    files = context.files(node)
    if is_there(files, image):
        context.record(StepFinished(), f"{image.name} is there already, SHA-256 agrees", node=node)
        return {"node": node.value, "copied": False, "path": image.node_path}
    check_source(image)
    order = UploadOrder(
        purpose=SendPurpose.PREPARE,
        sending=Sending.UPLOAD,
        node=node,
        why=f"{node} must have the image",
        image=image,
        progress=_progress_log(context, node.value),
    )
    upload_image(context, order)
    check_arrived(files, node, image)
    return {"node": node.value, "copied": True, "path": image.node_path}


def _progress_log(context: UpgradeContext, node: str) -> Callable[[int, int], None]:
    shown = -LOG_EVERY_PERCENT

    def log(there: int, size: int) -> None:
        nonlocal shown
        percent = 100 * there // size if size else 100
        if percent >= shown + LOG_EVERY_PERCENT:
            shown = percent
            context.log.info(
                "%s %s: %d of %d bytes (%d %%)", context.intent.cluster.name, node, there, size, percent
            )

    return log
