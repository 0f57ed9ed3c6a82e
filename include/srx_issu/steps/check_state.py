"""Verify: RTOs, zones, policies, sessions, VPN, NAT and routing, after against baseline."""

from __future__ import annotations

from srx_issu.ports.journal import EventKind, Outcome
from srx_issu.steps.bench import Bench, Facts
from srx_issu.steps.check_versions_and_groups import NotVerified
from srx_issu.steps.collect_after import after
from srx_issu.steps.decide_outcome import decide_outcome
from srx_issu.steps.recall import baseline, baseline_state

FINDINGS = "findings"


def check_state(bench: Bench) -> Facts:
    """Findings go to the journal and decide the outcome; a blocking one raises NotVerified."""
    from srx_issu.checks.aftermath import check_aftermath  # noqa: PLC0415 - Great Expectations takes seconds

    events = bench.journal.events(bench.upgrade_id)
    now, state = after(bench)
    aftermath = check_aftermath(
        before=baseline(events, bench.evidence),
        before_state=baseline_state(events, bench.evidence),
        after=now,
        after_state=state,
        intent=bench.intent,
    )
    evidence = bench.evidence.write(bench.upgrade_id, "comparison.json", aftermath.to_json())
    for finding in aftermath.findings:
        bench.tell(EventKind.FINDING, finding)
    if aftermath.objections:
        reason = "; ".join(aftermath.objections)
        decide_outcome(bench, Outcome.NEEDS_OPERATOR, reason)
        raise NotVerified(reason)
    bench.tell(
        EventKind.STEP_FINISHED,
        f"state compared with the baseline: {aftermath.summary}",
        detail={"evidence": evidence, "findings": len(aftermath.findings)},
    )
    return {FINDINGS: list(aftermath.findings), "evidence": evidence}
