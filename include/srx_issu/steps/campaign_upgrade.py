"""One cluster of a wave: may it start, start it or attach to it, and how did it end.

The run's id is that of campaign, cluster and attempt, so a second try finds the first one's run. What it
holds (cluster, conflict groups, places) is taken for that run before it exists, and the run's own claim
takes the same again: nobody can come in between.
"""

from __future__ import annotations

from dataclasses import dataclass

from srx_issu.campaign.admit import Never, Wait, hindrance
from srx_issu.campaign.budget import exceeded
from srx_issu.campaign.model import Campaign, InFlight, Result
from srx_issu.campaign.naming import upgrade_id
from srx_issu.campaign.plan import Plan, Planned
from srx_issu.campaign.window import closes_at, next_start
from srx_issu.domain.errors import LeaseHeld
from srx_issu.domain.intent import SharedLimit
from srx_issu.ports.campaign import CampaignEventKind
from srx_issu.ports.journal import Json, Outcome
from srx_issu.steps.campaign_bench import CampaignBench
from srx_issu.steps.campaign_state import CampaignState, read_state
from srx_issu.steps.close import conclude
from srx_issu.steps.holding import Needs, needs, take_all
from srx_issu.steps.recall import start

LEASE_S = 1800.0  # until the run's own claim renews it; if that never comes, others need not wait for long
_PATIENCE_S = 2 * 86400.0  # for people who are asked inside an upgrade


@dataclass(frozen=True, kw_only=True)
class Task:
    """One cluster of one wave, with the plan it belongs to and the limits that hold for everybody."""

    plan: Plan
    campaign: Campaign
    cluster: Planned
    wave: int
    shared: tuple[SharedLimit, ...] = ()  # policy/concurrency.yaml


@dataclass(frozen=True, kw_only=True)
class Go:
    """Start it: everything it needs is taken. ``conf`` are the parameters of the run."""

    run_id: str
    conf: dict[str, Json]


@dataclass(frozen=True, kw_only=True)
class Attach:
    """It was started before; wait for its end. ``conf`` None = its run has claimed the cluster already;
    else it may not have been made yet, and is asked for by the same id."""

    run_id: str
    conf: dict[str, Json] | None


@dataclass(frozen=True, kw_only=True)
class Over:
    """It has a result already, or will not start in this wave."""

    result: Result
    reason: str


Step = Go | Attach | Over | Wait


def next_step(bench: CampaignBench, task: Task, state: CampaignState | None = None) -> Step:
    """What to do for this cluster now. Takes leases for a Go. Safe to ask again at any time."""
    name = task.cluster.name
    state = state or read_state(bench.journal.events(bench.campaign_id, plans=False))
    if name in state.results:
        return Over(result=state.results[name], reason=state.reasons.get(name, ""))
    upgrade = upgrade_id(bench.campaign_id, name, state.attempt(name))
    if name in state.in_flight:
        is_claimed = bench.upgrades.upgrade(upgrade) is not None
        return Attach(run_id=upgrade, conf=None if is_claimed else _conf(bench, task))
    return _admit(bench, task, state, upgrade)


def _admit(bench: CampaignBench, task: Task, state: CampaignState, upgrade: str) -> Step:
    now = bench.clock.now()
    opens = next_start(task.campaign.calendar_of(task.cluster.site), now, task.cluster.worst_case_s)
    found = hindrance(task.cluster, state.orders(bench.stopped()), _over_budget(task, state), opens, now)
    if found is not None:
        _give_back(bench, upgrade)
    if isinstance(found, Never):
        _ended(bench, task, state, Result.NOT_STARTED, found.reason)
        return Over(result=Result.NOT_STARTED, reason=found.reason)
    if isinstance(found, Wait):
        return found
    try:
        take_all(_needs(bench, task), upgrade, bench.leases, LEASE_S)
    except LeaseHeld as held:
        return Wait(reason=str(held).partition(" since ")[0])  # without what changes at every renewal
    return Go(run_id=upgrade, conf=_conf(bench, task))


def _give_back(bench: CampaignBench, upgrade: str) -> None:
    """Its turn had come, and before it was started somebody paused or stopped: others may go first."""
    for lease in bench.leases.held_by(upgrade):
        bench.leases.release(lease.resource, upgrade)


def note_start(bench: CampaignBench, task: Task, upgrade: str) -> None:
    """Before the run is asked for: whoever comes after attaches."""
    state = read_state(bench.journal.events(bench.campaign_id, plans=False))
    attempt = state.attempt(task.cluster.name)
    bench.tell(
        CampaignEventKind.STARTED,
        f"run {upgrade}",
        wave=task.wave,
        cluster=task.cluster.name,
        key=f"started:{task.cluster.name}:{attempt}",
        detail={"attempt": attempt, "run_id": upgrade},
    )


def collect(bench: CampaignBench, task: Task, upgrade: str, run_state: str | None) -> Over | None:
    """How the upgrade ended; None = not yet. ``run_state`` is Airflow's word, None when it was not asked,
    ``gone`` when there is no such run."""
    record = bench.upgrades.upgrade(upgrade)
    if record is not None and record.outcome is not None:
        return _close(bench, task, upgrade, Result(record.outcome.value), record.reason or "")
    if run_state in ("success", "failed"):
        return _close(bench, task, upgrade, *_without_closing(bench, upgrade, opened=record is not None))
    if run_state == "gone" and record is not None:
        return _close(bench, task, upgrade, Result.UNKNOWN, f"run {upgrade} was deleted")
    return None


def give_up(bench: CampaignBench, task: Task, upgrade: str, reason: str) -> Over:
    """No outcome before the deadline."""
    return _close(bench, task, upgrade, Result.UNKNOWN, reason)


def deadline_s(cluster: Planned) -> float:
    """How long an outcome is waited for, questions to people included."""
    return 2 * cluster.worst_case_s + _PATIENCE_S


def _without_closing(bench: CampaignBench, upgrade: str, *, opened: bool) -> tuple[Result, str]:
    """The run is over, but nobody closed the upgrade. Before a start was intended nothing can have been
    sent; after it nobody knows."""
    if not opened:
        return Result.REFUSED, "the run ended before it claimed the cluster; nothing was sent"
    events = bench.upgrades.events(upgrade)
    if start(events) is not None:
        return Result.UNKNOWN, "the run ended without an outcome after the ISSU was asked for"
    ended = conclude(events, ())
    return Result(ended.outcome.value), ended.reason


def _close(bench: CampaignBench, task: Task, upgrade: str, result: Result, reason: str) -> Over:
    state = read_state(bench.journal.events(bench.campaign_id, plans=False))
    kept = result in (Result.NEEDS_OPERATOR, Result.UNKNOWN)
    keep = _needs(bench, task).alone if kept else ()
    for lease in bench.leases.held_by(upgrade):
        if lease.resource not in keep:
            bench.leases.release(lease.resource, upgrade)
    _ended(bench, task, state, result, reason)
    if result.value == Outcome.NEEDS_OPERATOR.value or result is Result.UNKNOWN:
        name = task.cluster.name
        bench.announce(f"operator:{upgrade}", f"{name} needs an operator: {result}", reason, task.wave)
    return Over(result=result, reason=reason)


def _ended(bench: CampaignBench, task: Task, state: CampaignState, result: Result, reason: str) -> None:
    attempt = state.attempt(task.cluster.name)
    bench.tell(
        CampaignEventKind.ENDED,
        reason,
        wave=task.wave,
        cluster=task.cluster.name,
        key=f"ended:{task.cluster.name}:{attempt}",
        detail={"attempt": attempt, "result": result.value},
    )


def _over_budget(task: Task, state: CampaignState) -> str | None:
    return exceeded(
        state.results,
        task.campaign.budget,
        wave=state.opened.get(task.wave, ()),
        planned=len(task.plan.clusters),
        forgiven=state.forgiven,
    )


def _needs(bench: CampaignBench, task: Task) -> Needs:
    """What the run's own claim takes, and a place in the campaign."""
    limits, cluster = task.campaign.in_flight, task.cluster
    return needs(
        cluster.name, cluster.conflict_groups, (*task.shared, *_places(bench.campaign_id, limits, cluster))
    )


def _places(campaign_id: str, limits: InFlight, cluster: Planned) -> tuple[SharedLimit, ...]:
    own = f"campaign:{campaign_id}"
    found = [(own, limits.campaign), (f"{own}:site:{cluster.site}", limits.per_site)]
    if cluster.region:
        found.append((f"{own}:region:{cluster.region}", limits.per_region))
    return tuple(SharedLimit(resource=name, places=places) for name, places in found if places)


def _conf(bench: CampaignBench, task: Task) -> dict[str, Json]:
    closes = closes_at(task.campaign.calendar_of(task.cluster.site), bench.clock.now())
    return {
        "cluster": task.cluster.name,
        "image": task.cluster.image,
        "approval": None,  # the plan was approved; a pair that nobody documents still asks
        "fail_back": task.campaign.fail_back,
        "plan_only": bench.plan_only,
        "window_start": None,
        "window_end": closes.isoformat() if closes else None,
    }
