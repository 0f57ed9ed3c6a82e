"""Verify, first part: look at both nodes again and keep everything beside the baseline."""

from __future__ import annotations

from srx_issu.domain.cluster.model import Snapshot
from srx_issu.domain.cluster.state import ClusterState
from srx_issu.domain.comparison.difference import Observation
from srx_issu.domain.history.events import StateCollected
from srx_issu.ports import codec
from srx_issu.steps.context import Facts, UpgradeContext
from srx_issu.steps.observe_patiently import look_patiently
from srx_issu.steps.upgrade.comparing import COMPARED, keep_look
from srx_issu.steps.upgrade.transcript import keep_transcript


def collect_after(context: UpgradeContext) -> Facts:
    """Snapshot, state tables and transcript as evidence."""
    keep_transcript(context)
    return look_again(context, "after the upgrade")


def look_again(context: UpgradeContext, when: str) -> Facts:
    """A new ``after`` picture; the newest one counts."""
    snapshot = look_patiently(context)
    return keep_after(context, Observation(snapshot=snapshot, state=context.collect(snapshot)), when)


def keep_after(context: UpgradeContext, look: Observation, when: str) -> Facts:
    """Makes ``look`` the newest ``after`` picture."""
    kept = keep_look(context, "after", look)
    context.record(StateCollected(snapshot=kept.snapshot, state=kept.state), f"state collected {when}")
    return {"snapshot": kept.snapshot, "state": kept.state}


def last_look(context: UpgradeContext) -> Observation:
    """The newest ``after`` picture, of what is compared."""
    snapshot, state = after(context)
    return Observation(snapshot=snapshot, state=state.only(COMPARED))


def after(context: UpgradeContext) -> tuple[Snapshot, ClusterState]:
    """The newest ``after`` picture. Raises LookupError when there is none."""
    collected = context.known().after
    if collected is None:
        raise LookupError("no state was collected after the upgrade: it must be collected before this step")
    snapshot, state = context.evidence.read(collected.snapshot), context.evidence.read(collected.state)
    return codec.loads(Snapshot, snapshot), codec.loads(ClusterState, state)
