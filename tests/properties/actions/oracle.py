"""What had to hold when something reached a node: read anew from raw rows, the machine and the ledger.

Knows the issue's words and nothing of the gate: none of its functions is called here.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from srx_issu.domain.failure.classes import Permission
from srx_issu.domain.history.command_events import CommandIntended
from srx_issu.domain.history.entry import Entry
from srx_issu.domain.history.events import IssuFound, OutcomeDecided, ReadinessPassed
from srx_issu.domain.history.recovery_events import RecoveryPlanned
from srx_issu.domain.upgrade.intent import Intent, Purpose
from srx_lab.machine.words import ColdSync, GroupState
from srx_lab.machine.world import World as Machine
from tests.fakes.memory import MemoryEvidence, MemoryJournal, MemoryLeases
from tests.properties.actions.ledger import ENTITLED, REQUESTER, Arrival, Ledger

BEGINS = ("issu.start", "issu.consolidate_groups")
TAKES_DOWN = ("rollback", "reboot")


def about_start(entries: list[Entry]) -> str:
    """What an approver of the start is shown of the nodes: the newest assessment of the step that plans."""
    told = [e for e in entries if e.step == "assess.check_readiness" and isinstance(e.event, ReadinessPassed)]
    return f"{told[-1].text} {told[-1].event}" if told else ""


def about_recovery(entries: list[Entry], evidence: MemoryEvidence) -> str:
    """The newest plan, as it was kept."""
    plans = [e.event for e in entries if isinstance(e.event, RecoveryPlanned)]
    return evidence.files[plans[-1].plan].decode() if plans else ""


class Oracle:
    """Judges each arrival at its moment."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        journal: MemoryJournal,
        leases: MemoryLeases,
        evidence: MemoryEvidence,
        machine: Machine,
    ) -> None:
        self.ledger = ledger
        self.journal = journal
        self.leases = leases
        self.evidence = evidence
        self.machine = machine

    def judge(self, sent: Arrival, now: datetime) -> list[str]:
        """What does not hold of the purpose's conditions, in words; empty when all do."""
        intent, entries = self.journal.intents[sent.upgrade_id], self.journal.written[sent.upgrade_id]
        found = self._always(sent, now)
        if sent.step in BEGINS:
            found += self._begins(sent, intent, entries, now)
        else:
            found += self._brings_home(sent, intent, entries, now)
        return [f"{sent.command} of {sent.step} reached {sent.node} of {sent.upgrade_id}: {w}" for w in found]

    def _always(self, sent: Arrival, now: datetime) -> list[str]:
        found = []
        if self.journal.records[sent.upgrade_id].closed_at is not None:
            found.append("the upgrade is closed")
        lease = self.leases.held.get("cluster:fw-1")
        if lease is None or lease.owner != sent.upgrade_id or lease.expires_at < now:
            found.append("the cluster is not leased to it")
        return found

    def _begins(self, sent: Arrival, intent: Intent, entries: list[Entry], now: datetime) -> list[str]:
        found = []
        if any(isinstance(e.event, OutcomeDecided) for e in entries):
            found.append("its outcome was decided")
        if self.ledger.stopped:
            found.append("the fleet is stopped")
        if abs(self.ledger.ahead_s) > 5:
            found.append(f"the worker's clock is {self.ledger.ahead_s:.0f} s off")
        if intent.purpose is not Purpose.UPGRADE:
            found.append("a recovery begins nothing")
        ready = [e for e in entries if isinstance(e.event, ReadinessPassed)]
        oldest = now - timedelta(seconds=intent.policy.limits.readiness_age_s)
        if not ready or ready[-1].recorded_at is None or ready[-1].recorded_at < oldest:
            found.append("readiness is older than policy allows")
        if intent.window_start and now < datetime.fromisoformat(intent.window_start) - timedelta(seconds=5):
            found.append("the window is not open yet")
        worst = timedelta(seconds=intent.policy.timers.worst_case_s)
        if intent.window_end and now + worst > datetime.fromisoformat(intent.window_end):
            found.append("the window is too short")
        rule = intent.approvals.start
        if rule.required:
            about = about_start(entries)
            found += self._approved(sent, "start", about, rule.needed, rule.holds_s, now)
        starts = [a for a in self.ledger.arrivals if a.upgrade_id == sent.upgrade_id and a.way]
        if sent.way and any(a.reached for a in starts):
            found.append("a start has reached a node before")
        if sent.way == "rpc" and starts:
            found.append(f"a start went by {starts[0].way} before")
        return found + self._nodes()

    def _nodes(self) -> list[str]:
        found = []
        for node in self.machine.nodes():
            if not node.is_up:
                found.append(f"{node.node} is down")
            elif node.in_issu_window:
                found.append(f"{node.node} is in an ISSU window")
            if any(g.state not in (GroupState.PRIMARY, GroupState.SECONDARY) for g in node.groups.values()):
                found.append(f"{node.node} is not settled")
        if len({node.release.text for node in self.machine.nodes()}) > 1:
            found.append("the nodes run different releases")
        for group in self.machine.state.groups:
            leads = [n for n in self.machine.nodes() if n.is_up and n.state_of(group) is GroupState.PRIMARY]
            if len(leads) != 1:
                found.append(f"RG{group} has {len(leads)} primaries")
        return found

    def _brings_home(self, sent: Arrival, intent: Intent, entries: list[Entry], now: datetime) -> list[str]:
        found = []
        mine = [a for a in self.ledger.arrivals if a.upgrade_id == sent.upgrade_id]
        took_over = any(isinstance(e.event, IssuFound) for e in entries)
        if not took_over and not any(a.way for a in mine) and not any(a.step in BEGINS for a in mine):
            found.append("it has begun nothing and took nothing over")
        if any(word in sent.command for word in TAKES_DOWN) and any(
            a.reached and (a.node, a.command) == (sent.node, sent.command) for a in mine
        ):
            found.append("it has been taken down so before")
        if sent.step.startswith("recover."):
            plans = [(at, e.event) for at, e in enumerate(entries) if isinstance(e.event, RecoveryPlanned)]
            if not plans:
                return [*found, "there is no plan"]
            made_at, plan = plans[-1]
            if plan.permission is Permission.NEVER:
                found.append("policy leaves it to a person")
            if plan.permission is Permission.ASK:
                rule = intent.approvals.recovery
                begun = any(
                    isinstance(e.event, CommandIntended) and e.event.recovery_command is not None
                    for e in entries[made_at:-1]
                )
                about, holds_s = about_recovery(entries, self.evidence), 1e9 if begun else rule.holds_s
                found += self._approved(sent, "recovery", about, rule.needed, holds_s, now)
        return found + self._stop_rules(sent)

    def _stop_rules(self, sent: Arrival) -> list[str]:
        """The guide's: nothing is moved while a node is in cold sync or a group has two primaries."""
        found = []
        for group in self.machine.state.groups:
            leads = [n for n in self.machine.nodes() if n.is_up and n.state_of(group) is GroupState.PRIMARY]
            if len(leads) > 1:
                found.append(f"both nodes are primary of RG{group}")
        if "failover redundancy-group" in sent.command:
            syncing = [n for n in self.machine.nodes() if n.is_up and n.cold_sync is not ColdSync.COMPLETE]
            found += [f"{n.node} is in cold sync" for n in syncing]
        return found

    def _approved(
        self, sent: Arrival, purpose: str, about: str, needed: int, holds_s: float, now: datetime
    ) -> list[str]:
        on_this = [
            v
            for v in self.ledger.votes
            if (v.upgrade_id, v.purpose, v.about) == (sent.upgrade_id, purpose, about)
        ]
        newest = {v.person: v for v in on_this}
        if no := [v.person for v in newest.values() if not v.is_yes]:
            return [f"{no[0]} said no"]
        yes = {
            v.person
            for v in newest.values()
            if v.person in ENTITLED and v.person != REQUESTER and now - v.at <= timedelta(seconds=holds_s)
        }
        return [] if len(yes) >= needed else [f"{len(yes)} of {needed} said yes to this"]
