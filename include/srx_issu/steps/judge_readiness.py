"""Assess, second part: may this cluster be upgraded to this image now? Decides the way on."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from srx_issu.domain.checking import Readiness, ReadinessVerdict
from srx_issu.domain.decide import objection_to_start
from srx_issu.domain.goals import describe
from srx_issu.domain.model import Snapshot
from srx_issu.domain.support import InService, Support, SupportMatrix, judge
from srx_issu.ports.journal import EventKind, Outcome
from srx_issu.steps.bench import Bench, Facts
from srx_issu.steps.comparing import keep_validations
from srx_issu.steps.decide_outcome import decide_outcome
from srx_issu.steps.recall import baseline, baseline_state, start

_NO_RULES = (
    "this upgrade was claimed by an older version of the software, which did not keep the support matrix "
    "with it; start a new run"
)
READY = "ready"  # detail of the DECIDED event that start_issu asks for
ASSESS_STEP = "assess.check_readiness"  # whose assessment an approver is shown


class Assessment(StrEnum):
    """The ways on from the assessment."""

    PREPARE = "prepare"  # ready: go on
    ALREADY_CURRENT = "already_current"  # both nodes run the target
    NOT_READY = "not_ready"  # a blocking check says no, or could not be answered
    PLANNED = "planned"  # ready, but only the plan was asked for


def judge_readiness(bench: Bench) -> Assessment:
    """Runs every check on the baseline, keeps the results as evidence and decides."""
    events = bench.journal.events(bench.upgrade_id)
    if start(events) is not None:
        bench.tell(EventKind.STEP_FINISHED, "the ISSU was asked for already: nothing to assess any more")
        return Assessment.PREPARE
    before = baseline(events, bench.evidence)
    readiness = _check(bench, before)
    if readiness.verdict is ReadinessVerdict.ALREADY_CURRENT:
        decide_outcome(bench, Outcome.ALREADY_CURRENT, f"{readiness.reason}; nothing was sent")
        return Assessment.ALREADY_CURRENT
    objections = [r.text for r in readiness.blocking] or [*filter(None, [objection_to_start(before)])]
    if readiness.verdict is ReadinessVerdict.NOT_READY and not objections:
        objections = [readiness.reason]
    if objections:
        decide_outcome(bench, Outcome.NOT_READY, "; ".join(dict.fromkeys(objections)))
        return Assessment.NOT_READY
    if bench.intent.plan_only:
        decide_outcome(bench, Outcome.PLANNED, f"{readiness.reason}; plan only, nothing was changed")
        return Assessment.PLANNED
    detail = _plan_detail(bench, before, readiness)
    bench.tell(EventKind.DECIDED, f"ready: {readiness.reason}", detail=detail)
    return Assessment.PREPARE


def _plan_detail(bench: Bench, before: Snapshot, readiness: Readiness) -> Facts:
    """What an approver is shown of the assessment; part of the question's digest (``steps/approvals.py``)."""
    support = eligibility(bench, before)
    return {
        "assessment": READY,
        "ask": readiness.reason if readiness.verdict is ReadinessVerdict.ASK else None,
        "found": describe(before),
        "support": f"{support.verdict}: {support.reason}",
        "findings": [result.text for result in readiness.findings],
    }


def _check(bench: Bench, before: Snapshot) -> Readiness:
    """The results also become evidence (``readiness.json``) and, where they tell something, findings."""
    from srx_issu.checks.evidence import to_json  # noqa: PLC0415 - Great Expectations takes seconds
    from srx_issu.checks.readiness import check_readiness  # noqa: PLC0415

    state = baseline_state(bench.journal.events(bench.upgrade_id), bench.evidence)
    readiness = check_readiness(before, state, bench.intent, eligibility(bench, before), bench.validate)
    content = to_json("readiness", before.taken_at, readiness.results)
    evidence = bench.evidence.write(bench.upgrade_id, "readiness.json", content)
    keep_validations(bench, "readiness", readiness.validations)
    for result in readiness.findings:
        bench.tell(EventKind.FINDING, result.text, node=result.node, detail={"check": result.check})
    bench.tell(EventKind.OBSERVED, readiness.reason, detail={"evidence": evidence})
    return readiness


def eligibility(bench: Bench, before: Snapshot) -> Support:
    """What the support matrix says of this model and pair of releases. No release known = refused."""
    running = next((view.release for view in before.views if view.release), None)
    if running is None:
        return Support(verdict=InService.REFUSED, reason="neither node said which release it runs")
    intent = bench.intent
    rules = intent.support or SupportMatrix(platforms={})
    support = judge(intent.cluster.model, running, intent.image.release, rules)
    if intent.support is None:
        support = replace(support, verdict=InService.REFUSED, reason=_NO_RULES)
    return replace(support, software=intent.software)
