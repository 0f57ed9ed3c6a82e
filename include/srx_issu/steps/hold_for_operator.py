"""A person must act: say what is true and spell out what to do on *this* cluster. Nothing is sent.

The lease stays with this upgrade, so that nothing else touches the cluster meanwhile.
"""

from __future__ import annotations

from srx_issu.domain.goals import describe
from srx_issu.domain.model import NodeName
from srx_issu.domain.recovery.words import describe as describe_plan
from srx_issu.ports.journal import EventKind, Outcome
from srx_issu.steps.bench import Bench, Facts
from srx_issu.steps.decide_outcome import decide_outcome
from srx_issu.steps.recovery_plan import Prognosis, keep_plan, prognosis
from srx_issu.steps.transcript import keep_transcript


def hold_for_operator(bench: Bench) -> Facts:
    """Journals NEEDS_OPERATOR with the reason, and the steps as evidence ``what-to-do.txt``."""
    keep_transcript(bench)
    found = prognosis(bench, patient=False)
    keep_plan(bench, found)
    steps = what_to_do(bench, found)
    evidence = bench.evidence.write(bench.upgrade_id, "what-to-do.txt", f"{steps}\n")
    bench.tell(EventKind.FINDING, steps, detail={"evidence": evidence})
    reason = f"{found.plan.reason}; {describe(found.now)}"
    decide_outcome(bench, Outcome.NEEDS_OPERATOR, reason)
    return {"reason": reason, "what_to_do": steps}


def what_to_do(bench: Bench, found: Prognosis) -> str:
    """What was found, what it means, the plan's steps if any, and how to give the cluster back."""
    addresses = ", ".join(
        f"{node} at {a.host} port {a.port}" for node in NodeName for a in [bench.intent.cluster.address(node)]
    )
    return "\n\n".join(
        (
            describe_plan(found.plan, found.diagnosis),
            f"Log in to each node itself ({addresses}) or to its console; docs/runbook.md has every failure.",
            f"When the cluster is in order: srx-issu release {bench.intent.cluster.name} --reason '...'",
        )
    )
