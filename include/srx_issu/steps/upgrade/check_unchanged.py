"""Verify, last part: after the fail-back nothing may be left of the ISSU. Decides the good outcome."""

from __future__ import annotations

from srx_issu.domain.cluster.model import Snapshot
from srx_issu.domain.cluster.phase import Phase
from srx_issu.domain.comparison.difference import Difference, Observation
from srx_issu.domain.history.events import FindingMade, FoundBy, Observed
from srx_issu.domain.history.step_events import OwnWait
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.goals import Goal, describe, progress
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.steps.baseline import course_of
from srx_issu.steps.context import Facts, UpgradeContext
from srx_issu.steps.upgrade.check_versions_and_groups import NotVerified
from srx_issu.steps.upgrade.collect_after import last_look
from srx_issu.steps.upgrade.comparing import (
    as_it_is_now,
    before_the_upgrade,
    keep_look,
    keep_validations,
    with_noise,
)
from srx_issu.steps.upgrade.decide_outcome import decide_outcome
from srx_issu.steps.waits.converge import NotYet, not_yet


def check_unchanged(context: UpgradeContext) -> Facts | NotYet:
    """Both on the target, in sync, flags cleared, groups where they belong, and everything as before once
    more, the configuration too: UPGRADED (or with findings). Waits for what the fail-back has interrupted.
    """
    from srx_issu.checks.post_checks import differences_of  # noqa: PLC0415 - brings the checks

    before, now, intent = before_the_upgrade(context), as_it_is_now(context), with_noise(context)
    reason, objections = _left_over(context, now.snapshot)
    if objections:
        _stop(context, "; ".join([reason, *objections]))
    known = differences_of(before, last_look(context), intent)
    if wait := not_yet(context, OwnWait.STATE_AFTER_FAIL_BACK, before, now, intent, known):
        return wait
    new = _judge(context, before, now, intent, known)
    findings = context.known().found_by(FoundBy.STATE) + new
    if findings:
        back = _back_by_now(known, differences_of(before, now, intent))
        summary = f"{reason}, but: {'; '.join(dict.fromkeys(findings))}{back}"
        decide_outcome(context, Outcome.UPGRADED_WITH_FINDINGS, summary)
    else:
        decide_outcome(context, Outcome.UPGRADED, f"{reason}; {describe(now.snapshot)}")
    return {"findings": list(findings)}


def _left_over(context: UpgradeContext, now: Snapshot) -> tuple[str, list[str]]:
    """What the nodes show, in a sentence, and what of the ISSU is left behind."""
    course = course_of(context.known(), context.evidence, context.intent)
    reading = course.reading(now)
    goals = [Goal.FLAGS_CLEARED, *([Goal.GROUPS_HOME] if context.intent.fail_back else [])]
    missing = [p.text for goal in goals if not (p := progress(goal, course, now)).done]
    if reading.phase is not Phase.COMPLETE and not missing:
        missing = ["the upgrade is not complete any more"]
    return reading.reason, missing


def _stop(context: UpgradeContext, reason: str) -> None:
    decide_outcome(context, Outcome.NEEDS_OPERATOR, reason)
    raise NotVerified(reason)


def _judge(
    context: UpgradeContext,
    before: Observation,
    now: Observation,
    intent: Intent,
    known: tuple[Difference, ...],
) -> list[str]:
    """The findings that were not told after the ISSU already; a blocking one raises NotVerified."""
    from srx_issu.checks.post_checks import run_post_checks  # noqa: PLC0415 - Great Expectations takes seconds

    keep_look(context, "final", now)
    post_checks = run_post_checks(
        before=before.snapshot,
        before_state=before.state,
        after=now.snapshot,
        after_state=now.state,
        intent=intent,
        flags_reset=True,
        validate=context.validate,
    )
    context.evidence.write(context.upgrade_id, "final-comparison.json", post_checks.to_json())
    keep_validations(context, "final-comparison", post_checks.validations)
    seen = {difference.what for difference in known}
    old = {d.text for d in post_checks.differences if d.what in seen}
    new = [text for text in post_checks.findings if text not in old and text.partition(": ")[2] not in old]
    for finding in new:
        context.record(FindingMade(by=FoundBy.LAST_LOOK), finding)
    if post_checks.objections:
        _stop(context, "; ".join(post_checks.objections))
    context.record(Observed(), f"after the fail-back: {post_checks.summary}")
    return new


def _back_by_now(known: tuple[Difference, ...], left: tuple[Difference, ...]) -> str:
    still = {difference.what for difference in left}
    back = list(dict.fromkeys(d.text for d in known if d.what not in still and d.may_return))
    return f"; back by the end: {'; '.join(back)}" if back else ""
