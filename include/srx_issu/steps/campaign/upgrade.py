"""One cluster of a wave: may it start, and start it or attach to it.

The run's id is that of campaign, cluster and attempt, so a second try finds the first one's run. A run id
proves nothing: the order is in the journal, with a nonce, before the run is asked for, and only the run whose
claim shows it is ours; where the name is somebody else's run, the next attempt's is ordered. What it holds
(cluster, conflict groups, places) is taken for that run before it exists, and the run's own claim takes the
same again: nobody can come in between.
"""

from __future__ import annotations

import secrets

from srx_issu.campaign.admit import MustWait, WillNotStart, start_obstacle
from srx_issu.campaign.budget import exceeded
from srx_issu.campaign.events import RunProved, UpgradeOrdered
from srx_issu.campaign.model import Result
from srx_issu.campaign.naming import upgrade_id
from srx_issu.campaign.order import ROUTE_KEY, ConfValue, UpgradeOrder
from srx_issu.campaign.state import CampaignState
from srx_issu.campaign.window import closes_at, next_start
from srx_issu.domain.errors import LeaseHeld
from srx_issu.domain.upgrade.route import Route
from srx_issu.steps.campaign.cluster_task import (
    AttachToRun,
    ClusterEnded,
    ClusterTask,
    StartRun,
    Step,
    is_ours,
    state_of,
)
from srx_issu.steps.campaign.context import CampaignContext
from srx_issu.steps.campaign.ends import close_cluster, note_taken, record_end
from srx_issu.steps.campaign.holds import give_back, needs_in
from srx_issu.steps.leases import take_all

LEASE_S = 1800.0  # until the run's own claim renews it; if that never comes, others need not wait for long
MOST_TAKEN = 5  # names of one cluster that others may have before a person must look


def next_step(context: CampaignContext, task: ClusterTask, state: CampaignState | None = None) -> Step:
    """What to do for this cluster now. Takes the leases of a start. Safe to ask again at any time."""
    name = task.cluster.name
    state = state or state_of(context, task)
    if name in state.results:
        return ClusterEnded(result=state.results[name], reason=state.reasons.get(name, ""))
    if name in state.in_flight:
        return _attach(context, task, state)
    upgrade = upgrade_id(context.campaign_id, name, state.attempt(name))
    if state.taken.get(name, 0) >= MOST_TAKEN:
        reason = f"{MOST_TAKEN} names of its run are taken by other people's runs; find out who starts them"
        return close_cluster(context, task, upgrade, Result.REFUSED, reason)
    if context.upgrades.upgrade(upgrade) is not None:  # not ordered yet, so it is nobody's of ours
        note_taken(context, task, upgrade, state.attempt(name))
        return next_step(context, task)
    return _admit(context, task, state, upgrade)


def _attach(context: CampaignContext, task: ClusterTask, state: CampaignState) -> Step:
    name = task.cluster.name
    order = state.orders_given[name]
    if context.upgrades.upgrade(order.run_id) is None:
        return AttachToRun(run_id=order.run_id, conf=order.whole_conf, route=order.route)
    if is_ours(context, order):
        return AttachToRun(run_id=order.run_id, conf=None)
    note_taken(context, task, order.run_id, order.attempt)
    return next_step(context, task)


def _admit(context: CampaignContext, task: ClusterTask, state: CampaignState, upgrade: str) -> Step:
    now = context.upgrades.now()
    opens = next_start(task.campaign.calendar_of(task.cluster.site), now, task.cluster.worst_case_s)
    found = start_obstacle(
        task.cluster, state.orders(context.stopped()), over_budget(task, state), opens, now
    )
    if not state.may_run(task.plan):
        found = WillNotStart(reason=f"plan {task.plan.digest} was not approved")
    if found is not None:
        give_back(context, upgrade)
    if isinstance(found, WillNotStart):
        record_end(context, task, state, Result.NOT_STARTED, found.reason)
        return ClusterEnded(result=Result.NOT_STARTED, reason=found.reason)
    if isinstance(found, MustWait):
        return found
    try:
        take_all(needs_in(context.campaign_id, task), upgrade, context.leases, LEASE_S)
    except LeaseHeld as held:
        return MustWait(reason=str(held).partition(" since ")[0])  # without what changes at every renewal
    return StartRun(order=_order(context, task, upgrade, state.attempt(task.cluster.name)))


def _order(context: CampaignContext, task: ClusterTask, upgrade: str, attempt: int) -> UpgradeOrder:
    return UpgradeOrder(
        campaign_id=context.campaign_id,
        cluster=task.cluster.name,
        attempt=attempt,
        run_id=upgrade,
        nonce=secrets.token_hex(16),
        conf=_conf(context, task),
        image_sha256=task.cluster.image_sha256,
        facts=task.cluster.facts,
    )


def note_start(context: CampaignContext, task: ClusterTask, order: UpgradeOrder) -> UpgradeOrder:
    """Before the run is asked for: whoever comes after attaches. Returns the order that counts: another try
    of this task may have been faster."""
    context.record(
        UpgradeOrdered(order=order),
        f"run {order.run_id}",
        wave=task.wave,
        cluster=order.cluster,
        key=f"started:{order.cluster}:{order.attempt}",
    )
    return state_of(context, task).orders_given.get(order.cluster, order)


def note_made(context: CampaignContext, task: ClusterTask, run_id: str) -> None:
    """Airflow has made the run at our request, so the run of this name is ours."""
    context.record(
        RunProved(run_id=run_id),
        f"run {run_id} was made",
        wave=task.wave,
        cluster=task.cluster.name,
        key=f"proved:{run_id}",
    )


def over_budget(task: ClusterTask, state: CampaignState) -> str | None:
    """Why nothing of this wave may start any more; None = the budget holds."""
    return exceeded(
        state.results,
        task.campaign.budget,
        wave=state.opened.get(task.wave, ()),
        planned=len(task.plan.clusters),
        accepted=state.accepted,
    )


def _conf(context: CampaignContext, task: ClusterTask) -> dict[str, ConfValue]:
    closes = closes_at(task.campaign.calendar_of(task.cluster.site), context.upgrades.now())
    return {
        "cluster": task.cluster.name,
        "image": task.cluster.image,
        "approval": None,  # the plan was approved; a pair that nobody documents still asks
        "fail_back": task.campaign.fail_back,
        "plan_only": context.plan_only,
        "window_start": None,
        "window_end": closes.isoformat() if closes else None,
        **({} if task.cluster.route is Route.ISSU else {ROUTE_KEY: task.cluster.route.value}),
        **({"on_site": task.cluster.on_site} if task.cluster.on_site else {}),
    }
