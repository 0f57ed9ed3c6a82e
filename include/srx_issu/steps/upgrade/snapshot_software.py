"""Prepare: ``request system snapshot`` on both nodes, where the platform has it (guide, pre-checks)."""

from __future__ import annotations

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.gate.table import SendPurpose
from srx_issu.domain.history.command_events import Sending
from srx_issu.domain.history.step_events import StepFinished
from srx_issu.domain.upgrade.commands import SnapshotSoftware
from srx_issu.steps.baseline import baseline
from srx_issu.steps.context import Facts, UpgradeContext
from srx_issu.steps.gate.order import CommandOrder
from srx_issu.steps.gate.send import send_command
from srx_issu.steps.upgrade.judge_readiness import eligibility


def snapshot_software(context: UpgradeContext) -> Facts:
    """The node's words, by node; a node that has made its snapshot in this upgrade is not asked again. Raises
    CommandRefused when a node will not."""
    so_far = context.known()
    if not eligibility(context, baseline(so_far, context.evidence)).snapshot_supported:
        context.record(StepFinished(), "this platform makes no snapshot of its software")
        return {"supported": False}
    return {node.value: so_far.snapshots.get(node) or _snapshot(context, node) for node in NodeName}


def _snapshot(context: UpgradeContext, node: NodeName) -> str:
    why = "back up the running software before the ISSU"
    order = CommandOrder(
        purpose=SendPurpose.PREPARE,
        sending=Sending.SNAPSHOT,
        node=node,
        why=why,
        command=SnapshotSoftware(),
    )
    return send_command(context, order)
