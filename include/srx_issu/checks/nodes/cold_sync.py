"""Does the node hold what its peer holds?"""

from __future__ import annotations

from srx_issu.checks.check import YES, Check
from srx_issu.checks.formatting import listed
from srx_issu.checks.frames import Reasons, Row, Subject
from srx_issu.domain.checking import WhenUnknown
from srx_issu.domain.cluster.model import NodeName, NodeView
from srx_issu.domain.upgrade.intent import Policy

COLUMNS = ("cold_sync_complete", "cold_sync_text")


def populate(subject: Subject, node: NodeName, cells: Row, reasons: Reasons) -> None:
    """By its own words; only where the release has none, by monitor failures without CS."""
    view = subject.view(node)
    reasons["cold_sync_complete"] = subject.silence(node) or view.error or "cold synchronization not shown"
    if view.cold_sync is not None:
        left = [*view.cold_sync.not_completed, *view.cold_sync.unknown]
        cells["cold_sync_complete"] = False if left else view.cold_sync.is_complete
        cells["cold_sync_text"] = (
            f"weight {view.cold_sync.weight}, not complete: {listed(left) or 'unknown'}; "
            f"{listed(list(view.cold_sync.progress)) or 'no progress shown'}"
        )
    elif "cold_sync" not in view.not_understood:
        cells["cold_sync_complete"], cells["cold_sync_text"] = _no_cs_failure(view), "monitor failure CS"


def _no_cs_failure(view: NodeView) -> bool | None:
    """A dead node shows no failure either (docs/junos.md, "Trap 2"): only a settled one is believed."""
    own = [m for g in view.groups if g.group_id > 0 for m in g.members if m.node is view.node]
    codes = [m.monitor_failures for m in own if m.monitor_failures is not None and m.is_settled]
    if not own or len(codes) < len(own):
        return None
    return not any("CS" in failures for failures in codes)


def checks(_: Policy) -> tuple[Check, ...]:
    return (
        Check(
            name="cold_sync",
            what="cold synchronization",
            table="nodes",
            column="cold_sync_complete",
            expect=YES,
            when_unknown=WhenUnknown.BLOCK,
            good="cold synchronization is complete",
            bad="cold synchronization is not complete ({cold_sync_text})",
            limit="complete",
            remedy="wait for it: 'show chassis cluster information detail coldsync'",
        ),
    )
