"""Whether a node may be asked for much: not while it carries all the traffic and is busy."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.cluster.state import ClusterState
from srx_issu.steps.context import UpgradeContext


@dataclass(frozen=True, kw_only=True)
class SparedNodes:
    """The nodes that are left alone, each with the reason."""

    reasons: dict[NodeName, str]

    def reason(self, node: NodeName) -> str | None:
        return self.reasons.get(node)


def spared_nodes(context: UpgradeContext, *, by_load: bool = True) -> SparedNodes:
    """Looks at both nodes. One that does not answer is recorded as such; it is not waited for. ``by_load``
    False: little is asked, and the load is not sampled, as readiness has done a moment ago."""
    now = context.reader.observe()
    reasons = {view.node: f"away: {view.error or 'no answer'}" for view in now.views if not view.reachable}
    carrier = carrier_of_all(now)
    if by_load and carrier is not None and carrier not in reasons:
        limit = context.intent.policy.evidence.cpu_percent
        busy = busy_reason(context.collect(now, ("cpu",)), carrier, limit)
        if busy is not None:
            reasons[carrier] = busy
    return SparedNodes(reasons=reasons)


def carrier_of_all(now: Snapshot) -> NodeName | None:
    """The node that is primary of every group that carries traffic; None where they are split or unknown."""
    primaries = {now.primary(group_id) for group_id in now.group_ids if group_id > 0}
    return primaries.pop() if len(primaries) == 1 else None


def busy_reason(state: ClusterState, node: NodeName, limit_percent: float) -> str | None:
    """Why this node is spared; None: it is not. A load that is not known is no small one."""
    samples = state.cpu.rows_of(node)
    if not samples:
        why = state.cpu.reason_of(node) or "no sample of the load"
        return f"carries all the traffic, and its load is not known ({why})"
    busy = statistics.median_high(sample.busy_percent for sample in samples)
    if busy < limit_percent:
        return None
    return f"carries all the traffic at {busy:g} % CPU; evidence is taken below {limit_percent:g} %"
