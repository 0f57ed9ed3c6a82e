"""Claim: write the intent into the journal and take the cluster's lease. One upgrade a cluster."""

from __future__ import annotations

from datetime import datetime

from srx_issu.domain.errors import LeaseHeld
from srx_issu.domain.intent import Intent
from srx_issu.ports.journal import Event, EventKind, Journal, Leases, Outcome

STEP = "claim"


def claim(intent: Intent, journal: Journal, leases: Leases, at: datetime) -> None:
    """Opens the upgrade, then takes the lease. Raises LeaseHeld, with the outcome REFUSED written down."""
    journal.open_upgrade(intent, at)
    try:
        lease = leases.take(
            f"cluster:{intent.cluster.name}", intent.upgrade_id, at, intent.policy.timers.lease_s
        )
    except LeaseHeld as held:
        journal.record(intent.upgrade_id, _event(at, EventKind.DECIDED, str(held), Outcome.REFUSED))
        raise
    text = (
        f"{intent.requested_by} asks for {intent.cluster.name} ({intent.cluster.model}) "
        f"to {intent.image.release}; lease until {lease.expires_at.isoformat(timespec='seconds')}"
    )
    journal.record(intent.upgrade_id, _event(at, EventKind.STEP_FINISHED, text))


def _event(at: datetime, kind: EventKind, text: str, outcome: Outcome | None = None) -> Event:
    detail = {"outcome": outcome.value} if outcome else {}
    return Event(at=at, kind=kind, step=STEP, text=text, detail=detail)
