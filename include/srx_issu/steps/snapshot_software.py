"""Prepare: ``request system snapshot`` on both nodes, where the platform has it (guide, pre-checks)."""

from __future__ import annotations

from srx_issu.domain.commands import SnapshotSoftware
from srx_issu.domain.gate.table import SendPurpose
from srx_issu.domain.model import NodeName
from srx_issu.steps.bench import Bench, Facts
from srx_issu.steps.gate.order import CommandOrder
from srx_issu.steps.gate.send import send_command


def snapshot_software(bench: Bench) -> Facts:
    """The node's words, by node. Raises CommandRefused when a node will not."""
    why = "back up the running software before the ISSU"
    return {
        node.value: send_command(
            bench,
            CommandOrder(purpose=SendPurpose.PREPARE, node=node, why=why, command=SnapshotSoftware()),
        )
        for node in NodeName
    }
