"""Journal, leases, evidence and clock in memory, with the contracts of ``ports``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from srx_issu.adapters.journal.codec import event_from_json, event_to_json
from srx_issu.adapters.journal.secrecy import checked_detail
from srx_issu.domain.errors import JournalError, LeaseHeld, SrxIssuError
from srx_issu.domain.history.entry import Entry
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.ports.clock import Clock
from srx_issu.ports.journal import (
    PERMIT_S,
    Hold,
    IntendAnswer,
    Intended,
    Lease,
    LeaseClaim,
    LeaseTaken,
    UpgradeRecord,
    WantedLeases,
)
from tests.fakes.snapshots import T0


class SteppingClock:
    """Moves only when somebody sleeps or a test says so."""

    def __init__(self, start: datetime = T0) -> None:
        self.time = start

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


class MemoryJournal:
    """``clock`` is the database's. ``leases`` are asked when an action is intended with a hold."""

    def __init__(self, clock: Clock | None = None, leases: MemoryLeases | None = None) -> None:
        self.clock: Clock = clock or SteppingClock()
        self.leases = leases or MemoryLeases(self.clock)
        self.intents: dict[str, Intent] = {}
        self.records: dict[str, UpgradeRecord] = {}
        self.written: dict[str, list[Entry]] = {}

    def now(self) -> datetime:
        return self.clock.now()

    def open_upgrade(self, intent: Intent, at: datetime) -> None:
        if intent.upgrade_id not in self.intents:
            self.intents[intent.upgrade_id] = intent
            self.written[intent.upgrade_id] = []
            self.records[intent.upgrade_id] = UpgradeRecord(
                upgrade_id=intent.upgrade_id,
                cluster=intent.cluster.name,
                target_release=intent.image.release,
                opened_at=at,
            )

    def intent(self, upgrade_id: str) -> Intent:
        return self.intents[upgrade_id]

    def upgrade(self, upgrade_id: str) -> UpgradeRecord | None:
        return self.records.get(upgrade_id)

    def upgrades_of(self, cluster: str) -> tuple[UpgradeRecord, ...]:
        mine = [r for r in self.records.values() if r.cluster == cluster]
        return tuple(sorted(mine, key=lambda r: r.opened_at, reverse=True))

    def record(self, upgrade_id: str, event: Entry) -> None:
        self._write(upgrade_id, event)

    def intend(self, upgrade_id: str, event: Entry, hold: Hold | None = None) -> Intended:
        if event.kind is not EntryKind.ACTION_INTENDED:
            raise JournalError(f"intend() takes an ACTION_INTENDED event, got {event.kind}")
        if (outcome := self.records[upgrade_id].outcome) is not None:
            return self._answered(IntendAnswer.CLOSED, f"{upgrade_id} is closed as {outcome}")
        if hold is not None and (loss := self.leases.extend(upgrade_id, hold)) is not None:
            return self._answered(IntendAnswer.NOT_HELD, loss)
        known = {e.key for e in self.written[upgrade_id] if e.kind is event.kind}
        if event.key is not None and event.key in known:
            return self._answered(IntendAnswer.KEY_USED, f"{event.key!r} was intended before")
        self._write(upgrade_id, event)
        return self._answered(IntendAnswer.WRITTEN, f"intended: {event.text}")

    def _write(self, upgrade_id: str, event: Entry) -> None:
        """As the real one keeps it, and refuses it."""
        stored = checked_detail(event_to_json(event.event))
        back = event_from_json(stored, {"node": event.node, "key": event.key})
        self.written[upgrade_id].append(replace(event, event=back, recorded_at=self.now()))

    def _answered(self, answer: IntendAnswer, reason: str) -> Intended:
        return Intended(answer=answer, at=self.now(), reason=reason)

    def entries(self, upgrade_id: str) -> tuple[Entry, ...]:
        return tuple(self.written.get(upgrade_id, ()))

    def close_upgrade(self, upgrade_id: str, outcome: Outcome, reason: str, at: datetime) -> None:
        old = self.records[upgrade_id]
        if old.outcome not in (None, outcome):
            raise JournalError(f"{upgrade_id} is closed as {old.outcome}")
        if old.outcome is outcome:
            return
        self.records[upgrade_id] = UpgradeRecord(
            upgrade_id=upgrade_id,
            cluster=old.cluster,
            target_release=old.target_release,
            opened_at=old.opened_at,
            closed_at=self.now(),
            outcome=outcome,
            reason=reason,
        )


class MemoryLeases:
    """``clock`` is the database's."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock: Clock = clock or SteppingClock()
        self.held: dict[str, Lease] = {}

    def take(self, resource: str, owner: str, ttl_s: float) -> Lease:
        held, at = self.held.get(resource), self.clock.now()
        if held and held.owner != owner and held.expires_at + timedelta(seconds=PERMIT_S) > at:
            raise LeaseHeld(f"{resource} is held by {held.owner}")
        lease = Lease(resource=resource, owner=owner, taken_at=at, expires_at=at + timedelta(seconds=ttl_s))
        self.held[resource] = lease
        return lease

    def take_together(self, wanted: WantedLeases, owner: str, ttl_s: float) -> tuple[LeaseTaken, ...]:
        before = dict(self.held)
        try:
            for resource in wanted.alone:
                self.take(resource, owner, ttl_s)
            mine = [self._take_place(places, owner, ttl_s) for places in wanted.places]
        except LeaseHeld:
            self.held = before
            raise
        return tuple(
            LeaseTaken(lease=self.held[name], before=before.get(name))
            for name in sorted((*wanted.alone, *mine))
        )

    def _take_place(self, places: tuple[str, ...], owner: str, ttl_s: float) -> str:
        held = [lease.resource for lease in self.held_by(owner)]
        for place in sorted(places, key=lambda place: place not in held):
            try:
                return self.take(place, owner, ttl_s).resource
            except LeaseHeld:
                continue
        raise LeaseHeld(f"{places[0].rpartition('#')[0]}: all {len(places)} places are taken")

    def renew(self, resource: str, owner: str, ttl_s: float) -> Lease:
        held = self.held.get(resource)
        if held is None:
            raise JournalError(f"{resource}: upgrade {owner} holds no lease any more")
        if held.owner != owner:
            raise LeaseHeld(f"{resource} is held by {held.owner}")
        return self.take(resource, owner, ttl_s)

    def renew_many(self, claims: Sequence[LeaseClaim]) -> Mapping[str, SrxIssuError]:
        lost: dict[str, SrxIssuError] = {}
        for claim in claims:
            mine = {lease.resource for lease in self.held_by(claim.owner)}
            for resource in sorted(mine | set(claim.resources)):
                try:
                    self.renew(resource, claim.owner, claim.ttl_s)
                except (LeaseHeld, JournalError) as error:
                    lost.setdefault(claim.owner, error)
        return lost

    def extend(self, owner: str, hold: Hold) -> str | None:
        """All of them from now on; or, with none changed, why not."""
        for resource in hold.resources:
            held = self.held.get(resource)
            if held is None or held.owner != owner:
                return f"{resource} is held by {held.owner if held else 'nobody'}"
        for resource in hold.resources:
            self.renew(resource, owner, hold.ttl_s)
        return None

    def release(self, resource: str, owner: str) -> bool:
        mine = (held := self.held.get(resource)) is not None and held.owner == owner
        if mine:
            del self.held[resource]
        return mine

    def holder(self, resource: str) -> Lease | None:
        return self.held.get(resource)

    def held_by(self, owner: str) -> tuple[Lease, ...]:
        return tuple(lease for _, lease in sorted(self.held.items()) if lease.owner == owner)


class MemoryEvidence:
    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def write(self, upgrade_id: str, name: str, content: str | bytes) -> str:
        evidence_id = f"{upgrade_id}/{name}"
        number = 1
        while evidence_id in self.files:
            number += 1
            evidence_id = f"{upgrade_id}/{number}-{name}"
        self.files[evidence_id] = content.encode() if isinstance(content, str) else content
        return evidence_id

    def read(self, evidence_id: str) -> bytes:
        return self.files[evidence_id]

    def names(self, upgrade_id: str) -> tuple[str, ...]:
        return tuple(n for n in self.files if n.startswith(f"{upgrade_id}/"))
