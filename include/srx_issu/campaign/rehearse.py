"""A whole campaign played through in virtual time, by the same rules as the real one. Pure.

Used to predict how long a plan takes, and by the simulations that check the rules at every tick.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import count
from typing import Protocol

from srx_issu.campaign.admit import Flight, Orders, WillNotStart, start_obstacle
from srx_issu.campaign.budget import exceeded
from srx_issu.campaign.entry import CampaignEntry
from srx_issu.campaign.events import (
    CampaignEvent,
    OrderGiven,
    OrderWord,
    PlanApproved,
    WaveJudged,
    WaveOpened,
)
from srx_issu.campaign.gate import Judgement, WaveDecision
from srx_issu.campaign.model import Campaign, Result
from srx_issu.campaign.plan import CampaignPlan, PlannedCluster, Wave
from srx_issu.campaign.rounds import Answer, BakeUntil, RoundControl, SkipWave, round_clusters
from srx_issu.campaign.state import StateReader
from srx_issu.campaign.waiting import WaitingClusters
from srx_issu.domain.plural import many

_NOBODY = "a rehearsal"


@dataclass(frozen=True, kw_only=True)
class RehearsedEnd:
    """How one upgrade will end, and after how long."""

    after_s: float
    result: Result


class World(Protocol):
    """What a campaign meets: devices and people."""

    def ending(self, cluster: PlannedCluster, attempt: int) -> RehearsedEnd: ...

    def orders(self, now: datetime) -> Orders: ...

    def next_order(self, now: datetime) -> datetime | None:
        """When the orders change next; None = never again."""
        ...

    def answer(self, wave: int, judgement: Judgement, can_retry: bool) -> Answer: ...


class TickKind(StrEnum):
    WAVE = "wave"
    STARTED = "started"
    ENDED = "ended"
    NOT_STARTED = "not started"
    JUDGED = "judged"
    ANSWERED = "answered"
    STUCK = "stuck"  # everybody waits for something that never comes
    FINISHED = "finished"


@dataclass(frozen=True, kw_only=True)
class Tick:
    """One thing that happened. ``running`` includes a cluster that has just started."""

    at: datetime
    kind: TickKind
    wave: int
    text: str
    cluster: PlannedCluster | None = None
    running: tuple[str, ...] = ()
    orders: Orders = field(default_factory=Orders)


class _Stuck(Exception):
    """Nothing runs and nothing will change."""


class Rehearsal:
    """Call ``ticks`` once; ``results`` and ``now`` tell the end.

    What happens is read as the entries of a real campaign are, and what comes next is asked of the same
    ``RoundControl``.
    """

    def __init__(self, plan: CampaignPlan, campaign: Campaign, world: World, start: datetime) -> None:
        self.now = start
        self._failed: dict[str, Result] = {}  # of the results, those that count against the budget
        self._counting = campaign.budget.counts | {Result.UNKNOWN}
        self._plan, self._campaign, self._world = plan, campaign, world
        self._planned = len(plan.clusters)
        self._waiting = WaitingClusters(plan.clusters, campaign)
        self._flight = Flight(campaign.in_flight)
        self._ends: dict[str, tuple[datetime, Result]] = {}
        self._attempts: dict[str, int] = {}
        self._wave = Wave(number=0, clusters=())
        self._names: frozenset[str] = frozenset()
        self._account = StateReader()
        self._take(PlanApproved(digest=plan.digest, by=_NOBODY))

    @property
    def results(self) -> Mapping[str, Result]:
        return self._account.results

    def ticks(self) -> Iterator[Tick]:
        try:
            for wave in self._plan.waves:
                found = self._control(wave).before(self.now)
                if isinstance(found, SkipWave):
                    continue
                if isinstance(found, BakeUntil):
                    self.now = found.until
                yield from self._play(wave)
            ended = many(len(self.results), "cluster has", "clusters have")
            yield self._tick(TickKind.FINISHED, f"{ended} a result")
        except _Stuck as stuck:
            yield self._tick(TickKind.STUCK, str(stuck))

    def _play(self, wave: Wave) -> Iterator[Tick]:
        names = tuple(cluster.name for cluster in wave.clusters)
        self._wave, self._names = wave, frozenset(names)
        self._take(WaveOpened(clusters=names, by=_NOBODY, digest=self._plan.digest))
        yield self._tick(TickKind.WAVE, many(len(names), "cluster"))
        for round_number in count(1):
            to_run = frozenset(round_clusters(self._account.state(), wave.number, round_number))
            if not to_run:
                return
            yield from self._run([c for c in wave.clusters if c.name in to_run])
            yield from self._end_round(wave, round_number)

    def _end_round(self, wave: Wave, round_number: int) -> Iterator[Tick]:
        if (aborted := self._world.orders(self.now).aborted) is not None:
            self._take(OrderGiven(order=OrderWord.ABORT), aborted)
        judged = self._control(wave).judge()
        self._take(WaveJudged(decision=judged.decision, round_number=round_number), judged.reason)
        yield self._tick(TickKind.JUDGED, f"{judged.decision}: {judged.reason}")
        if judged.decision is not WaveDecision.HOLD:
            return
        control = self._control(wave)
        can_retry = Answer.RETRY in control.options(round_number)
        answer = self._world.answer(wave.number, judged, can_retry)
        yield self._tick(TickKind.ANSWERED, answer.value)
        effect = control.effect(round_number, answer, _NOBODY)
        if effect.order is not None:
            self._take(effect.order, "a person said so")
        self._take(effect.answered)
        for name in effect.answered.again:
            self._failed.pop(name, None)

    def _control(self, wave: Wave) -> RoundControl:
        return RoundControl(
            plan=self._plan, campaign=self._campaign, state=self._account.state(), wave=wave.number
        )

    def _take(self, event: CampaignEvent, text: str = "") -> None:
        self._account.take(CampaignEntry(at=self.now, text=text, event=event, wave=self._wave.number))

    def _run(self, pending: list[PlannedCluster]) -> Iterator[Tick]:
        self._waiting.begin(pending)
        while pending or self._flight.running:
            wakes: set[datetime] = set()
            pending = yield from self._admit(pending, wakes)
            if pending or self._flight.running:
                self._advance(wakes, pending)
                yield from self._end_due()

    def _admit(
        self, pending: list[PlannedCluster], wakes: set[datetime]
    ) -> Generator[Tick, None, list[PlannedCluster]]:
        """Looks no further down the list than it must: thousands wait, and few of them start."""
        orders, over = self._world.orders(self.now), self._over_budget()
        is_final = (orders.aborted or over) is not None
        if not is_final and (orders.stopped or orders.paused) is not None:
            return pending
        opens = self._waiting.opens(self.now)
        wakes |= {moment for moment in opens.values() if moment is not None and moment > self.now}
        is_known = not is_final and None not in opens.values()  # nobody of the rest is told "never"
        left: list[PlannedCluster] = []
        held: set[int] = set()  # nobody under these limits starts now
        for at, cluster in enumerate(pending):
            if len(held) == self._waiting.different_limits or (is_known and self._flight.is_full):
                return left + pending[at:]
            limits = self._waiting.limits(cluster)
            if limits in held:
                left.append(cluster)
                continue
            found = start_obstacle(cluster, orders, over, opens[self._waiting.window(cluster)], self.now)
            if isinstance(found, WillNotStart):
                self._note(cluster.name, Result.NOT_STARTED)
                yield self._tick(TickKind.NOT_STARTED, found.reason, cluster)
            elif found is not None or self._flight.crowded(cluster) is not None:
                held.add(limits)
                left.append(cluster)
                continue
            else:
                yield self._start(cluster, orders)
            self._waiting.leave(cluster)
        return left

    def _note(self, name: str, result: Result) -> None:
        self._account.end(name, result, "")
        if result in self._counting:
            self._failed[name] = result

    def _start(self, cluster: PlannedCluster, orders: Orders) -> Tick:
        attempt = self._attempts[cluster.name] = self._attempts.get(cluster.name, 0) + 1
        end = self._world.ending(cluster, attempt)
        self._ends[cluster.name] = (self.now + timedelta(seconds=end.after_s), end.result)
        self._flight.start(cluster)
        return Tick(
            at=self.now,
            kind=TickKind.STARTED,
            wave=self._wave.number,
            text=f"attempt {attempt}",
            cluster=cluster,
            running=tuple(self._flight.running),
            orders=orders,
        )

    def _advance(self, wakes: set[datetime], pending: list[PlannedCluster]) -> None:
        moments = {end for end, _ in self._ends.values()}
        if pending:
            change = self._world.next_order(self.now)
            moments |= wakes | ({change} if change else set())
        if not moments:
            raise _Stuck(f"{len(pending)} wait for an order that never comes")
        self.now = min(moments)

    def _end_due(self) -> Iterator[Tick]:
        for name, (end, result) in list(self._ends.items()):
            if end <= self.now:
                cluster = self._flight.running[name]
                self._flight.end(cluster)
                del self._ends[name]
                self._note(name, result)
                yield self._tick(TickKind.ENDED, result.value, cluster)

    def _over_budget(self) -> str | None:
        return exceeded(
            self._failed,
            self._campaign.budget,
            wave=self._names,
            planned=self._planned,
            accepted=self._account.accepted,
        )

    def _tick(self, kind: TickKind, text: str, cluster: PlannedCluster | None = None) -> Tick:
        running = tuple(self._flight.running)
        return Tick(
            at=self.now, kind=kind, wave=self._wave.number, text=text, cluster=cluster, running=running
        )
