"""A person must act: say what is true and spell out what to do on *this* cluster. Nothing is sent.

The lease stays with this upgrade, so that nothing else touches the cluster meanwhile.
"""

from __future__ import annotations

from srx_issu.domain.approvals.judge import Approved
from srx_issu.domain.approvals.rule import ApprovalPurpose
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.failure.naming import Diagnosis
from srx_issu.domain.history.events import FindingMade, FoundBy, Observed
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.recovery.descriptions import describe as describe_plan
from srx_issu.domain.recovery.plan import RecoveryPlan
from srx_issu.domain.routes.relaxed import left_over, to_take_back
from srx_issu.domain.upgrade.goals import describe
from srx_issu.steps.approval.facts import standing
from srx_issu.steps.context import Facts, UpgradeContext
from srx_issu.steps.recovery.stored_plan import (
    prognosis,
    store_plan,
    stored_diagnosis,
    stored_plan,
)
from srx_issu.steps.routes.stored_plan import route_plan
from srx_issu.steps.upgrade.decide_outcome import decide_outcome
from srx_issu.steps.upgrade.transcript import keep_transcript
from srx_issu.steps.upgrade.undo_commit import left_to_undo

WHAT_TO_DO = "what-to-do"  # the evidence's name


def hold_for_operator(context: UpgradeContext) -> Facts:
    """Journals NEEDS_OPERATOR with the reason, and the steps as evidence ``what-to-do.txt``."""
    keep_transcript(context)
    found = prognosis(context, patient=False)
    store_plan(context, found)
    steps = what_to_do(context, found.plan, found.diagnosis)
    evidence = context.evidence.write(context.upgrade_id, f"{WHAT_TO_DO}.txt", f"{steps}\n")
    context.record(FindingMade(by=FoundBy.TO_DO, evidence=evidence), steps)
    reason = f"{found.plan.reason}; {describe(found.now)}"
    decide_outcome(context, Outcome.NEEDS_OPERATOR, reason)
    return {"reason": reason, "what_to_do": steps}


def hold_recovery(context: UpgradeContext) -> Facts:
    """The same after a recovery that was refused, not answered in time, or stopped: its plan stays the one
    that was shown, and what a step wrote down when it stopped stays the last word."""
    so_far = context.known()
    if so_far.start is None:
        return {"nothing": "the ISSU was never asked for"}
    plan, diagnosis = stored_plan(context), stored_diagnosis(context)
    if plan is None or diagnosis is None:
        return hold_for_operator(context)
    now = context.reader.observe()
    ended = so_far.conclusion
    if ended is None or ended.outcome is not Outcome.NEEDS_OPERATOR:
        failed = so_far.failures_since_plan
        why = failed[-1] if failed else _without_a_word(context)
        decide_outcome(context, Outcome.NEEDS_OPERATOR, f"{why}; nothing more is sent; {plan.reason}")
    if not any(WHAT_TO_DO in name for name in context.evidence.names(context.upgrade_id)):
        steps = what_to_do(context, plan, diagnosis)
        evidence = context.evidence.write(context.upgrade_id, f"{WHAT_TO_DO}.txt", f"{steps}\n")
        context.record(FindingMade(by=FoundBy.TO_DO, evidence=evidence), steps)
    context.record(Observed(), f"kept for a person: {describe(now)}")
    return {"now": describe(now)}


def _without_a_word(context: UpgradeContext) -> str:
    """Of the task that failed. A recovery that needed no answer, or had it, did not fail for want of one."""
    found = standing(context.known(), context.intent, ApprovalPurpose.RECOVERY, context.journal.now())
    if isinstance(found, Approved):
        return "the recovery broke off without a word: somebody marked its task, or Airflow ended its process"
    return "nobody answered the question about the recovery in time"


def _left_relaxed(context: UpgradeContext) -> tuple[str, ...]:
    """Of a recovery that stopped: the route's own lines that are in force now, or that a node does not show.
    A plan without steps has them already."""
    so_far = context.known()
    undo = () if so_far.route is None else route_plan(so_far, context.evidence).undo
    return to_take_back(left_over(undo, context.reader.observe())) if undo else ()


def what_to_do(context: UpgradeContext, plan: RecoveryPlan, diagnosis: Diagnosis) -> str:
    """What was found, what it means, the plan's steps if any, and how to give the cluster back."""
    addresses = ", ".join(
        f"{node} at {a.host} port {a.port}"
        for node in NodeName
        for a in [context.intent.cluster.address(node)]
    )
    left = left_to_undo(context.known())
    return "\n\n".join(
        (
            describe_plan(plan, diagnosis),
            *([left] if left else []),
            *(_left_relaxed(context) if plan.actions else ()),
            f"Log in to each node itself ({addresses}) or to its console; docs/runbook.md has every failure.",
            f"To have the software look again: srx-issu recover {context.intent.cluster.name} --take-over "
            "--reason '...'",
            f"When the cluster is in order: srx-issu release {context.intent.cluster.name} --reason '...'",
        )
    )
