"""An image for a node's next boot that is not the upgrade's own: it is not the upgrade's to take back."""

from __future__ import annotations

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.junos.version import same_release
from srx_issu.domain.procedure.claims import may_boot
from srx_issu.domain.procedure.conditions import StateCondition
from srx_issu.domain.recovery.found import NOT_KNOWN


def own_image(node: NodeName, target: str) -> tuple[StateCondition, ...]:
    """What a node may boot next that gets it taken back; nothing where nobody knows the target."""
    return () if target == NOT_KNOWN else (may_boot(node, target),)


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
