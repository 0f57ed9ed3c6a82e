"""One cluster of a wave: may it start, start it or attach to it, and how did it end.

The run's id is that of campaign, cluster and attempt, so a second try finds the first one's run. A run id
proves nothing: the order is in the journal, with a nonce, before the run is asked for, and only the run whose
claim shows it is ours; where the name is somebody else's run, the next attempt's is ordered. What it holds
(cluster, conflict groups, places) is taken for that run before it exists, and the run's own claim takes the
same again: nobody can come in between.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from srx_issu.campaign.admit import MustWait, WillNotStart, start_obstacle
from srx_issu.campaign.budget import exceeded
from srx_issu.campaign.entry import UNTOLD
from srx_issu.campaign.events import RunProved, RunTaken, UpgradeEnded, UpgradeOrdered
from srx_issu.campaign.model import Campaign, InFlight, Result
from srx_issu.campaign.naming import upgrade_id
from srx_issu.campaign.order import ConfValue, UpgradeOrder
from srx_issu.campaign.plan import CampaignPlan, PlannedCluster
from srx_issu.campaign.state import CampaignState, read_state
from srx_issu.campaign.window import closes_at, next_start
from srx_issu.domain.errors import LeaseHeld
from srx_issu.domain.history.upgrade_state import known
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.intent import SharedLimit
from srx_issu.steps.campaign.context import CampaignContext
from srx_issu.steps.leases import Needs, needs, take_all
from srx_issu.steps.upgrade.close import conclude

LEASE_S = 1800.0  # until the run's own claim renews it; if that never comes, others need not wait for long
_PATIENCE_S = 2 * 86400.0  # for people who are asked inside an upgrade


CLAIM_WITHIN_S = 3600.0  # of a run that was there before we asked for it; its late claim is refused
MOST_TAKEN = 5  # names of one cluster that others may have before a person must look


@dataclass(frozen=True, kw_only=True)
class ClusterTask:
    """One cluster of one wave, with the plan it belongs to."""

    plan: CampaignPlan
    campaign: Campaign
    cluster: PlannedCluster
    wave: int


@dataclass(frozen=True, kw_only=True)
class StartRun:
    """Start it: everything it needs is taken. The order must be written down before the run is asked for."""

    order: UpgradeOrder

    @property
    def run_id(self) -> str:
        return self.order.run_id


@dataclass(frozen=True, kw_only=True)
class AttachToRun:
    """It was ordered before; wait for its end. ``conf`` None = its run has claimed the cluster already;
    else it may not have been made yet, and is asked for by the same id."""

    run_id: str
    conf: dict[str, ConfValue | dict[str, str]] | None


@dataclass(frozen=True, kw_only=True)
class ClusterEnded:
    """It has a result already, or will not start in this wave."""

    result: Result
    reason: str


@dataclass(frozen=True, kw_only=True)
class TakenByAnother(ClusterEnded):
    """The run of the ordered name is not ours. Not the end: the next attempt's name is ordered."""


Step = StartRun | AttachToRun | ClusterEnded | MustWait


def next_step(context: CampaignContext, task: ClusterTask, state: CampaignState | None = None) -> Step:
    """What to do for this cluster now. Takes leases for a Go. Safe to ask again at any time."""
    name = task.cluster.name
    state = state or _state(context, task)
    if name in state.results:
        return ClusterEnded(result=state.results[name], reason=state.reasons.get(name, ""))
    if name in state.in_flight:
        return _attach(context, task, state)
    upgrade = upgrade_id(context.campaign_id, name, state.attempt(name))
    if state.taken.get(name, 0) >= MOST_TAKEN:
        reason = f"{MOST_TAKEN} names of its run are other people's runs; look who makes them"
        return _close(context, task, upgrade, Result.REFUSED, reason)
    if context.upgrades.upgrade(upgrade) is not None:  # not ordered yet, so it is nobody's of ours
        _note_taken(context, task, upgrade, state.attempt(name))
        return next_step(context, task)
    return _admit(context, task, state, upgrade)


def _attach(context: CampaignContext, task: ClusterTask, state: CampaignState) -> Step:
    name = task.cluster.name
    order = state.orders_given[name]
    if context.upgrades.upgrade(order.run_id) is None:
        return AttachToRun(run_id=order.run_id, conf=order.whole_conf)
    if is_ours(context, order):
        return AttachToRun(run_id=order.run_id, conf=None)
    _note_taken(context, task, order.run_id, order.attempt)
    return next_step(context, task)


def is_ours(context: CampaignContext, order: UpgradeOrder) -> bool:
    """Whether the upgrade of that name was opened by the run that was ordered."""
    told = context.upgrades.intent(order.run_id).ordered_by
    return (told.nonce if told else "") == order.nonce


def _admit(context: CampaignContext, task: ClusterTask, state: CampaignState, upgrade: str) -> Step:
    now = context.upgrades.now()
    opens = next_start(task.campaign.calendar_of(task.cluster.site), now, task.cluster.worst_case_s)
    found = start_obstacle(
        task.cluster, state.orders(context.stopped()), over_budget(task, state), opens, now
    )
    if not state.may_run(task.plan):
        found = WillNotStart(reason=f"plan {task.plan.digest} was not approved")
    if found is not None:
        _give_back(context, upgrade)
    if isinstance(found, WillNotStart):
        _ended(context, task, state, Result.NOT_STARTED, found.reason)
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


def _give_back(context: CampaignContext, upgrade: str) -> None:
    """Its turn had come, and before it was started somebody paused or stopped: others may go first."""
    for lease in context.leases.held_by(upgrade):
        context.leases.release(lease.resource, upgrade)


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
    return _state(context, task).orders_given.get(order.cluster, order)


def note_made(context: CampaignContext, task: ClusterTask, run_id: str) -> None:
    """Airflow has made the run at our request, so the run of this name is ours."""
    context.record(
        RunProved(run_id=run_id),
        f"run {run_id} was made",
        wave=task.wave,
        cluster=task.cluster.name,
        key=f"proved:{run_id}",
    )


def _note_taken(context: CampaignContext, task: ClusterTask, run_id: str, attempt: int) -> TakenByAnother:
    reason = f"run {run_id} is somebody else's, not the one that was ordered; the next attempt is ordered"
    record = context.upgrades.upgrade(run_id)
    if record is None or record.outcome not in (None, Outcome.NEEDS_OPERATOR):
        _give_back(context, run_id)  # else the other's own end does, or the person it waits for
    context.record(
        RunTaken(run_id=run_id, attempt=attempt),
        reason,
        wave=task.wave,
        cluster=task.cluster.name,
        key=f"taken:{task.cluster.name}:{attempt}",
    )
    context.announce(f"taken:{run_id}", f"{task.cluster.name}: a run id was taken", reason, task.wave)
    return TakenByAnother(result=Result.REFUSED, reason=reason)


def collect(
    context: CampaignContext, task: ClusterTask, upgrade: str, run_state: str | None
) -> ClusterEnded | None:
    """How the upgrade ended; None = not yet. ``run_state`` is Airflow's word, None when it was not asked,
    ``gone`` when there is no such run."""
    state = _state(context, task)
    order = state.orders_given.get(task.cluster.name)
    if order is None or order.run_id != upgrade:  # another try of this task has found that it was taken
        return TakenByAnother(result=Result.REFUSED, reason=f"run {upgrade} is not the one ordered any more")
    record = context.upgrades.upgrade(upgrade)
    if record is None:
        return _without_claim(context, task, state, order, run_state)
    if not is_ours(context, order):
        return _note_taken(context, task, upgrade, order.attempt)
    ended: tuple[Result, str] | None = None
    if record.outcome is not None:
        ended = Result(record.outcome.value), record.reason or ""
    elif run_state in ("success", "failed"):
        ended = _without_closing(context, upgrade)
    elif run_state == "gone":
        ended = Result.UNKNOWN, f"run {upgrade} was deleted"
    return _close(context, task, upgrade, *ended) if ended else None


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
        return _close(context, task, order.run_id, Result.REFUSED, f"{why}; nothing was sent")
    if not is_proved and (is_over or (run_state is not None and waited_s > CLAIM_WITHIN_S)):
        return _note_taken(context, task, order.run_id, order.attempt)
    return None


def refuse_start(context: CampaignContext, task: ClusterTask, upgrade: str, reason: str) -> ClusterEnded:
    """Airflow would not make the run."""
    return _close(context, task, upgrade, Result.REFUSED, reason)


def give_up(context: CampaignContext, task: ClusterTask, upgrade: str, reason: str) -> ClusterEnded:
    """No outcome before the deadline."""
    return _close(context, task, upgrade, Result.UNKNOWN, reason)


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


def _close(
    context: CampaignContext, task: ClusterTask, upgrade: str, result: Result, reason: str
) -> ClusterEnded:
    state = _state(context, task)
    kept = result in (Result.NEEDS_OPERATOR, Result.UNKNOWN)
    keep = needs_in(context.campaign_id, task).alone if kept else ()
    for lease in context.leases.held_by(upgrade):
        if lease.resource not in keep:
            context.leases.release(lease.resource, upgrade)
    _ended(context, task, state, result, reason)
    if result.value == Outcome.NEEDS_OPERATOR.value or result is Result.UNKNOWN:
        name = task.cluster.name
        context.announce(f"operator:{upgrade}", f"{name} needs an operator: {result}", reason, task.wave)
    return ClusterEnded(result=result, reason=reason)


def _ended(
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


def over_budget(task: ClusterTask, state: CampaignState) -> str | None:
    """Why nothing of this wave may start any more; None = the budget holds."""
    return exceeded(
        state.results,
        task.campaign.budget,
        wave=state.opened.get(task.wave, ()),
        planned=len(task.plan.clusters),
        accepted=state.accepted,
    )


def needs_in(campaign_id: str, task: ClusterTask) -> Needs:
    """What the run's own claim takes, and a place in the campaign."""
    limits, cluster = task.campaign.in_flight, task.cluster
    return needs(
        cluster.name, cluster.conflict_groups, (*cluster.shared, *_places(campaign_id, limits, cluster))
    )


def _places(campaign_id: str, limits: InFlight, cluster: PlannedCluster) -> tuple[SharedLimit, ...]:
    own = f"campaign:{campaign_id}"
    found = [(own, limits.campaign), (f"{own}:site:{cluster.site}", limits.per_site)]
    if cluster.region:
        found.append((f"{own}:region:{cluster.region}", limits.per_region))
    return tuple(SharedLimit(resource=name, places=places) for name, places in found if places)


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
    }


def _state(context: CampaignContext, task: ClusterTask) -> CampaignState:
    """As far as this cluster is concerned: others that went well are not in it, unless they count."""
    about = None if task.campaign.budget.counts & UNTOLD else (task.cluster.name,)
    return read_state(context.journal.entries(context.campaign_id, plans=False, about=about))
