"""Prepare: ``request system snapshot`` on both nodes, where the platform has it (guide, pre-checks)."""

from __future__ import annotations

from srx_issu.domain.commands import SnapshotSoftware
from srx_issu.domain.model import NodeName
from srx_issu.steps.act import act
from srx_issu.steps.bench import Bench, Facts


def snapshot_software(bench: Bench) -> Facts:
    """The node's words, by node. Raises CommandRefused when a node will not."""
    why = "back up the running software before the ISSU"
    return {node.value: act(bench, node, SnapshotSoftware(), why) for node in NodeName}
