"""Prepare: a snapshot of the running software on both nodes, where the platform has it (guide, pre-checks).

``request system snapshot``, on a vmhost ``request vmhost snapshot``: the software that the image is of
decides, and readiness has held it against the node's routing engine.
"""

from __future__ import annotations

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import NotOnThisPlatform, UnknownCommand
from srx_issu.domain.gate.table import SendPurpose
from srx_issu.domain.history.command_events import Sending
from srx_issu.domain.history.events import FindingMade, FoundBy
from srx_issu.domain.history.step_events import StepFinished
from srx_issu.domain.upgrade.commands import SnapshotSoftware
from srx_issu.domain.upgrade.intent import WhenRefused
from srx_issu.steps.baseline import baseline
from srx_issu.steps.context import Facts, UpgradeContext
from srx_issu.steps.gate.order import CommandOrder
from srx_issu.steps.gate.send import send_command
from srx_issu.steps.upgrade.eligibility import eligibility


def snapshot_software(context: UpgradeContext) -> Facts:
    """The node's words, by node; a node that has made its snapshot in this upgrade is not asked again. Raises
    CommandRefused when a node fails to make it, or its platform refuses it and policy blocks then."""
    so_far = context.known()
    if not eligibility(context, baseline(so_far, context.evidence)).snapshot_supported:
        context.record(StepFinished(), "this platform makes no snapshot of its software")
        return {"supported": False}
    return {node.value: so_far.snapshots.get(node) or _snapshot(context, node) for node in NodeName}


def _snapshot(context: UpgradeContext, node: NodeName) -> str | None:
    """The node's words; None where its platform refuses, and policy goes on without."""
    command = SnapshotSoftware(software=context.intent.software)
    order = CommandOrder(
        purpose=SendPurpose.PREPARE,
        sending=Sending.SNAPSHOT,
        node=node,
        why="back up the running software before the ISSU",
        command=command,
    )
    try:
        return send_command(context, order)
    except (NotOnThisPlatform, UnknownCommand) as refusal:
        if context.intent.policy.snapshot_refused is WhenRefused.BLOCK:
            raise
        text = f"{node}: no snapshot of the software: '{command.cli}' was refused: {refusal.message}"
        if text not in context.known().found_by(FoundBy.SNAPSHOT):
            context.record(FindingMade(by=FoundBy.SNAPSHOT), text)
        return None
