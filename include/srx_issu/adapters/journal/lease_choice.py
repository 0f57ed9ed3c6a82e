"""Which leases an upgrade could have now, by rows that were read and not locked. Writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from srx_issu.domain.errors import LeaseHeld
from srx_issu.ports.journal import PERMIT_S, Lease, WantedLeases

Refusal = Callable[[Lease], str | None]  # why this lease of another's cannot be taken over; None = it can


def refusal_at(now: datetime, describe: Callable[[Lease, datetime], str], kept: Refusal) -> Refusal:
    """``kept``: what is said of a lease that waits for an operator, None of others."""
    before = now - timedelta(seconds=PERMIT_S)
    return lambda lease: describe(lease, now) if lease.expires_at > before else kept(lease)


def choose(wanted: WantedLeases, owner: str, seen: Mapping[str, Lease], refusal: Refusal) -> tuple[str, ...]:
    """What to take, by name: one order for everybody. Raises LeaseHeld when not all of it can be had."""
    chosen: list[str] = []
    for resource in wanted.alone:
        if (reason := _objection(resource, owner, seen, refusal)) is not None:
            raise LeaseHeld(reason)
        chosen.append(resource)
    chosen += [_place(places, owner, seen, refusal) for places in wanted.places]
    return tuple(sorted(chosen))


def _place(places: tuple[str, ...], owner: str, seen: Mapping[str, Lease], refusal: Refusal) -> str:
    """One's own again, or the first that is free."""
    reason: str | None = None
    for place in sorted(places, key=lambda place: place not in seen or seen[place].owner != owner):
        if (reason := _objection(place, owner, seen, refusal)) is None:
            return place
    resource = places[0].rpartition("#")[0]
    raise LeaseHeld(f"{resource}: all {len(places)} places are taken: {reason}")


def _objection(resource: str, owner: str, seen: Mapping[str, Lease], refusal: Refusal) -> str | None:
    lease = seen.get(resource)
    return None if lease is None or lease.owner == owner else refusal(lease)
