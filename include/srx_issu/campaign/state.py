"""Where a campaign stands, read from its journal alone. A controller that forgot everything arrives here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from srx_issu.campaign.admit import Orders
from srx_issu.campaign.entry import CampaignEntry
from srx_issu.campaign.events import (
    CampaignEvent,
    HoldAnswered,
    OrderGiven,
    OrderWord,
    PlanApproved,
    PlanMade,
    RunProved,
    RunTaken,
    UpgradeEnded,
    UpgradeOrdered,
    WaveJudged,
    WaveOpened,
)
from srx_issu.campaign.gate import WaveDecision
from srx_issu.campaign.model import Result
from srx_issu.campaign.order import UpgradeOrder
from srx_issu.campaign.plan import CampaignPlan


@dataclass(frozen=True, kw_only=True)
class CampaignState:
    """``results`` and ``attempts`` are of the newest attempt; a cluster that runs again has no result."""

    approved: str | None = None  # digest of the plan that may run
    approved_by: str | None = None
    results: Mapping[str, Result] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    attempts: Mapping[str, int] = field(default_factory=dict)
    orders_given: Mapping[str, UpgradeOrder] = field(default_factory=dict)  # of the newest attempt
    ordered_at: Mapping[str, datetime] = field(default_factory=dict)
    proved: frozenset[str] = frozenset()  # run ids that are ours
    denied: Mapping[str, str] = field(default_factory=dict)  # run id -> why its claim refused
    taken: Mapping[str, int] = field(default_factory=dict)  # how many names of it others had
    in_flight: frozenset[str] = frozenset()
    accepted: frozenset[str] = frozenset()
    opened: Mapping[int, tuple[str, ...]] = field(default_factory=dict)  # wave -> its clusters
    judged: Mapping[tuple[int, int], WaveDecision] = field(default_factory=dict)  # by (wave, round)
    answered: Mapping[tuple[int, int], tuple[str, ...]] = field(default_factory=dict)  # clusters to run again
    last_judged: CampaignEntry | None = None
    aborted: str | None = None
    paused: str | None = None
    has_started: bool = False  # an upgrade was ordered, whatever came of it

    def may_run(self, plan: CampaignPlan) -> bool:
        """Whether this very plan was approved."""
        return self.approved == plan.digest

    def orders(self, stopped: str | None) -> Orders:
        return Orders(stopped=stopped, aborted=self.aborted, paused=self.paused)

    def attempt(self, cluster: str) -> int:
        return self.attempts.get(cluster, 1)


def read_state(entries: Iterable[CampaignEntry]) -> CampaignState:
    """Later entries override earlier ones; an ended attempt that is not the newest does not count."""
    reader = StateReader()
    for entry in entries:
        reader.take(entry)
    return reader.state()


def plan_in_force(events: Iterable[CampaignEvent]) -> PlanMade | None:
    """The plan that counts: the newest, or the one whose wave was opened first. A plan that is made at the
    very moment in which a wave is opened, or behind it, is nobody's. None when nothing was planned."""
    planned: list[PlanMade] = []
    for event in events:
        match event:
            case PlanMade():
                planned.append(event)
            case WaveOpened(digest=digest):
                named = [each for each in planned if digest in (None, each.digest)]
                return named[-1] if named else None
    return planned[-1] if planned else None


def is_approved(events: Sequence[CampaignEvent]) -> bool:
    """Whether the newest approval is one of the plan in force."""
    planned = plan_in_force(events)
    approved = next((event for event in reversed(events) if isinstance(event, PlanApproved)), None)
    return planned is not None and approved is not None and planned.digest == approved.digest


class StateReader:
    """Takes events in their order, as they come; ``state`` at any time is that of those so far."""

    def __init__(self) -> None:
        self.approved: tuple[str | None, str | None] = (None, None)
        self.results: dict[str, Result] = {}
        self.reasons: dict[str, str] = {}
        self.attempts: dict[str, int] = {}
        self.ordered: dict[str, UpgradeOrder] = {}
        self.ordered_at: dict[str, datetime] = {}
        self.proved: set[str] = set()
        self.denied: dict[str, str] = {}
        self.taken: dict[str, int] = {}
        self.running: set[str] = set()
        self.accepted: set[str] = set()
        self.opened: dict[int, tuple[str, ...]] = {}
        self.judged: dict[tuple[int, int], WaveDecision] = {}
        self.answered: dict[tuple[int, int], tuple[str, ...]] = {}
        self.last_judged: CampaignEntry | None = None
        self.aborted: str | None = None
        self.paused: str | None = None
        self.has_started = False

    def take(self, entry: CampaignEntry) -> None:
        match entry.event:
            case PlanApproved(digest=digest, by=by):
                self.approved = digest, by
            case WaveOpened(clusters=clusters):
                self.opened[entry.wave] = clusters
            case UpgradeOrdered() | UpgradeEnded() | RunTaken():
                self._take_cluster(entry)
            case RunProved(run_id=run_id, refused=refused):
                self.proved.add(run_id)
                if refused:
                    self.denied[run_id] = entry.text
            case WaveJudged(decision=decision, round_number=round_number):
                self.judged[entry.wave, round_number] = decision
                self.last_judged = entry
                if decision is WaveDecision.ABORT:
                    self.aborted = self.aborted or entry.text
            case HoldAnswered() as answered:
                self._take_answer(entry.wave, answered)
            case OrderGiven(order=order):
                self._take_order(order, entry.text)
            case _:
                pass

    def _take_cluster(self, entry: CampaignEntry) -> None:
        """Only the newest attempt counts."""
        name = entry.cluster or ""
        newest = self.attempts.get(name, 1)
        match entry.event:
            case UpgradeOrdered(order=order):
                self.has_started = True
                if order.attempt == newest:
                    self.running.add(name)
                    self.ordered_at[name] = entry.at
                    self.ordered[name] = order
            case RunTaken(attempt=attempt) if attempt == newest:
                self.running.discard(name)
                self.attempts[name] = newest + 1
                self.taken[name] = self.taken.get(name, 0) + 1
                self.ordered.pop(name, None)
            case UpgradeEnded(attempt=attempt, result=result) if attempt == newest:
                self.end(name, result, entry.text)

    def end(self, cluster: str, result: Result, reason: str) -> None:
        """Of the newest attempt."""
        self.running.discard(cluster)
        self.results[cluster] = result
        self.reasons[cluster] = reason

    def _take_answer(self, wave: int, answered: HoldAnswered) -> None:
        self.answered[wave, answered.round_number] = answered.again
        self.accepted |= set(answered.accepted)
        for name in answered.again:
            self.attempts[name] = self.attempts.get(name, 1) + 1
            self.results.pop(name, None)
            self.ordered.pop(name, None)
            self.accepted.discard(name)

    def _take_order(self, order: OrderWord, text: str) -> None:
        match order:
            case OrderWord.ABORT:
                self.aborted = self.aborted or text
            case OrderWord.PAUSE:
                self.paused = text
            case OrderWord.RESUME:
                self.paused = None

    def state(self) -> CampaignState:
        return CampaignState(
            approved=self.approved[0],
            approved_by=self.approved[1],
            results=dict(self.results),
            reasons=dict(self.reasons),
            attempts=dict(self.attempts),
            orders_given=dict(self.ordered),
            ordered_at=dict(self.ordered_at),
            proved=frozenset(self.proved),
            denied=dict(self.denied),
            taken=dict(self.taken),
            in_flight=frozenset(self.running),
            accepted=frozenset(self.accepted),
            opened=dict(self.opened),
            judged=dict(self.judged),
            answered=dict(self.answered),
            last_judged=self.last_judged,
            aborted=self.aborted,
            paused=self.paused,
            has_started=self.has_started,
        )
