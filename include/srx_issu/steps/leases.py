"""What an upgrade holds while it works: its cluster, its conflict groups, a place at its site and region.

All or nothing, in one order for everybody, so that two that want the same things cannot block each other.
A cluster that waits for a person keeps itself and its conflict groups: what it would disturb must wait too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from srx_issu.domain.upgrade.intent import Intent, SharedLimit
from srx_issu.ports.journal import LeaseClaim, Leases, WantedLeases

_PLACE = "#"  # site:fra1#2 is the second place at fra1


@dataclass(frozen=True, kw_only=True)
class Needs:
    """``alone``: resources that one upgrade holds. ``shared``: of each, one of several places."""

    alone: tuple[str, ...]
    shared: tuple[SharedLimit, ...] = ()


def needs(cluster: str, conflict_groups: Iterable[str], shared: tuple[SharedLimit, ...]) -> Needs:
    """The cluster first: who holds it is the first thing one wants to be told."""
    conflicts = tuple(f"conflict:{group}" for group in sorted(conflict_groups))
    return Needs(alone=(f"cluster:{cluster}", *conflicts), shared=shared)


def needs_of(intent: Intent) -> Needs:
    return needs(intent.cluster.name, intent.cluster.conflict_groups, intent.shared_limits)


def take_all(wanted: Needs, owner: str, leases: Leases, ttl_s: float) -> None:
    """Raises LeaseHeld when one of them cannot be had; nothing is taken then."""
    places = tuple(place_names(limit) for limit in wanted.shared)
    leases.take_together(WantedLeases(alone=wanted.alone, places=places), owner, ttl_s)


def place_names(limit: SharedLimit) -> tuple[str, ...]:
    return tuple(f"{limit.resource}{_PLACE}{number}" for number in range(1, limit.places + 1))


def renew_all(intent: Intent, leases: Leases, ttl_s: float) -> None:
    """Also proves that cluster and conflict groups are still ours. Raises LeaseHeld or JournalError."""
    alone = needs_of(intent).alone
    for resource in alone:
        leases.renew(resource, intent.upgrade_id, ttl_s)
    for lease in leases.held_by(intent.upgrade_id):
        if lease.resource not in alone:
            leases.renew(lease.resource, intent.upgrade_id, ttl_s)


def claim_of(intent: Intent, ttl_s: float) -> LeaseClaim:
    """The same for ``Leases.renew_many``."""
    return LeaseClaim(owner=intent.upgrade_id, resources=needs_of(intent).alone, ttl_s=ttl_s)


def give_back(intent: Intent, leases: Leases, *, keep_cluster: bool) -> None:
    """``keep_cluster``: a person must look first, so cluster and conflict groups stay taken."""
    kept = needs_of(intent).alone if keep_cluster else ()
    for lease in leases.held_by(intent.upgrade_id):
        if lease.resource not in kept:
            leases.release(lease.resource, intent.upgrade_id)
