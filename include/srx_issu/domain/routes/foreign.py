"""An image for a node's next boot that is not the upgrade's own: it is not the upgrade's to take back."""

from __future__ import annotations

from srx_issu.domain.cluster.model import Snapshot
from srx_issu.domain.junos.version import same_release
from srx_issu.domain.recovery.found import NOT_KNOWN


def foreign_image(now: Snapshot, target: str) -> str | None:
    """Which node boots what next, where it names another release than the target; None: none does."""
    if target == NOT_KNOWN:
        return None
    for view in now.views:
        found = view.next_boot
        if found is not None and found.is_other and found.release and not same_release(found.release, target):
            return (
                f"{view.node} will boot {found.release} next, which this upgrade has not installed: whoever "
                "did must say what becomes of it"
            )
    return None
