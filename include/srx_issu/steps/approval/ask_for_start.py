"""Between the preparation and the start: who is asked, and whether a window is waited for."""

from __future__ import annotations

from enum import StrEnum

from srx_issu.domain.approvals.judge import Approved
from srx_issu.domain.approvals.rule import ApprovalPurpose
from srx_issu.steps.approval.confirm import confirm_approval
from srx_issu.steps.approval.facts import asked, downgrade_of, standing
from srx_issu.steps.context import UpgradeContext
from srx_issu.steps.waits.window import has_window

CONFIRM_STEP = "approval.confirm_approval"


class BeforeStart(StrEnum):
    """What follows."""

    ASK = "ask"  # people decide
    DOWNGRADE = "downgrade"  # approved; that it leads to an older release is asked for itself
    WAIT = "wait"  # approved, and a maintenance window was asked for
    START = "start"  # approved, and nothing to wait for


def ask_for_start(context: UpgradeContext) -> BeforeStart:
    """ASK unless nobody need be asked: then the approval is written down here as the guard behind the gates
    writes it, and gates and guard are left out. Where a question was put once, the gates go on with it."""
    so_far = context.known()
    if any(question.purpose == ApprovalPurpose.START for question in asked(so_far)):
        return BeforeStart.ASK
    if not isinstance(
        standing(so_far, context.intent, ApprovalPurpose.START, context.journal.now()), Approved
    ):
        return BeforeStart.ASK
    return confirm_start(context.at(CONFIRM_STEP))


def confirm_start(context: UpgradeContext) -> BeforeStart:
    """The guard behind the gates. Raises RequestRefused, with the outcome written down, unless the journal
    holds the approval."""
    confirm_approval(context, ApprovalPurpose.START)
    so_far = context.known()
    if downgrade_of(so_far) is not None and so_far.start is None:
        return BeforeStart.DOWNGRADE
    return _when(context)


def confirm_downgrade(context: UpgradeContext) -> BeforeStart:
    """The guard behind the second question. Raises RequestRefused, with the outcome written down, unless the
    journal holds its approval as well."""
    confirm_approval(context, ApprovalPurpose.DOWNGRADE)
    return _when(context)


def _when(context: UpgradeContext) -> BeforeStart:
    return BeforeStart.WAIT if has_window(context.intent) else BeforeStart.START
