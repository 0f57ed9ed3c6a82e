"""Prepare: the image on the node that will start the ISSU, byte for byte (the ISSU copies it to the peer); on
both nodes where the route installs each by itself."""

from __future__ import annotations

from collections.abc import Callable

from srx_issu.domain.cluster.model import Image, NodeName
from srx_issu.domain.gate.table import SendPurpose
from srx_issu.domain.history.command_events import Sending
from srx_issu.domain.history.route_events import OldImageThere
from srx_issu.domain.history.sending_rules import BY_PLAN
from srx_issu.domain.history.step_events import StepFinished
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.leads_back import old_image_of
from srx_issu.steps.baseline import baseline, course_of
from srx_issu.steps.context import Facts, UpgradeContext
from srx_issu.steps.gate.order import UploadOrder
from srx_issu.steps.gate.send import upload_image
from srx_issu.steps.upgrade.refuse_start import refuse_start
from srx_issu.steps.upload import check_arrived, check_source, is_there

LOG_EVERY_PERCENT = 10


def stage_image(context: UpgradeContext) -> Facts:
    """Already there and right → nothing sent; else SFTP with resume, then the node's own SHA-256.

    Raises TransferFailed when the file on a node is not the catalogue's.
    """
    nodes, image = nodes_to_prepare(context), context.intent.image
    if len(nodes) == 1:
        return _staged(context, nodes[0], image)
    return {node.value: _staged(context, node, image) for node in nodes}


def stage_old_image(context: UpgradeContext) -> Facts:
    """The way back where no rollback leads there: what runs now, on both nodes, with the node's own SHA-256.

    Raises RequestRefused, with NOT_READY written down, where the catalogue has no such image.
    """
    so_far = context.known()
    old = old_image_of(context.intent, baseline(so_far, context.evidence))
    if old is None or so_far.start is not None:
        why = "a rollback leads back" if old is None else "the upgrade was begun already"
        context.record(StepFinished(), f"no old image is staged: {why}")
        return {}
    if old.image is None:
        refuse_start(context, f"{old.rule.reason}; {old.missing}", Outcome.NOT_READY)
    found: Facts = {}
    for node in NodeName:
        found[node.value] = _staged(context, node, old.image, Sending.OLD_IMAGE)
        there = OldImageThere(node=node, path=old.image.node_path, sha256=old.image.sha256)
        context.record(there, f"{old.image.name}, the way back, is there; SHA-256 agrees", node=node)
    return found


def nodes_to_prepare(context: UpgradeContext) -> tuple[NodeName, ...]:
    """The node that starts the ISSU; both where the route installs each by itself."""
    if context.intent.route in BY_PLAN:
        return tuple(NodeName)
    return (course_of(context.known(), context.evidence, context.intent).starter,)


def _staged(
    context: UpgradeContext, node: NodeName, image: Image, sending: Sending = Sending.UPLOAD
) -> Facts:
    files = context.files(node)
    if is_there(files, image):
        context.record(StepFinished(), f"{image.name} is there already, SHA-256 agrees", node=node)
        return {"node": node.value, "copied": False, "path": image.node_path}
    check_source(image)
    order = UploadOrder(
        purpose=SendPurpose.PREPARE,
        sending=sending,
        node=node,
        why=f"{node} must have {image.name}",
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
