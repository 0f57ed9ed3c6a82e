"""Prepare: the node that will start holds its configuration against the image, where policy wants it.

The ISSU does the same by itself, in its second step; here its no costs nothing, and is told before people are
asked. Before a downgrade it is always asked for: whether the older release takes the configuration is told
with the question about it. Whether a cluster's platform has the command is the node's to say.
"""

from __future__ import annotations

import re

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import CommandRefused
from srx_issu.domain.gate.table import SendPurpose
from srx_issu.domain.history.command_events import Sending
from srx_issu.domain.history.events import FindingMade, FoundBy
from srx_issu.domain.history.step_events import StepFinished
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.commands import ValidateImage
from srx_issu.domain.upgrade.intent import ImageValidation
from srx_issu.steps.approval.facts import downgrade_of
from srx_issu.steps.context import Facts, UpgradeContext
from srx_issu.steps.gate.order import CommandOrder
from srx_issu.steps.gate.send import send_command
from srx_issu.steps.upgrade.refuse_start import refuse_start
from srx_issu.steps.upgrade.stage_image import nodes_to_prepare

_SUCCEEDED = re.compile(r"\bvalidation succeeded\b", re.IGNORECASE)
_FAILED = re.compile(r"\bvalidation failed\b", re.IGNORECASE)


def validate_image(context: UpgradeContext) -> Facts:
    """The node's words. Raises RequestRefused, with NOT_READY written down, when the node says no and policy
    blocks then."""
    if skipped := _why_not(context):
        context.record(StepFinished(), skipped)
        return {"validated": False}
    nodes = nodes_to_prepare(context)
    if len(nodes) == 1:
        return _validated(context, nodes[0])
    return {node.value: _validated(context, node) for node in nodes}


def _validated(context: UpgradeContext, node: NodeName) -> Facts:
    intent = context.intent
    said = context.known().validated.get(node)  # by an earlier try
    words, objection = _asked(context, node) if said is None else (said, _objection(said))
    if objection is None:
        return {"validated": True, "words": words}
    text = f"{node}: the node's own validation of {intent.image.name}: {objection}"
    if intent.policy.validate_image is ImageValidation.BLOCK:
        refuse_start(context, text, Outcome.NOT_READY)
    context.record(FindingMade(by=FoundBy.VALIDATION), text)
    return {"validated": False}


def _why_not(context: UpgradeContext) -> str | None:
    is_never = context.intent.policy.validate_image is ImageValidation.NEVER
    if is_never and downgrade_of(context.known()) is None:
        return "policy asks for no validation by the node before the start (validate_image)"
    if context.intent.no_validate:
        return "the run asks for a start without the node's own validation"
    if context.known().start is not None:
        return "the ISSU was asked for already: nothing to validate any more"
    if found := context.known().found_by(FoundBy.VALIDATION):
        return f"asked before: {found[-1]}"
    return None


def _asked(context: UpgradeContext, node: NodeName) -> tuple[str, str | None]:
    """What the node said, and what of it speaks against the image."""
    command = ValidateImage(image_path=context.intent.image.node_path, software=context.intent.software)
    order = CommandOrder(
        purpose=SendPurpose.PREPARE,
        sending=Sending.VALIDATE,
        node=node,
        why="hear before the start what the node has against the image",
        command=command,
    )
    try:
        words = send_command(context, order)
    except CommandRefused as refusal:
        return refusal.message, f"'{command.cli}' was refused: {' '.join(refusal.message.split())}"
    return words, _objection(words)


def _objection(words: str) -> str | None:
    """None: it says yes, or nothing at all. Words that nobody knows are neither."""
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    if failed := next((line for line in lines if _FAILED.search(line)), None):
        return failed
    if words.strip() in ("", "no words") or _SUCCEEDED.search(words):
        return None
    return f"it does not say 'Validation succeeded'; its last words: {lines[-1]}"
