"""The guard behind the approval gates: only what the journal holds lets the run go on.

A gate can be marked "success" by hand in Airflow, and anybody who may write an XCom can forge one; so neither
is looked at. The same judgement is made again before every command (``steps/approval/facts.py``).
"""

from __future__ import annotations

from typing import NoReturn

from srx_issu.domain.approvals.judge import NotApproved
from srx_issu.domain.approvals.rule import ApprovalPurpose
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.history.approval_events import ApprovalConfirmed
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.another_route import wanted_instead
from srx_issu.domain.upgrade.model_routes import command_for
from srx_issu.steps.approval.facts import answers, in_force, standing
from srx_issu.steps.context import Facts, UpgradeContext
from srx_issu.steps.upgrade.decide_outcome import decide_outcome

REFUSALS = {
    ApprovalPurpose.START: Outcome.REFUSED,
    ApprovalPurpose.DOWNGRADE: Outcome.REFUSED,
    ApprovalPurpose.RECOVERY: Outcome.NEEDS_OPERATOR,
}
NOT_ASKED = "not asked"
_SENT = {
    ApprovalPurpose.START: "nothing was sent",
    ApprovalPurpose.DOWNGRADE: "nothing was sent",
    ApprovalPurpose.RECOVERY: "nothing more is sent",
}


def confirm_approval(context: UpgradeContext, purpose: ApprovalPurpose) -> Facts:
    """Raises RequestRefused, with the outcome written down, unless it is approved."""
    so_far = context.known()
    if purpose is not ApprovalPurpose.RECOVERY and so_far.start is not None:
        return {"begun": "the ISSU was asked for already: nothing to approve any more"}
    found = standing(so_far, context.intent, purpose, context.journal.now())
    if isinstance(found, NotApproved):
        refuse(context, purpose, found.reason)
    question = in_force(so_far, context.intent, purpose)
    by = ", ".join(found.by) or NOT_ASKED
    digest = question.digest if question else None
    context.record(ApprovalConfirmed(purpose=purpose, by=by, digest=digest), found.reason)
    return {"approved_by": by}


def refuse(context: UpgradeContext, purpose: ApprovalPurpose, reason: str) -> NoReturn:
    """Writes the outcome down and raises RequestRefused. An approver who asked for another route finds there
    the command line for it."""
    message = f"{reason}{_instead(context)}; {_SENT[purpose]}"
    decide_outcome(context, REFUSALS[purpose], message)
    raise RequestRefused(message)


def _instead(context: UpgradeContext) -> str:
    """Where the newest answer asks for another route."""
    given = answers(context.known())
    route = wanted_instead(given[-1].choice) if given else None
    if route is None:
        return ""
    cluster, image = context.intent.cluster.name, context.intent.image.name
    return f" and asks for {route.label} instead: {command_for(cluster, image, route)}"
