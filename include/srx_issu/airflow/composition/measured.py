"""Journal and leases that are counted as they are written: whatever a step does, the figures follow.

upgrades.opened                    an upgrade was claimed for the first time
outcome.UPGRADED ...               an upgrade was closed
upgrade_duration.UPGRADED ...      from claim to close
action.intended|sent|refused|unknown    commands that change a device
lease.taken|taken_over|refused|released
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from srx_issu.domain.errors import LeaseHeld, SrxIssuError
from srx_issu.domain.history.entry import Entry
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.ports.journal import (
    Hold,
    Intended,
    Journal,
    Lease,
    LeaseClaim,
    Leases,
    LeaseTaken,
    UpgradeRecord,
    WantedLeases,
)
from srx_issu.ports.metrics import Metrics

_ACTIONS = {
    EntryKind.ACTION_INTENDED: "intended",
    EntryKind.ACTION_SENT: "sent",
    EntryKind.ACTION_REFUSED: "refused",
    EntryKind.ACTION_UNKNOWN: "unknown",
}


class MeasuredJournal:
    """``ports.journal.Journal`` around another one."""

    def __init__(self, journal: Journal, metrics: Metrics) -> None:
        self._journal, self._metrics = journal, metrics

    def now(self) -> datetime:
        return self._journal.now()

    def open_upgrade(self, intent: Intent, at: datetime) -> None:
        is_new = self._journal.upgrade(intent.upgrade_id) is None
        self._journal.open_upgrade(intent, at)
        if is_new:
            self._metrics.count("upgrades.opened", **_tags(intent))

    def intent(self, upgrade_id: str) -> Intent:
        return self._journal.intent(upgrade_id)

    def upgrade(self, upgrade_id: str) -> UpgradeRecord | None:
        return self._journal.upgrade(upgrade_id)

    def upgrades_of(self, cluster: str) -> tuple[UpgradeRecord, ...]:
        return self._journal.upgrades_of(cluster)

    def record(self, upgrade_id: str, event: Entry) -> None:
        self._journal.record(upgrade_id, event)
        if event.kind in _ACTIONS:
            self._metrics.count(f"action.{_ACTIONS[event.kind]}")

    def intend(self, upgrade_id: str, event: Entry, hold: Hold | None = None) -> Intended:
        intended = self._journal.intend(upgrade_id, event, hold)
        if intended.written:
            self._metrics.count(f"action.{_ACTIONS[EntryKind.ACTION_INTENDED]}")
        return intended

    def entries(self, upgrade_id: str) -> tuple[Entry, ...]:
        return self._journal.entries(upgrade_id)

    def close_upgrade(self, upgrade_id: str, outcome: Outcome, reason: str, at: datetime) -> None:
        before = self._journal.upgrade(upgrade_id)
        self._journal.close_upgrade(upgrade_id, outcome, reason, at)
        if before is not None and before.closed_at is None:
            tags = _tags(self._journal.intent(upgrade_id))
            self._metrics.count(f"outcome.{outcome}", outcome=outcome.value, **tags)
            took_s = (at - before.opened_at).total_seconds()
            self._metrics.duration(f"upgrade_duration.{outcome}", took_s, outcome=outcome.value, **tags)


class MeasuredLeases:
    """``ports.journal.Leases`` around another one. Renewals are not counted: they say nothing new."""

    def __init__(self, leases: Leases, metrics: Metrics) -> None:
        self._leases, self._metrics = leases, metrics

    def take(self, resource: str, owner: str, ttl_s: float) -> Lease:
        before = self._leases.holder(resource)
        try:
            lease = self._leases.take(resource, owner, ttl_s)
        except LeaseHeld:
            self._metrics.count("lease.refused", kind=_kind(resource))
            raise
        if before is None:
            self._metrics.count("lease.taken", kind=_kind(resource))
        elif before.owner != owner:
            self._metrics.count("lease.taken_over", kind=_kind(resource))
        return lease

    def take_together(self, wanted: WantedLeases, owner: str, ttl_s: float) -> tuple[LeaseTaken, ...]:
        try:
            taken = self._leases.take_together(wanted, owner, ttl_s)
        except LeaseHeld as held:
            self._metrics.count("lease.refused", kind=_kind(str(held)))  # it begins with the resource
            raise
        for each in taken:
            if each.before is None:
                self._metrics.count("lease.taken", kind=_kind(each.lease.resource))
            elif each.before.owner != owner:
                self._metrics.count("lease.taken_over", kind=_kind(each.lease.resource))
        return taken

    def renew(self, resource: str, owner: str, ttl_s: float) -> Lease:
        return self._leases.renew(resource, owner, ttl_s)

    def renew_many(self, claims: Sequence[LeaseClaim]) -> Mapping[str, SrxIssuError]:
        return self._leases.renew_many(claims)

    def release(self, resource: str, owner: str) -> bool:
        if released := self._leases.release(resource, owner):
            self._metrics.count("lease.released", kind=_kind(resource))
        return released

    def holder(self, resource: str) -> Lease | None:
        return self._leases.holder(resource)

    def held_by(self, owner: str) -> tuple[Lease, ...]:
        return self._leases.held_by(owner)


def _tags(intent: Intent) -> dict[str, str]:
    return {"site": intent.cluster.site, "model": intent.cluster.model}


def _kind(resource: str) -> str:
    """cluster, conflict, site or region."""
    return resource.partition(":")[0]
