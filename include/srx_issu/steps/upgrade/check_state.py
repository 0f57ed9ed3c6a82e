"""Verify: RTOs, zones, policies, sessions, VPN, NAT and routing, after against baseline."""

from __future__ import annotations

from srx_issu.domain.comparison.difference import Observation
from srx_issu.domain.history.events import FindingMade, FoundBy
from srx_issu.domain.history.step_events import OwnWait, StepFinished
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.steps.context import Facts, UpgradeContext
from srx_issu.steps.upgrade.check_versions_and_groups import NotVerified
from srx_issu.steps.upgrade.collect_after import keep_after, last_look
from srx_issu.steps.upgrade.comparing import as_it_is_now, before_the_upgrade, keep_validations, with_noise
from srx_issu.steps.upgrade.decide_outcome import decide_outcome
from srx_issu.steps.waits.converge import NotYet, not_yet

FINDINGS = "findings"


def check_state(context: UpgradeContext) -> Facts | NotYet:
    """Waits until the state has come back, or its deadline. Findings go to the journal and decide the
    outcome; a blocking one raises NotVerified."""
    before, intent = before_the_upgrade(context), with_noise(context)
    is_waiting = OwnWait.STATE_AFTER_ISSU in context.known().waiting_since
    now = as_it_is_now(context) if is_waiting else last_look(context)
    if wait := not_yet(context, OwnWait.STATE_AFTER_ISSU, before, now, intent):
        return wait
    if is_waiting:
        keep_after(context, now, "after waiting for it to come back")
    return _judge(context, before, now, intent)


def _judge(context: UpgradeContext, before: Observation, now: Observation, intent: Intent) -> Facts:
    from srx_issu.checks.post_checks import run_post_checks  # noqa: PLC0415 - Great Expectations takes seconds

    post_checks = run_post_checks(
        before=before.snapshot,
        before_state=before.state,
        after=now.snapshot,
        after_state=now.state,
        intent=intent,
        validate=context.validate,
    )
    evidence = context.evidence.write(context.upgrade_id, "comparison.json", post_checks.to_json())
    keep_validations(context, "comparison", post_checks.validations)
    for finding in post_checks.findings:
        context.record(FindingMade(by=FoundBy.STATE), finding)
    if post_checks.objections:
        reason = "; ".join(post_checks.objections)
        decide_outcome(context, Outcome.NEEDS_OPERATOR, reason)
        raise NotVerified(reason)
    finished = StepFinished(documents={"evidence": evidence}, awaited=OwnWait.STATE_AFTER_ISSU)
    context.record(finished, f"state compared with the baseline: {post_checks.summary}")
    return {FINDINGS: list(post_checks.findings), "evidence": evidence}
