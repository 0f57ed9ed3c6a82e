"""A campaign over memory: scripted plans and upgrades, a clock that stands still, leases as they are."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from srx_issu.adapters.journal.campaign_codec import campaign_event_from_json, campaign_event_to_json
from srx_issu.adapters.journal.secrecy import checked_detail
from srx_issu.campaign.entry import CampaignEntry, is_about
from srx_issu.campaign.events import PlanMade, UpgradeOrdered
from srx_issu.campaign.model import Campaign, FleetCluster
from srx_issu.campaign.order import UpgradeOrder
from srx_issu.campaign.plan import plan_waves
from srx_issu.campaign.planning import Planning
from srx_issu.campaign.state import CampaignState, is_approved, plan_in_force, read_state
from srx_issu.domain.approvals.rule import ApprovalRule, Person
from srx_issu.domain.errors import JournalError
from srx_issu.domain.history.approval_events import QuestionAsked
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.intent import OrderedBy
from srx_issu.ports.campaign import (
    ApprovedCampaign,
    CampaignLook,
    CampaignOutcome,
    CampaignRecord,
    OrderedUpgrade,
)
from srx_issu.ports.journal import PERMIT_S
from srx_issu.steps.approval.gate_task import AskPerson, Enough, NextGate, Response
from srx_issu.steps.campaign.context import CampaignContext
from srx_issu.steps.campaign.questions import CampaignGateTask, CampaignQuestion, approach, hear
from tests.fakes.intents import CLUSTER, intent
from tests.fakes.memory import MemoryJournal, MemoryLeases, SteppingClock
from tests.fakes.snapshots import T0


class MemoryCampaigns:
    """The CampaignJournal port. ``upgrades``, with their leases, are what a look finds beside it; of those
    that are ``unreadable`` the account is spoilt."""

    def __init__(self) -> None:
        self.upgrades = MemoryJournal()
        self.looks = 0
        self.records: dict[str, CampaignRecord] = {}
        self.written: dict[str, list[CampaignEntry]] = {}
        self.unreadable: set[str] = set()

    def open_campaign(self, campaign_id: str, name: str, requested_by: str, at: datetime) -> None:
        record = CampaignRecord(campaign_id=campaign_id, name=name, requested_by=requested_by, opened_at=at)
        known = self.records.setdefault(campaign_id, record)
        begun = any(isinstance(e.event, UpgradeOrdered) for e in self.written.get(campaign_id, ()))
        if known.outcome is CampaignOutcome.REFUSED and not begun:
            self.records[campaign_id] = replace(known, outcome=None, reason=None, closed_at=None)
        self.written.setdefault(campaign_id, [])

    def campaign(self, campaign_id: str) -> CampaignRecord | None:
        return self.records.get(campaign_id)

    def campaigns(self, *, limit: int = 100) -> tuple[CampaignRecord, ...]:
        return tuple(self.records.values())[:limit]

    def approved(self, name: str | None = None) -> tuple[ApprovedCampaign, ...]:
        newest = {record.name: record for record in self.records.values()}
        found: list[ApprovedCampaign] = []
        for record in newest.values():
            if record.campaign_id in self.unreadable:
                continue
            events = [entry.event for entry in self.written[record.campaign_id]]
            made = plan_in_force(events)
            is_wanted = record.outcome is None and name in (None, record.name)
            if is_wanted and made is not None and is_approved(events):
                found.append(
                    ApprovedCampaign(campaign_id=record.campaign_id, name=record.name, campaign=made.campaign)
                )
        return tuple(found)

    def record(self, campaign_id: str, entry: CampaignEntry) -> bool:
        """As the real one keeps it, and refuses it."""
        known = {e.key for e in self.written[campaign_id] if e.key}
        if entry.key in known:
            return False
        back = campaign_event_from_json(checked_detail(campaign_event_to_json(entry.event)))
        self.written[campaign_id].append(replace(entry, event=back, recorded_at=self.upgrades.now()))
        return True

    def entries(
        self, campaign_id: str, *, plans: bool = True, about: Collection[str] | None = None
    ) -> tuple[CampaignEntry, ...]:
        found = (e for e in self._read(campaign_id) if plans or not isinstance(e.event, PlanMade))
        return tuple(e for e in found if about is None or is_about(e, about))

    def plan(self, campaign_id: str) -> PlanMade | None:
        return plan_in_force(entry.event for entry in self._read(campaign_id))

    def _read(self, campaign_id: str) -> list[CampaignEntry]:
        if campaign_id in self.unreadable:
            raise JournalError(f"campaign {campaign_id}: one of its events does not fit this version")
        return self.written.get(campaign_id, [])

    def look(self, read_to: Mapping[str, int], upgrades: Collection[str]) -> CampaignLook:
        self.looks += 1
        unreadable = {name: "spoilt" for name in read_to if name in self.unreadable}
        told = {name: self.entries(name, plans=False) for name in read_to if name not in unreadable}
        known = {name: self.upgrades.upgrade(name) for name in upgrades}
        now = self.upgrades.now()
        return CampaignLook(
            at=now,
            entries={name: entries[read_to[name] :] for name, entries in told.items()},
            read_to={name: len(entries) for name, entries in told.items()},
            unreadable=unreadable,
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

    def releases(self, since: datetime | None = None) -> dict[str, str]:
        return {}


@dataclass
class FakeCampaign:
    """``fleet`` and ``campaign`` are what the files say now; tests change them."""

    campaign: Campaign
    fleet: list[FleetCluster]
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

    def context(self) -> CampaignContext:
        return CampaignContext(
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

    def open_upgrade(self, order: UpgradeOrder) -> None:
        """What the claim of the ordered run does."""
        opened = intent(
            upgrade_id=order.run_id,
            cluster=replace(CLUSTER, name=order.cluster),
            ordered_by=OrderedBy(campaign_id=order.campaign_id, nonce=order.nonce),
        )
        self.upgrades.open_upgrade(opened, self.clock.now())

    def close_upgrade(self, order: UpgradeOrder, outcome: Outcome, reason: str = "") -> None:
        self.open_upgrade(order)
        self.upgrades.close_upgrade(order.run_id, outcome, reason, self.clock.now())


def said(
    fake: FakeCampaign, question: CampaignQuestion | None, option: str = "Approve", who: str = "ada"
) -> Enough | NextGate:
    """The next gate puts the question, and somebody answers it."""
    assert question is not None, "nobody is asked"
    asked = (entry.event for entry in fake.campaigns.entries(fake.campaign_id))
    gates = {
        each.question.gate
        for each in asked
        if isinstance(each, QuestionAsked) and each.question.purpose == question.about
    }
    gate = CampaignGateTask(about=question.about, number=len(gates) + 1, try_number=1, spares=1)
    found = approach(fake.context(), gate, question)
    assert isinstance(found, AskPerson), found
    return hear(fake.context(), gate, Response(person=Person(id=who, name=who), chosen=(option,)))


__all__ = ["T0", "FakeCampaign", "MemoryCampaigns", "said"]
