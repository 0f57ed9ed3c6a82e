"""Verify: both nodes run the target since the start, and every group is settled."""

from __future__ import annotations

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.cluster.phase import has_rebooted, not_settled
from srx_issu.domain.history.step_events import StepFinished
from srx_issu.domain.junos.version import same_release
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.recovery.found import was_under_way
from srx_issu.steps.baseline import baseline
from srx_issu.steps.context import Facts, UpgradeContext
from srx_issu.steps.upgrade.collect_after import after
from srx_issu.steps.upgrade.decide_outcome import decide_outcome


class NotVerified(Exception):
    """Something that must hold after an upgrade does not; the outcome is journalled."""


def check_versions_and_groups(context: UpgradeContext) -> Facts:
    """Raises NotVerified, with NEEDS_OPERATOR journalled, when a node is not what it must be."""
    before = baseline(context.known(), context.evidence)
    now, _ = after(context)
    faults = []
    for node in NodeName:
        release = now.view(node).release
        if release is None or not same_release(release, context.intent.image.release):
            faults.append(
                f"{node} runs {release or 'an unknown release'}, expected {context.intent.image.release}"
            )
        elif not (
            was_under_way(context.intent, before.view(node))
            or has_rebooted(before.view(node), now.view(node))
        ):
            faults.append(f"{node} has not rebooted since the baseline")
        if fault := not_settled(now, node):
            faults.append(fault)
    if faults:
        reason = "; ".join(faults)
        decide_outcome(context, Outcome.NEEDS_OPERATOR, reason)
        raise NotVerified(reason)
    text = f"both nodes run {now.node0.release}, groups {', '.join(f'RG{g}' for g in now.group_ids)} settled"
    context.record(StepFinished(), text)
    return {"release": now.node0.release}
