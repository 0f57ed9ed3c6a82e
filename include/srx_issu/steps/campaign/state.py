"""Where a campaign stands, read from its account alone. A controller that forgot everything arrives here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from srx_issu.campaign.admit import Orders
from srx_issu.campaign.model import Campaign, Result
from srx_issu.campaign.plan import Plan
from srx_issu.ports import codec
from srx_issu.ports.campaign import CampaignEntry, CampaignEntryKind, plan_in_force
from srx_issu.ports.journal import Json
from srx_issu.steps.order import Order

PAUSE, RESUME, ABORT = "pause", "resume", "abort"


@dataclass(frozen=True, kw_only=True)
class CampaignState:
    """``results`` and ``attempts`` are of the newest attempt; a cluster that runs again has no result."""

    approved: str | None = None  # digest of the plan that may run
    approved_by: str | None = None
    results: Mapping[str, Result] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    attempts: Mapping[str, int] = field(default_factory=dict)
    orders_given: Mapping[str, Order] = field(default_factory=dict)  # of the newest attempt
    ordered_at: Mapping[str, datetime] = field(default_factory=dict)
    proved: frozenset[str] = frozenset()  # run ids that are ours
    denied: Mapping[str, str] = field(default_factory=dict)  # run id -> why its claim refused
    taken: Mapping[str, int] = field(default_factory=dict)  # how many names of it others had
    in_flight: frozenset[str] = frozenset()
    forgiven: frozenset[str] = frozenset()
    opened: Mapping[int, tuple[str, ...]] = field(default_factory=dict)  # wave -> its clusters
    judged: Mapping[tuple[int, int], str] = field(default_factory=dict)  # (wave, round) -> way
    answered: Mapping[tuple[int, int], tuple[str, ...]] = field(default_factory=dict)  # clusters to run again
    last_judged: CampaignEntry | None = None
    aborted: str | None = None
    paused: str | None = None
    has_started: bool = False  # an upgrade was ordered, whatever came of it

    def may_run(self, plan: Plan) -> bool:
        """Whether this very plan was approved."""
        return self.approved == plan.digest

    def orders(self, stopped: str | None) -> Orders:
        return Orders(stopped=stopped, aborted=self.aborted, paused=self.paused)

    def attempt(self, cluster: str) -> int:
        return self.attempts.get(cluster, 1)


def read_state(events: Iterable[CampaignEntry]) -> CampaignState:
    """Later events override earlier ones; an ended attempt that is not the newest does not count."""
    reader = StateReader()
    for event in events:
        reader.take(event)
    return reader.state()


def plan_of(events: Iterable[CampaignEntry]) -> tuple[Plan, Campaign] | None:
    """The plan in force with the campaign it was made for; None when nothing was planned yet."""
    detail = plan_in_force((event.kind, event.detail) for event in events)
    return None if detail is None else plan_in(detail)


def plan_in(detail: Mapping[str, Json]) -> tuple[Plan, Campaign]:
    """What a PLANNED event's detail says."""
    return codec.loads(Plan, str(detail["plan"])), codec.loads(Campaign, str(detail["campaign"]))


class StateReader:
    """Takes events in their order, as they come; ``state`` at any time is that of those so far."""

    def __init__(self) -> None:
        self.approved: tuple[str | None, str | None] = (None, None)
        self.results: dict[str, Result] = {}
        self.reasons: dict[str, str] = {}
        self.attempts: dict[str, int] = {}
        self.ordered: dict[str, Order] = {}
        self.ordered_at: dict[str, datetime] = {}
        self.proved: set[str] = set()
        self.denied: dict[str, str] = {}
        self.taken: dict[str, int] = {}
        self.running: set[str] = set()
        self.forgiven: set[str] = set()
        self.opened: dict[int, tuple[str, ...]] = {}
        self.judged: dict[tuple[int, int], str] = {}
        self.answered: dict[tuple[int, int], tuple[str, ...]] = {}
        self.last_judged: CampaignEntry | None = None
        self.aborted: str | None = None
        self.paused: str | None = None
        self.has_started = False

    def take(self, event: CampaignEntry) -> None:
        match event.kind:
            case CampaignEntryKind.APPROVED:
                self.approved = (str(event.detail["digest"]), str(event.detail["by"]))
            case CampaignEntryKind.OPENED:
                self.opened[event.wave] = _names(event, "clusters")
            case CampaignEntryKind.STARTED | CampaignEntryKind.ENDED | CampaignEntryKind.TAKEN:
                self._cluster(event)
            case CampaignEntryKind.PROVED:
                self._proved(str(event.detail["run_id"]), event)
            case CampaignEntryKind.JUDGED:
                self.judged[event.wave, _round(event)] = str(event.detail["way"])
                self.last_judged = event
                if event.detail["way"] == ABORT:
                    self.aborted = self.aborted or event.text
            case CampaignEntryKind.ANSWERED:
                self._answer(event)
            case CampaignEntryKind.ORDERED:
                self._order(event)
            case _:
                pass

    def _cluster(self, event: CampaignEntry) -> None:
        name = event.cluster or ""
        self.has_started |= event.kind is CampaignEntryKind.STARTED
        if int(str(event.detail["attempt"])) != self.attempts.get(name, 1):
            return
        if event.kind is CampaignEntryKind.STARTED:
            self.running.add(name)
            self.ordered_at[name] = event.at
            self.ordered[name] = Order.of(name, event.detail)
            return
        self.running.discard(name)
        if event.kind is CampaignEntryKind.TAKEN:
            self.attempts[name] = self.attempts.get(name, 1) + 1
            self.taken[name] = self.taken.get(name, 0) + 1
            self.ordered.pop(name, None)
            return
        self.results[name] = Result(str(event.detail["result"]))
        self.reasons[name] = event.text

    def _proved(self, run_id: str, event: CampaignEntry) -> None:
        self.proved.add(run_id)
        if event.detail.get("refused") is True:
            self.denied[run_id] = event.text

    def _answer(self, event: CampaignEntry) -> None:
        again = _names(event, "clusters")
        self.answered[event.wave, _round(event)] = again
        self.forgiven |= set(_names(event, "forgiven"))
        for name in again:
            self.attempts[name] = self.attempts.get(name, 1) + 1
            self.results.pop(name, None)
            self.ordered.pop(name, None)
            self.forgiven.discard(name)

    def _order(self, event: CampaignEntry) -> None:
        match event.detail["order"]:
            case "abort":
                self.aborted = self.aborted or event.text
            case "pause":
                self.paused = event.text
            case _:
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
            forgiven=frozenset(self.forgiven),
            opened=dict(self.opened),
            judged=dict(self.judged),
            answered=dict(self.answered),
            last_judged=self.last_judged,
            aborted=self.aborted,
            paused=self.paused,
            has_started=self.has_started,
        )


def _round(event: CampaignEntry) -> int:
    return int(str(event.detail.get("round", 1)))


def _names(event: CampaignEntry, key: str) -> tuple[str, ...]:
    found = event.detail.get(key)
    return tuple(str(name) for name in found) if isinstance(found, list) else ()
