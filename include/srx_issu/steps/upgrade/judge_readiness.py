"""Assess, second part: may this cluster be upgraded to this image now? Decides the way on."""

from __future__ import annotations

from enum import StrEnum

from srx_issu.checks.evidence import results_to_json
from srx_issu.checks.route_suites import BOOTS_WHAT_IT_RUNS, ON_ONE_NODE
from srx_issu.domain.checking import Readiness, ReadinessVerdict
from srx_issu.domain.cluster.model import Snapshot
from srx_issu.domain.cluster.state import ClusterState
from srx_issu.domain.history.events import FindingMade, FoundBy, Observed, ReadinessPassed
from srx_issu.domain.history.measured import figures, past_runs, past_words
from srx_issu.domain.history.sending_rules import BY_PLAN
from srx_issu.domain.history.step_events import StepFinished
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.decide import objection_to_start
from srx_issu.domain.upgrade.goals import describe
from srx_issu.steps.baseline import baseline, baseline_state
from srx_issu.steps.context import UpgradeContext
from srx_issu.steps.routes.stored_plan import objections_to_route, plan_route
from srx_issu.steps.upgrade.comparing import keep_validations
from srx_issu.steps.upgrade.decide_outcome import decide_outcome
from srx_issu.steps.upgrade.eligibility import downgrade_from, eligibility
from srx_issu.steps.upgrade.refuse_start import refuse_start

# Without them there is no plan, which says the same in its own words.
_TOLD_BY_CHECKS = frozenset({BOOTS_WHAT_IT_RUNS, ON_ONE_NODE})


class Assessment(StrEnum):
    """What follows the assessment."""

    PREPARE = "prepare"  # ready: go on
    ALREADY_CURRENT = "already_current"  # both nodes run the target
    NOT_READY = "not_ready"  # a blocking check says no, or could not be answered
    PLANNED = "planned"  # ready, but only the plan was asked for


def judge_readiness(context: UpgradeContext) -> Assessment:
    """Runs every check on the baseline, keeps the results as evidence and decides."""
    so_far = context.known()
    if so_far.start is not None:
        context.record(StepFinished(), "the ISSU was asked for already: nothing to assess any more")
        return Assessment.PREPARE
    before = baseline(so_far, context.evidence)
    readiness = _check(context, before, baseline_state(so_far, context.evidence))
    if readiness.verdict is ReadinessVerdict.ALREADY_CURRENT:
        decide_outcome(context, Outcome.ALREADY_CURRENT, f"{readiness.reason}; nothing was sent")
        return Assessment.ALREADY_CURRENT
    objections = [r.text for r in readiness.blocking] or [*filter(None, [objection_to_start(before)])]
    if readiness.verdict is ReadinessVerdict.NOT_READY and not objections:
        objections = [readiness.reason]
    if context.intent.route in BY_PLAN and _TOLD_BY_CHECKS.isdisjoint(r.check for r in readiness.blocking):
        objections += objections_to_route(before, context.intent)
    if objections:
        decide_outcome(context, Outcome.NOT_READY, "; ".join(dict.fromkeys(objections)))
        return Assessment.NOT_READY
    if context.intent.plan_only:
        decide_outcome(context, Outcome.PLANNED, f"{readiness.reason}; plan only, nothing was changed")
        return Assessment.PLANNED
    if context.intent.route in BY_PLAN:
        plan_route(context)
    _record_ready(context, before, readiness, for_approval=True)
    return Assessment.PREPARE


def reassess_if_old(context: UpgradeContext) -> None:
    """Makes a passed assessment anew that is more than half as old as ``readiness_age_s`` of the policy: a
    question or a window may have taken hours. Raises RequestRefused, with NOT_READY written down, when it
    fails now.
    """
    ready = context.known().ready
    if ready is None:
        return  # the send gate says what is missing
    age_s = (context.journal.now() - ready.at).total_seconds()
    if age_s <= context.intent.policy.limits.readiness_age_s / 2:
        return
    context.log.info("%s: readiness is %.0f s old: assessing again", context.intent.cluster.name, age_s)
    now = context.reader.observe()
    readiness = _check(context, now, context.collect(now))
    if objections := [r.text for r in readiness.blocking]:
        refuse_start(context, "; ".join(dict.fromkeys(objections)), Outcome.NOT_READY)
    if readiness.verdict is ReadinessVerdict.NOT_READY:
        refuse_start(context, readiness.reason, Outcome.NOT_READY)
    if readiness.verdict is ReadinessVerdict.ASK and readiness.reason != ready.passed.ask:
        refuse_start(context, f"since the question was put, this must be asked as well: {readiness.reason}")
    if readiness.verdict is not ReadinessVerdict.ALREADY_CURRENT:
        _record_ready(context, now, readiness, for_approval=False)


def _record_ready(
    context: UpgradeContext, before: Snapshot, readiness: Readiness, *, for_approval: bool
) -> None:
    """With what an approver is shown of it; in the question's digest (``steps/approval/facts.py``)."""
    support = eligibility(context, before)
    passed = ReadinessPassed(
        for_approval=for_approval,
        ask=readiness.reason if readiness.verdict is ReadinessVerdict.ASK else None,
        found=describe(before),
        support=f"{support.route or support.verdict}: {support.reason}",
        findings=tuple(result.text for result in readiness.findings),
        measured=_measured(context) if for_approval else None,
        downgrade_from=downgrade_from(context, before),
    )
    context.record(passed, f"ready: {readiness.reason}")


def _measured(context: UpgradeContext) -> str:
    """What earlier upgrades on this route, of this model, have taken."""
    route, model = context.intent.route, context.intent.cluster.model
    runs = context.past.entries_of(route, model)
    return past_words(route, model, past_runs(figures(route, entries) for entries in runs))


def _check(context: UpgradeContext, before: Snapshot, state: ClusterState) -> Readiness:
    """The results also become evidence (``readiness.json``) and, where they tell something, findings."""
    from srx_issu.checks.readiness import check_readiness  # noqa: PLC0415 - Great Expectations takes seconds

    support = eligibility(context, before, state)
    readiness = check_readiness(before, state, context.intent, support, context.validate)
    content = results_to_json("readiness", readiness.suite, before.taken_at, readiness.results)
    evidence = context.evidence.write(context.upgrade_id, "readiness.json", content)
    keep_validations(context, "readiness", readiness.validations)
    known = {text for _, text in context.known().findings}
    for result in readiness.findings:
        if result.text in known:
            continue  # told by an earlier assessment of this upgrade
        made = FindingMade(by=FoundBy.READINESS, check=result.check)
        context.record(made, result.text, node=result.node)
    context.record(Observed(evidence=evidence), readiness.reason)
    return readiness
