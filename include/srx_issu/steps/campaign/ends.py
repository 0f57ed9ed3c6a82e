"""How the upgrade of a cluster ended, and what it held is given back."""

from __future__ import annotations

from srx_issu.campaign.events import RunTaken, UpgradeEnded
from srx_issu.campaign.model import Result
from srx_issu.campaign.order import UpgradeOrder
from srx_issu.campaign.plan import PlannedCluster
from srx_issu.campaign.state import CampaignState
from srx_issu.domain.history.upgrade_state import known
from srx_issu.domain.outcome import Outcome
from srx_issu.steps.campaign.cluster_task import (
    ClusterEnded,
    ClusterTask,
    TakenByAnother,
    is_ours,
    state_of,
)
from srx_issu.steps.campaign.context import CampaignContext
from srx_issu.steps.campaign.holds import give_back, needs_in
from srx_issu.steps.upgrade.close import conclude

_PATIENCE_S = 2 * 86400.0  # for people who are asked inside an upgrade
CLAIM_WITHIN_S = 3600.0  # of a run that was there before we asked for it; its late claim is refused


def collect(
    context: CampaignContext, task: ClusterTask, upgrade: str, run_state: str | None
) -> ClusterEnded | None:
    """How the upgrade ended; None = not yet. ``run_state`` is Airflow's word, None when it was not asked,
    ``gone`` when there is no such run."""
    state = state_of(context, task)
    order = state.orders_given.get(task.cluster.name)
    if order is None or order.run_id != upgrade:  # another try of this task has found that it was taken
        return TakenByAnother(result=Result.REFUSED, reason=f"run {upgrade} is not the one ordered any more")
    record = context.upgrades.upgrade(upgrade)
    if record is None:
        return _without_claim(context, task, state, order, run_state)
    if not is_ours(context, order):
        return note_taken(context, task, upgrade, order.attempt)
    ended: tuple[Result, str] | None = None
    if record.outcome is not None:
        ended = Result(record.outcome.value), record.reason or ""
    elif run_state in ("success", "failed"):
        ended = _without_closing(context, upgrade)
    elif run_state == "gone":
        ended = Result.UNKNOWN, f"run {upgrade} was deleted"
    return close_cluster(context, task, upgrade, *ended) if ended else None


def _without_claim(
    context: CampaignContext,
    task: ClusterTask,
    state: CampaignState,
    order: UpgradeOrder,
    run_state: str | None,
) -> ClusterEnded | None:
    """Of a run that has claimed nothing yet: nothing was sent. One that has not shown to be ours, and is
    over or waits for long, is somebody else's."""
    is_over = run_state in ("success", "failed")
    is_proved = order.run_id in state.proved or not order.nonce
    waited_s = (context.upgrades.now() - state.ordered_at[order.cluster]).total_seconds()
    if is_over and is_proved:
        why = state.denied.get(order.run_id, "the run ended before it claimed the cluster")
        return close_cluster(context, task, order.run_id, Result.REFUSED, f"{why}; nothing was sent")
    if not is_proved and (is_over or (run_state is not None and waited_s > CLAIM_WITHIN_S)):
        return note_taken(context, task, order.run_id, order.attempt)
    return None


def refuse_start(context: CampaignContext, task: ClusterTask, upgrade: str, reason: str) -> ClusterEnded:
    """Airflow would not make the run."""
    return close_cluster(context, task, upgrade, Result.REFUSED, reason)


def give_up(context: CampaignContext, task: ClusterTask, upgrade: str, reason: str) -> ClusterEnded:
    """No outcome before the deadline."""
    return close_cluster(context, task, upgrade, Result.UNKNOWN, reason)


def deadline_s(cluster: PlannedCluster) -> float:
    """How long an outcome is waited for, questions to people included."""
    return 2 * cluster.worst_case_s + _PATIENCE_S


def _without_closing(context: CampaignContext, upgrade: str) -> tuple[Result, str]:
    """The run is over, but nobody closed the upgrade. Before a start was intended nothing can have been
    sent; after it nobody knows."""
    entries = context.upgrades.entries(upgrade)
    if known(entries).start is not None:
        return Result.UNKNOWN, "the run ended without an outcome after the ISSU was asked for"
    ended = conclude(entries, ())
    return Result(ended.outcome.value), ended.reason


def close_cluster(
    context: CampaignContext, task: ClusterTask, upgrade: str, result: Result, reason: str
) -> ClusterEnded:
    state = state_of(context, task)
    kept = result in (Result.NEEDS_OPERATOR, Result.UNKNOWN)
    keep = needs_in(context.campaign_id, task).alone if kept else ()
    for lease in context.leases.held_by(upgrade):
        if lease.resource not in keep:
            context.leases.release(lease.resource, upgrade)
    record_end(context, task, state, result, reason)
    if result.value == Outcome.NEEDS_OPERATOR.value or result is Result.UNKNOWN:
        name = task.cluster.name
        context.announce(f"operator:{upgrade}", f"{name} needs an operator: {result}", reason, task.wave)
    return ClusterEnded(result=result, reason=reason)


def record_end(
    context: CampaignContext, task: ClusterTask, state: CampaignState, result: Result, reason: str
) -> None:
    attempt = state.attempt(task.cluster.name)
    context.record(
        UpgradeEnded(attempt=attempt, result=result),
        reason,
        wave=task.wave,
        cluster=task.cluster.name,
        key=f"ended:{task.cluster.name}:{attempt}",
    )


def note_taken(context: CampaignContext, task: ClusterTask, run_id: str, attempt: int) -> TakenByAnother:
    reason = f"run {run_id} is somebody else's, not the one that was ordered; the next attempt is ordered"
    record = context.upgrades.upgrade(run_id)
    if record is None or record.outcome not in (None, Outcome.NEEDS_OPERATOR):
        give_back(context, run_id)  # else the other's own end does, or the person it waits for
    context.record(
        RunTaken(run_id=run_id, attempt=attempt),
        reason,
        wave=task.wave,
        cluster=task.cluster.name,
        key=f"taken:{task.cluster.name}:{attempt}",
    )
    context.announce(f"taken:{run_id}", f"{task.cluster.name}: a run id was taken", reason, task.wave)
    return TakenByAnother(result=Result.REFUSED, reason=reason)
