"""What a campaign meets in a simulation: seeded devices and people, and the rules that must hold."""

from __future__ import annotations

import math
import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta

from srx_issu.campaign.admit import Orders
from srx_issu.campaign.budget import counted
from srx_issu.campaign.gate import Judgement
from srx_issu.campaign.model import NEVER_RETRIED, Campaign, FleetCluster, Result, Share
from srx_issu.campaign.plan import CampaignPlan, PlannedCluster, plan_waves
from srx_issu.campaign.rehearse import Rehearsal, RehearsedEnd, Tick, TickKind
from srx_issu.campaign.rounds import Answer
from srx_issu.campaign.window import Calendar, Days, Opening, next_start, spans
from srx_issu.domain.upgrade.route import Route
from tests.unit.campaign.fleets import SITES, random_campaign, random_fleet

START = datetime(2027, 3, 26, 12, tzinfo=UTC)  # clocks change two days later in Berlin
CALENDARS = {
    site: Calendar(
        zone=zone,
        openings=(Opening(days=Days(weekdays=frozenset({4, 5, 6})), opens=time(22), closes=time(4)),),
    )
    for site, zone in SITES.items()
}


@dataclass
class RandomWorld:
    """Ends and answers by dice; orders at fixed moments."""

    dice: random.Random
    failing: float
    changes: tuple[tuple[datetime, Orders], ...] = ()
    answers: Counter[Answer] = field(default_factory=Counter)

    def ending(self, cluster: PlannedCluster, attempt: int) -> RehearsedEnd:
        after_s = self.dice.choice((1200.0, 2400.0, cluster.worst_case_s))
        if self.dice.random() >= self.failing:
            return RehearsedEnd(after_s=after_s, result=Result.UPGRADED)
        bad = (Result.NOT_READY, Result.ROLLED_BACK, Result.NEEDS_OPERATOR, Result.UNKNOWN)
        return RehearsedEnd(after_s=after_s, result=self.dice.choice(bad))

    def orders(self, now: datetime) -> Orders:
        return next((o for at, o in reversed(self.changes) if at <= now), Orders())

    def next_order(self, now: datetime) -> datetime | None:
        return next((at for at, _ in self.changes if at > now), None)

    def answer(self, wave: int, judgement: Judgement, can_retry: bool) -> Answer:
        options = [Answer.PROMOTE, Answer.PROMOTE, Answer.ABORT, *([Answer.RETRY] * 3 if can_retry else ())]
        answer = self.dice.choice(options)
        self.answers[answer] += 1
        return answer


def random_world(dice: random.Random) -> RandomWorld:
    """Half of them undisturbed; the others are paused and resumed, stopped, or aborted somewhere."""
    at = [START + timedelta(hours=dice.uniform(1, 60)) for _ in range(2)]
    first, second = min(at), max(at)
    changes: tuple[tuple[datetime, Orders], ...] = dice.choice(
        (
            (),
            (),
            ((first, Orders(paused="ada: lunch")), (second, Orders())),
            ((first, Orders(stopped="eve: incident")), (second, Orders())),
            ((first, Orders(paused="ada: lunch")), (second, Orders(aborted="ada: enough"))),
            ((first, Orders(aborted="ada: enough")),),
        )
    )
    return RandomWorld(dice=dice, failing=dice.choice((0.0, 0.05, 0.3)), changes=changes)


@dataclass
class Rules:
    """Checked at every tick, from the ticks alone: none of the planner's own code decides here."""

    plan: CampaignPlan
    campaign: Campaign
    by_name: dict[str, PlannedCluster] = field(init=False)
    running: set[str] = field(default_factory=set)
    starts: Counter[str] = field(default_factory=Counter)
    results: dict[str, Result] = field(default_factory=dict)
    accepted: set[str] = field(default_factory=set)
    aborted: bool = False

    def __post_init__(self) -> None:
        self.by_name = {cluster.name: cluster for cluster in self.plan.clusters}

    def check(self, tick: Tick) -> None:
        match tick.kind:
            case TickKind.STARTED:
                self._check_start(tick)
            case TickKind.ENDED:
                assert tick.cluster is not None
                self.running.remove(tick.cluster.name)
                self.results[tick.cluster.name] = Result(tick.text)
            case TickKind.NOT_STARTED:
                assert tick.cluster is not None
                self.results[tick.cluster.name] = Result.NOT_STARTED
            case TickKind.JUDGED | TickKind.FINISHED:
                assert not self.running, "a wave is judged while clusters are in flight"
                self.aborted = self.aborted or tick.text.startswith("abort")
            case TickKind.ANSWERED:
                self._hear(Answer(tick.text), tick.wave)
            case _:
                pass
        assert set(tick.running) == self.running

    def _hear(self, answer: Answer, wave: int) -> None:
        self.aborted = self.aborted or answer is Answer.ABORT
        if answer is Answer.PROMOTE:
            self.accepted |= self._failed()
        if answer is Answer.RETRY:
            again = self.campaign.retry.results | {Result.NOT_STARTED}
            for name in [c.name for c in self.plan.wave(wave).clusters if self.results.get(c.name) in again]:
                del self.results[name]
                self.accepted.discard(name)

    def _failed(self) -> set[str]:
        kinds = self.campaign.budget.counts | {Result.UNKNOWN}
        return {name for name, result in self.results.items() if result in kinds} - self.accepted

    def _is_over_budget(self, wave: int) -> bool:
        failed, budget = self._failed(), self.campaign.budget
        names = {cluster.name for cluster in self.plan.wave(wave).clusters}
        return _exceeds(failed, budget.total, len(self.by_name)) or _exceeds(
            failed & names, budget.per_wave, len(names)
        )

    def _check_start(self, tick: Tick) -> None:
        cluster = tick.cluster
        assert cluster is not None
        assert cluster.name not in self.running, "a second start while one is in flight"
        assert self.results.get(cluster.name) not in {*NEVER_RETRIED, Result.UPGRADED}, "started again"
        assert not self.aborted, "a start after the abort"
        assert tick.orders == Orders(), "a start against an order"
        assert not self._is_over_budget(tick.wave), "a start over the budget"
        self.starts[cluster.name] += 1
        assert self.starts[cluster.name] <= 1 + self.campaign.retry.rounds
        others = [self.by_name[name] for name in self.running]
        assert not any(set(cluster.conflict_groups) & set(o.conflict_groups) for o in others), "conflict"
        limits = self.campaign.in_flight
        assert len(others) < limits.campaign
        assert limits.per_site is None or sum(o.site == cluster.site for o in others) < limits.per_site
        if limits.outages is not None and cluster.route is Route.DUAL_REBOOT:
            assert sum(o.route is Route.DUAL_REBOOT for o in others) < limits.outages, "outages at once"
        if limits.per_region is not None:
            assert sum(o.region == cluster.region for o in others) < limits.per_region
        self._check_window(tick, cluster)
        self.running.add(cluster.name)

    def _check_window(self, tick: Tick, cluster: PlannedCluster) -> None:
        calendar = self.campaign.calendar_of(cluster.site)
        end = tick.at + timedelta(seconds=cluster.worst_case_s)
        assert any(span.start <= tick.at and end <= span.end for span in spans(calendar, tick.at, end))


def _exceeds(failed: set[str], allowed: Share | None, total: int) -> bool:
    if allowed is None:
        return False
    if allowed.count is not None:
        return len(failed) > allowed.count
    assert allowed.percent is not None
    return len(failed) > math.ceil(allowed.percent * total / 100)


def _with_outages(fleet: tuple[FleetCluster, ...]) -> list[FleetCluster]:
    """Every third cluster has no route in service."""
    return [replace(m, route=Route.DUAL_REBOOT if at % 3 == 0 else m.route) for at, m in enumerate(fleet)]


def play(seed: int, size: int) -> tuple[Rehearsal, Rules, list[Tick]]:
    """One campaign from ``seed``, with every rule checked at every tick."""
    dice = random.Random(seed * 10_007 + size)
    campaign = random_campaign(dice, CALENDARS)
    limits = replace(campaign.in_flight, outages=(1, 2, None)[seed % 3])
    campaign = replace(campaign, in_flight=limits)
    plan = plan_waves(_with_outages(random_fleet(dice, size)), campaign, f"seed {seed}")
    rules = Rules(plan=plan, campaign=campaign)
    rehearsal = Rehearsal(plan, campaign, random_world(dice), START)
    ticks = []
    for tick in rehearsal.ticks():
        rules.check(tick)
        ticks.append(tick)
    return rehearsal, rules, ticks


def assert_complete(rehearsal: Rehearsal, rules: Rules, ticks: list[Tick]) -> None:
    """Everybody has a result, unless the campaign was ended by a person or its budget."""
    assert ticks[-1].kind in (TickKind.FINISHED, TickKind.STUCK)
    assert rehearsal.results == rules.results
    judged = [tick for tick in ticks if tick.kind is TickKind.JUDGED]
    if ticks[-1].kind is TickKind.FINISHED and not rules.aborted:
        assert set(rehearsal.results) == set(rules.by_name)
        assert len(judged) >= len([wave for wave in rules.plan.waves if wave.clusters])
    assert next_start(Calendar(), START, 1) == START
    assert set(counted(rehearsal.results, rules.campaign.budget)) <= set(rules.by_name)
