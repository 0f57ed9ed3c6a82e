"""Claim: write the intent into the journal and take what it needs. One upgrade a cluster, one a conflict
group, and no more at a site than policy allows."""

from __future__ import annotations

from datetime import datetime, timedelta

from srx_issu.domain.errors import LeaseHeld
from srx_issu.domain.intent import Intent
from srx_issu.ports.journal import Event, EventKind, Journal, Leases, Outcome
from srx_issu.steps.holding import needs_of, take_all

STEP = "claim"


def claim(intent: Intent, journal: Journal, leases: Leases, at: datetime) -> None:
    """Opens the upgrade, then takes the leases. Raises LeaseHeld, with the outcome REFUSED written down."""
    lease_s = intent.policy.timers.lease_s
    journal.open_upgrade(intent, at)
    try:
        take_all(needs_of(intent), intent.upgrade_id, leases, at, lease_s)
    except LeaseHeld as held:
        journal.record(intent.upgrade_id, _event(at, EventKind.DECIDED, str(held), Outcome.REFUSED))
        raise
    until = at + timedelta(seconds=lease_s)
    text = (
        f"{intent.requested_by} asks for {intent.cluster.name} ({intent.cluster.model}) "
        f"to {intent.image.release}; lease until {until.isoformat(timespec='seconds')}"
    )
    journal.record(intent.upgrade_id, _event(at, EventKind.STEP_FINISHED, text))


def _event(at: datetime, kind: EventKind, text: str, outcome: Outcome | None = None) -> Event:
    detail = {"outcome": outcome.value} if outcome else {}
    return Event(at=at, kind=kind, step=STEP, text=text, detail=detail)
