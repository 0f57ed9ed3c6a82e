"""Verify: are routing engine and packet forwarding engines at one about the security policies? [S]"""

from __future__ import annotations

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.cluster.state import ClusterState
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.failure.situation import split_groups
from srx_issu.domain.gate.table import SendPurpose
from srx_issu.domain.history.command_events import Sending
from srx_issu.domain.history.events import FindingMade, FoundBy
from srx_issu.domain.history.step_events import StepFinished
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.commands import ResyncPolicies
from srx_issu.domain.upgrade.goals import describe
from srx_issu.steps.context import Facts, UpgradeContext
from srx_issu.steps.gate.order import CommandOrder
from srx_issu.steps.gate.send import send_command
from srx_issu.steps.upgrade.check_versions_and_groups import NotVerified
from srx_issu.steps.upgrade.collect_after import after, look_again
from srx_issu.steps.upgrade.decide_outcome import decide_outcome

RESYNC_KEY = "resync_policies"  # sent once in an upgrade
RESYNC_STEP = "verify.resync_policies"


def check_policies(context: UpgradeContext) -> Facts:
    """Reads the newest ``after`` picture; where a PFE says out-of-sync, resyncs once. No answer is no reason
    to resync: check_state reports it."""
    _, state = after(context)
    out = out_of_sync(state)
    if out:
        made = FindingMade(by=FoundBy.POLICIES, pfes=out)
        context.record(made, f"policies out of sync on {', '.join(out)}")
        return resync_policies(context.at(RESYNC_STEP))
    context.record(StepFinished(), "policies in sync on every PFE that answered")
    return {}


def resync_policies(context: UpgradeContext) -> Facts:
    """Sends the resync once to the RG0 primary, looks again; raises NotVerified when it did not help, and
    RequestRefused when there is not one primary to send it to. A later try of a killed one only looks.
    """
    summary = "sent before"
    if Sending.RESYNC_POLICIES not in context.known().sent_for:
        summary = _resync(context)
    look_again(context, "after the policy resync")
    left = out_of_sync(after(context)[1])
    if left:
        reason = f"policies still out of sync on {', '.join(left)} after 'request security policies resync'"
        decide_outcome(context, Outcome.NEEDS_OPERATOR, reason)
        raise NotVerified(reason)
    return {"words": summary}


def _resync(context: UpgradeContext) -> str:
    def still_due(now: Snapshot) -> str | None:
        if now.primary(0) is not primary or split_groups(now):
            return f"policies are not resynced: not one primary, or another one ({describe(now)})"
        return None

    _, state = after(context)
    now = context.reader.observe()
    primary = now.primary(0)
    if primary is None or split_groups(now):
        raise RequestRefused(f"policies are not resynced: not one primary ({describe(now)})")
    order = CommandOrder(
        purpose=SendPurpose.BRING_HOME,
        sending=Sending.RESYNC_POLICIES,
        node=primary,
        why=f"out of sync: {', '.join(out_of_sync(state))}",
        key=RESYNC_KEY,
        still_due=still_due,
        command=ResyncPolicies(),
    )
    return send_command(context, order)


def out_of_sync(state: ClusterState) -> tuple[str, ...]:
    """The PFEs that say out-of-sync, by name (``node0.fpc0``)."""
    return tuple(
        f"{node}.{row.pfe}"
        for node in NodeName
        for row in state.policy_sync.rows_of(node) or ()
        if not row.in_sync
    )
