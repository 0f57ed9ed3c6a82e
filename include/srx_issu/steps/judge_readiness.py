"""Assess, second part: may this cluster be upgraded to this image now? Decides the way on."""

from __future__ import annotations

from enum import StrEnum

from srx_issu.domain.decide import objection_to_start
from srx_issu.domain.model import Snapshot
from srx_issu.domain.support import Support, judge
from srx_issu.domain.version import same_release
from srx_issu.ports.journal import EventKind, Outcome
from srx_issu.steps.bench import Bench
from srx_issu.steps.decide_outcome import decide_outcome
from srx_issu.steps.recall import baseline, baseline_state, start

READY = "ready"  # detail of the DECIDED event that start_issu asks for


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
    if words := _already_current(before, bench.intent.image.release):
        decide_outcome(bench, Outcome.ALREADY_CURRENT, words)
        return Assessment.ALREADY_CURRENT
    return _judge(bench, before)


def _judge(bench: Bench, before: Snapshot) -> Assessment:
    from srx_issu.checks.readiness import check_readiness  # noqa: PLC0415 - Great Expectations takes seconds

    state = baseline_state(bench.journal.events(bench.upgrade_id), bench.evidence)
    readiness = check_readiness(before, state, bench.intent, eligibility(bench, before))
    evidence = bench.evidence.write(bench.upgrade_id, "readiness.json", readiness.to_json())
    objections = [*readiness.objections, *filter(None, [objection_to_start(before)])]
    if objections:
        reason = "; ".join(dict.fromkeys(objections))
        bench.tell(EventKind.FINDING, f"not ready: {reason}", detail={"evidence": evidence})
        decide_outcome(bench, Outcome.NOT_READY, reason)
        return Assessment.NOT_READY
    summary = f"ready: {readiness.summary}"
    if bench.intent.plan_only:
        decide_outcome(bench, Outcome.PLANNED, f"{summary}; plan only, nothing was changed")
        return Assessment.PLANNED
    ask = readiness.ask  # why a person must decide, whatever policy says
    bench.tell(EventKind.DECIDED, summary, detail={"assessment": READY, "evidence": evidence, "ask": ask})
    return Assessment.PREPARE


def eligibility(bench: Bench, before: Snapshot) -> Support | None:
    """What the support matrix says of this model and pair of releases; None when no release is known."""
    running = next((view.release for view in before.views if view.release), None)
    if running is None:
        return None
    intent = bench.intent
    return judge(intent.cluster.model, running, intent.image.release, bench.support)


def _already_current(before: Snapshot, target: str) -> str | None:
    if all(view.release and same_release(view.release, target) for view in before.views):
        return f"both nodes of {before.cluster} run {before.node0.release} already; nothing was sent"
    return None
