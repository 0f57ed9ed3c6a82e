"""Up to Junos 11.4 every group must be brought to the RG0 primary by hand; later releases do it (guide)."""

from __future__ import annotations

from srx_issu.domain.commands import FailOver
from srx_issu.ports.journal import EventKind
from srx_issu.steps.act import act
from srx_issu.steps.bench import Bench, Facts
from srx_issu.steps.judge_readiness import eligibility
from srx_issu.steps.recall import baseline, start
from srx_issu.steps.start_conditions import require_start_conditions


def consolidate_groups(bench: Bench) -> Facts:
    """Fails over, group by group, only what is not on the RG0 primary, and only where it must be done."""
    events = bench.journal.events(bench.upgrade_id)
    support = eligibility(bench, baseline(events, bench.evidence))
    if start(events) or not support.consolidate_by_hand:
        bench.tell(EventKind.STEP_FINISHED, "the device fails its groups over by itself (12.1 and later)")
        return {"moved": []}
    require_start_conditions(bench)
    now = bench.reader.observe()
    primary = now.primary(0)
    moved = [g for g in now.group_ids if primary and now.primary(g) is not primary]
    for group_id in moved:
        assert primary is not None  # moved is empty without a primary
        act(bench, primary, FailOver(group_id=group_id, to=primary), "Junos 11.4 and earlier need it")
    return {"moved": list(moved)}
