"""Gives a cluster back that an upgrade kept for a person (NEEDS_OPERATOR), on that person's word."""

from __future__ import annotations

from datetime import datetime

from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.history.entry import entry_of
from srx_issu.domain.history.recovery_events import ClusterReleased
from srx_issu.ports.journal import Journal, Leases

STEP = "release_cluster"
MAX_REASON = 500


def release_cluster(
    cluster: str, reason: str, who: str, journal: Journal, leases: Leases, at: datetime
) -> str:
    """Returns the upgrade that held it. Raises RequestRefused when nobody holds it, when an upgrade is
    still at work on it, or when no reason is given."""
    reason = reason.strip()
    if not reason or len(reason) > MAX_REASON or not reason.isprintable():
        raise RequestRefused(f"reason required: why is {cluster} in order again? (1–{MAX_REASON} characters)")
    resource = f"cluster:{cluster}"
    held = leases.holder(resource)
    if held is None:
        raise RequestRefused(f"nobody holds {cluster}: there is nothing to release")
    record = journal.upgrade(held.owner)
    if record is not None and record.closed_at is None and held.expires_at > journal.now():
        raise RequestRefused(f"{cluster} is being upgraded by {held.owner}; let that run end first")
    if record is not None:
        text = f"{cluster} released by {who}: {reason}"
        journal.record(held.owner, entry_of(ClusterReleased(by=who), text, at=at, step=STEP))
    for lease in (held, *leases.held_by(held.owner)):  # its conflict groups were kept with it
        leases.release(lease.resource, held.owner)
    return held.owner
