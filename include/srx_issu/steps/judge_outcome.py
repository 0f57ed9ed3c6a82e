"""After the waits, reached or not: what do both nodes show, and where does the upgrade go from here?"""

from __future__ import annotations

from enum import StrEnum

from srx_issu.domain.failures.classes import Permission
from srx_issu.domain.phase import Phase, infer_phase, issu_signs
from srx_issu.domain.recover import PlanKind
from srx_issu.ports.journal import EventKind, Outcome
from srx_issu.steps.bench import Bench
from srx_issu.steps.decide_outcome import decide_outcome
from srx_issu.steps.looking import look_patiently
from srx_issu.steps.recall import Start, baseline, last, start
from srx_issu.steps.recovery_plan import prognosis


class Way(StrEnum):
    """Where the run goes after the ISSU."""

    VERIFY = "verify"  # both nodes run the target and are in sync
    RECOVER = "recover"  # it stopped half way, and there is a plan that policy allows or asks about
    HOLD = "hold"  # it stopped half way, or the nodes do not tell: a person must look
    END = "end"  # nothing was started, or the node refused and nothing changed


def judge_outcome(bench: Bench) -> Way:
    """Looks at both nodes; what the waits thought does not count, only what is true now."""
    events = bench.journal.events(bench.upgrade_id)
    begun = start(events)
    if begun is None:
        bench.tell(EventKind.DECIDED, "the ISSU was never asked for: nothing to verify")
        return Way.END
    before, now = baseline(events, bench.evidence), look_patiently(bench)
    reading = infer_phase(before, now, begun.starter, bench.intent.image.release)
    if reading.phase is Phase.COMPLETE:
        bench.tell(EventKind.DECIDED, f"verify: {reading.reason}")
        return Way.VERIFY
    untouched = reading.phase is Phase.NOT_STARTED and not issu_signs(now)
    if untouched and (words := _refusal(bench, begun)):
        decide_outcome(bench, Outcome.ABORTED_CLEAN, f"{words}; {reading.reason}")
        return Way.END
    plan = prognosis(bench, patient=False).plan
    if plan.kind is PlanKind.NOTHING:
        bench.tell(EventKind.DECIDED, f"verify: {plan.reason}")
        return Way.VERIFY
    if plan.actions and plan.permission is not Permission.NEVER:
        bench.tell(EventKind.DECIDED, f"recover ({plan.kind.replace('_', ' ')}): {plan.reason}")
        return Way.RECOVER
    bench.tell(EventKind.DECIDED, f"hold: {plan.reason}")
    return Way.HOLD


def _refusal(bench: Bench, begun: Start) -> str | None:
    """The node's words when it refused the start; None when it did not, or nobody knows."""
    events = bench.journal.events(bench.upgrade_id)
    refused = last(events, EventKind.ACTION_REFUSED, node=begun.starter.value)
    return f"{begun.starter} refused the ISSU: {refused.text}" if refused else None
