"""The send gate's row "prepare" for copies ahead of a campaign, which belong to no upgrade yet.

Their leases and their journal are the staging's own; nothing is deleted, and nothing is interrupted.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from srx_issu.domain.cluster.model import Image, NodeName
from srx_issu.domain.errors import NotPermitted
from srx_issu.domain.gate.table import SendCondition
from srx_issu.ports.devices import NodeFiles
from srx_issu.ports.permits import PERMIT_S, Permit, uptime_s


def upload_ahead(
    files: NodeFiles,
    node: NodeName,
    image: Image,
    progress: Callable[[int, int], None],
    *,
    halted: str | None,
    hold: Callable[[], object],
) -> None:
    """``halted``: who stopped the fleet, and why. ``hold`` proves that the cluster's lease is ours: it raises
    LeaseHeld or JournalError. Raises NotPermitted, and TransferFailed."""
    if halted is not None:
        raise NotPermitted(SendCondition.NOT_STOPPED.value, halted)
    asked_at_s = uptime_s()
    hold()
    permit = Permit(node=node, what=f"copy {image.name} by SFTP", expires_at_s=asked_at_s + PERMIT_S)
    files.upload(Path(image.file), image.node_path, progress, permit)
