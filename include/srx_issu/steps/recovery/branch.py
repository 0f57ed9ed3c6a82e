"""Which branch a recovery takes, and taking it: the steps of its plan one after the other, in one task."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from srx_issu.domain.approvals.rule import ApprovalPurpose
from srx_issu.domain.procedure.action import ActionName
from srx_issu.domain.recovery.planner import PlanKind
from srx_issu.steps.approval.confirm import confirm_approval
from srx_issu.steps.approval.facts import why_asked
from srx_issu.steps.context import UpgradeContext
from srx_issu.steps.recovery.recover_cluster import diagnose
from srx_issu.steps.recovery.stored_plan import stored_plan

CONFIRM_STEP = "recover.confirm_recovery"


class RecoveryBranch(StrEnum):
    """What follows a diagnosis; task ids but for the first."""

    ASK = "ask"  # people decide
    ABORT = "abort"  # nothing has changed, or an ISSU that nobody drives is cleared
    ROLL_BACK = "roll_back"  # one node goes back to the old release
    FINISH_FORWARD = "finish_forward"  # the old primary follows to the target, or only policies are behind


BRANCHES: Mapping[PlanKind, RecoveryBranch] = MappingProxyType(
    {
        PlanKind.ABORT_ONLY: RecoveryBranch.ABORT,
        PlanKind.CLEAR_STALE: RecoveryBranch.ABORT,
        PlanKind.TAKE_BACK: RecoveryBranch.ABORT,
        PlanKind.ROLL_BACK: RecoveryBranch.ROLL_BACK,
        PlanKind.FINISH_FORWARD: RecoveryBranch.FINISH_FORWARD,
        PlanKind.RESYNC_POLICIES: RecoveryBranch.FINISH_FORWARD,
    }
)  # a plan of another kind has no steps, and diagnose leaves it to a person


def choose_branch(context: UpgradeContext) -> RecoveryBranch:
    """Diagnosis and plan; ASK unless policy lets this plan be carried out by itself: then the approval is
    written down here as the guard behind the gates writes it, and gates and guard are left out."""
    diagnose(context)
    if why_asked(context.known(), context.intent, ApprovalPurpose.RECOVERY):
        return RecoveryBranch.ASK
    return confirm_recovery(context.at(CONFIRM_STEP))


def confirm_recovery(context: UpgradeContext) -> RecoveryBranch:
    """The guard behind the gates. Raises RequestRefused, with NEEDS_OPERATOR written down, unless the journal
    holds the approval of the plan."""
    confirm_approval(context, ApprovalPurpose.RECOVERY)
    plan = stored_plan(context)
    assert plan is not None  # there is no approval without one
    context.log.info("%s: %s", context.intent.cluster.name, plan.reason)
    return BRANCHES[plan.kind]


def actions_left(context: UpgradeContext, branch: RecoveryBranch) -> tuple[ActionName, ...]:
    """The plan's steps that are not over, in order. None at all where the plan takes another branch: then a
    person has cleared this task, and it passes at once."""
    plan = stored_plan(context)
    if plan is None or BRANCHES.get(plan.kind) is not branch:
        return ()
    passed = context.known().passed  # what has ended is not waited for again
    return tuple(action.name for action in plan.actions if action.name not in passed)
