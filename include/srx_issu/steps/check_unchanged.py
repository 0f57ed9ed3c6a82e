"""Verify, last part: after the fail-back nothing may be left of the ISSU. Decides the good outcome."""

from __future__ import annotations

from srx_issu.domain.goals import Goal, describe, progress
from srx_issu.domain.phase import Phase, infer_phase
from srx_issu.ports.journal import EventKind, Outcome
from srx_issu.steps.bench import Bench, Facts
from srx_issu.steps.check_versions_and_groups import NotVerified
from srx_issu.steps.decide_outcome import decide_outcome
from srx_issu.steps.recall import course


def check_unchanged(bench: Bench) -> Facts:
    """Both on the target, in sync, flags cleared, groups where they belong: UPGRADED (or with findings)."""
    events = bench.journal.events(bench.upgrade_id)
    way, now = course(events, bench.evidence, bench.intent), bench.reader.observe()
    reading = infer_phase(way.before, now, way.starter, way.target)
    goals = [
        Goal.FLAGS_CLEARED,
        *([Goal.GROUPS_HOME] if bench.intent.fail_back else []),
    ]
    missing = [p.text for goal in goals if not (p := progress(goal, way, now)).done]
    if reading.phase is not Phase.COMPLETE or missing:
        reason = "; ".join([reading.reason, *missing])
        decide_outcome(bench, Outcome.NEEDS_OPERATOR, reason)
        raise NotVerified(reason)
    findings = [e.text for e in events if e.kind is EventKind.FINDING and e.step == "verify.check_state"]
    if findings:
        reason = f"{reading.reason}, but: {'; '.join(findings)}"
        decide_outcome(bench, Outcome.UPGRADED_WITH_FINDINGS, reason)
    else:
        decide_outcome(bench, Outcome.UPGRADED, f"{reading.reason}; {describe(now)}")
    return {"findings": list(findings)}
