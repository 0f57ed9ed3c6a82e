"""Prepare: ``request system snapshot`` on both nodes, where the platform has it (guide, pre-checks)."""

from __future__ import annotations

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.gate.table import SendPurpose
from srx_issu.domain.upgrade.commands import SnapshotSoftware
from srx_issu.ports.journal import EntryKind
from srx_issu.steps.bench import Bench, Facts
from srx_issu.steps.gate.order import CommandOrder
from srx_issu.steps.gate.send import send_command
from srx_issu.steps.recall import baseline, last
from srx_issu.steps.upgrade.judge_readiness import eligibility


def snapshot_software(bench: Bench) -> Facts:
    """The node's words, by node; a node that has made its snapshot in this upgrade is not asked again. Raises
    CommandRefused when a node will not."""
    events = bench.journal.entries(bench.upgrade_id)
    if not eligibility(bench, baseline(events, bench.evidence)).snapshot_supported:
        bench.tell(EntryKind.STEP_FINISHED, "this platform makes no snapshot of its software")
        return {"supported": False}
    done = {node: last(events, EntryKind.ACTION_SENT, step=bench.step, node=node.value) for node in NodeName}
    return {node.value: sent.text if sent else _snapshot(bench, node) for node, sent in done.items()}


def _snapshot(bench: Bench, node: NodeName) -> str:
    why = "back up the running software before the ISSU"
    order = CommandOrder(purpose=SendPurpose.PREPARE, node=node, why=why, command=SnapshotSoftware())
    return send_command(bench, order)
