"""What must hold before an upgrade begins on the nodes, whatever the colours of the tasks before it."""

from __future__ import annotations

from srx_issu.domain.approvals.judge import NotApproved
from srx_issu.domain.approvals.rule import ApprovalPurpose
from srx_issu.domain.errors import RequestRefused
from srx_issu.ports.journal import Outcome
from srx_issu.steps.approvals import standing
from srx_issu.steps.bench import Bench
from srx_issu.steps.decide_outcome import decide_outcome
from srx_issu.steps.holding import needs_of
from srx_issu.steps.judge_readiness import READY
from srx_issu.steps.window import window_objection


def require_start_conditions(bench: Bench) -> None:
    """Raises RequestRefused, and the upgrade is REFUSED, when one is missing.

    Tasks can be marked, skipped or cleared by hand: all is read from the journal, the leases and the clock.
    """
    if objection := _unmet_condition(bench):
        decide_outcome(bench, Outcome.REFUSED, objection)
        raise RequestRefused(objection)


def _unmet_condition(bench: Bench) -> str | None:
    events = bench.journal.events(bench.upgrade_id)
    if not any(e.detail.get("assessment") == READY for e in events):
        return "the journal holds no passed readiness assessment of this upgrade; nothing was sent"
    approval = standing(events, bench.intent, ApprovalPurpose.START, bench.clock.now())
    if isinstance(approval, NotApproved):
        return f"the journal holds no approval of this upgrade: {approval.reason}; nothing was sent"
    for resource in needs_of(bench.intent).alone:
        holder = bench.leases.holder(resource)
        if holder is None or holder.owner != bench.upgrade_id:
            owner = holder.owner if holder else "nobody"
            name = resource.removeprefix("cluster:")
            return f"the lease of {name} belongs to {owner}, not to us; nothing was sent"
    if stopped := bench.stopped():
        return f"{stopped}; nothing was sent"
    return window_objection(bench.intent, bench.clock.now())
