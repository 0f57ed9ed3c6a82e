"""A campaign over memory: scripted plans and upgrades, a clock that stands still, leases as they are."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from srx_issu.campaign.model import Campaign, Member
from srx_issu.campaign.plan import plan_waves
from srx_issu.domain.approvals.rule import ApprovalRule, Person
from srx_issu.domain.upgrade.intent import OrderedBy
from srx_issu.ports.campaign import (
    ApprovedCampaign,
    CampaignEntry,
    CampaignEntryKind,
    CampaignLook,
    CampaignOutcome,
    CampaignRecord,
    OrderedUpgrade,
    approved_campaign,
    is_about,
    plan_in_force,
)
from srx_issu.ports.journal import PERMIT_S, Json, Outcome
from srx_issu.steps.approval.gate import Ask, Enough, NextGate, Response
from srx_issu.steps.campaign.bench import CampaignBench, Planning
from srx_issu.steps.campaign.questions import CampaignGateTask, CampaignQuestion, approach, hear
from srx_issu.steps.campaign.state import CampaignState, read_state
from srx_issu.steps.order import Order
from tests.fakes.intents import CLUSTER, intent
from tests.fakes.memory import MemoryJournal, MemoryLeases, SteppingClock
from tests.fakes.snapshots import T0


class MemoryCampaigns:
    """The CampaignJournal port. ``upgrades``, with their leases, are what a look finds beside it."""

    def __init__(self) -> None:
        self.upgrades = MemoryJournal()
        self.looks = 0
        self.records: dict[str, CampaignRecord] = {}
        self.written: dict[str, list[CampaignEntry]] = {}

    def open_campaign(self, campaign_id: str, name: str, requested_by: str, at: datetime) -> None:
        record = CampaignRecord(campaign_id=campaign_id, name=name, requested_by=requested_by, opened_at=at)
        known = self.records.setdefault(campaign_id, record)
        begun = any(e.kind is CampaignEntryKind.STARTED for e in self.written.get(campaign_id, ()))
        if known.outcome is CampaignOutcome.REFUSED and not begun:
            self.records[campaign_id] = replace(known, outcome=None, reason=None, closed_at=None)
        self.written.setdefault(campaign_id, [])

    def campaign(self, campaign_id: str) -> CampaignRecord | None:
        return self.records.get(campaign_id)

    def campaigns(self, *, limit: int = 100) -> tuple[CampaignRecord, ...]:
        return tuple(self.records.values())[:limit]

    def approved(self, name: str | None = None) -> tuple[ApprovedCampaign, ...]:
        newest = {record.name: record for record in self.records.values()}
        found = [
            approved_campaign(
                record.campaign_id,
                record.name,
                [(e.kind, e.detail) for e in self.written[record.campaign_id]],
            )
            for record in newest.values()
            if record.outcome is None and name in (None, record.name)
        ]
        return tuple(filter(None, found))

    def record(self, campaign_id: str, event: CampaignEntry) -> bool:
        known = {e.key for e in self.written[campaign_id] if e.key}
        if event.key in known:
            return False
        self.written[campaign_id].append(event)
        return True

    def entries(
        self, campaign_id: str, *, plans: bool = True, about: Collection[str] | None = None
    ) -> tuple[CampaignEntry, ...]:
        written = self.written.get(campaign_id, [])
        found = (e for e in written if plans or e.kind is not CampaignEntryKind.PLANNED)
        return tuple(e for e in found if about is None or is_about(e, about))

    def plan(self, campaign_id: str) -> Mapping[str, Json] | None:
        return plan_in_force((event.kind, event.detail) for event in self.written.get(campaign_id, []))

    def look(self, read_to: Mapping[str, int], upgrades: Collection[str]) -> CampaignLook:
        self.looks += 1
        told = {name: self.entries(name, plans=False) for name in read_to}
        known = {name: self.upgrades.upgrade(name) for name in upgrades}
        now = self.upgrades.now()
        return CampaignLook(
            at=now,
            events={name: events[read_to[name] :] for name, events in told.items()},
            read_to={name: len(events) for name, events in told.items()},
            held={
                lease.resource: lease.owner
                for lease in self.upgrades.leases.held.values()
                if lease.expires_at + timedelta(seconds=PERMIT_S) > now
            },
            upgrades={
                name: OrderedUpgrade(outcome=record.outcome, nonce=self._nonce(name))
                for name, record in known.items()
                if record is not None
            },
        )

    def _nonce(self, upgrade: str) -> str:
        told = self.upgrades.intent(upgrade).ordered_by
        return told.nonce if told else ""

    def close_campaign(self, campaign_id: str, outcome: CampaignOutcome, reason: str, at: datetime) -> None:
        old = self.records[campaign_id]
        if old.outcome is None:
            self.records[campaign_id] = CampaignRecord(
                campaign_id=campaign_id,
                name=old.name,
                requested_by=old.requested_by,
                opened_at=old.opened_at,
                closed_at=at,
                outcome=outcome,
                reason=reason,
            )

    def releases(self) -> dict[str, str]:
        return {}


@dataclass
class FakeCampaign:
    """``fleet`` and ``campaign`` are what the files say now; tests change them."""

    campaign: Campaign
    fleet: list[Member]
    settings: str = "file-1"
    campaign_id: str = "spring__1"
    requested_by: str = "olga"
    policy: ApprovalRule = field(default_factory=ApprovalRule)
    plan_only: bool = False
    stopped: str | None = None
    campaigns: MemoryCampaigns = field(default_factory=MemoryCampaigns)
    upgrades: MemoryJournal = field(default_factory=MemoryJournal)
    leases: MemoryLeases = field(default_factory=MemoryLeases)
    clock: SteppingClock = field(default_factory=SteppingClock)
    notices: list[str] = field(default_factory=list)
    not_staged: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.upgrades.clock = self.leases.clock = self.clock
        self.upgrades.leases = self.leases
        self.campaigns.upgrades = self.upgrades

    def bench(self) -> CampaignBench:
        return CampaignBench(
            campaign_id=self.campaign_id,
            requested_by=self.requested_by,
            plan_only=self.plan_only,
            plan_now=lambda: Planning(
                campaign=self.campaign,
                plan=plan_waves(self.fleet, self.campaign, self.settings),
                approvals=self.policy,
            ),
            journal=self.campaigns,
            upgrades=self.upgrades,
            leases=self.leases,
            clock=self.clock,
            log=logging.getLogger("test"),
            stopped=lambda: self.stopped,
            notify=lambda title, _: self.notices.append(title),
            not_staged=lambda _: self.not_staged,
        )

    @property
    def state(self) -> CampaignState:
        return read_state(self.campaigns.entries(self.campaign_id))

    def open_upgrade(self, order: Order) -> None:
        """What the claim of the ordered run does."""
        opened = intent(
            upgrade_id=order.run_id,
            cluster=replace(CLUSTER, name=order.cluster),
            ordered_by=OrderedBy(campaign_id=order.campaign_id, nonce=order.nonce),
        )
        self.upgrades.open_upgrade(opened, self.clock.now())

    def close_upgrade(self, order: Order, outcome: Outcome, reason: str = "") -> None:
        self.open_upgrade(order)
        self.upgrades.close_upgrade(order.run_id, outcome, reason, self.clock.now())


def said(
    fake: FakeCampaign, question: CampaignQuestion | None, option: str = "Approve", who: str = "ada"
) -> Enough | NextGate:
    """The question is put, and somebody answers it."""
    assert question is not None, "nobody is asked"
    number = len(fake.campaigns.entries(fake.campaign_id))
    gate = CampaignGateTask(task_id=f"gate_{number}", try_number=1, spares=("next",))
    found = approach(fake.bench(), gate, question)
    assert isinstance(found, Ask), found
    return hear(fake.bench(), gate, Response(person=Person(id=who, name=who), chosen=(option,)))


__all__ = ["T0", "FakeCampaign", "MemoryCampaigns", "said"]
