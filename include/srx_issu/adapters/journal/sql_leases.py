"""The Leases port on PostgreSQL: one row a resource, changed under its row lock, with every change kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.postgresql import insert

from srx_issu.adapters.journal.codec import entry_to_row, lease_from_row
from srx_issu.adapters.journal.database import STATEMENT_TIMEOUT_S, Database
from srx_issu.adapters.journal.lease_choice import choose, refusal_at
from srx_issu.adapters.journal.lease_rows import (
    describe_holder,
    describe_loss,
    extend_all,
    extend_lease,
    insert_lease,
    lease_of,
    leases_among,
    locked_lease,
    replace_lease,
    require_duration,
)
from srx_issu.adapters.journal.moments import database_now
from srx_issu.adapters.journal.signing import Signer
from srx_issu.adapters.journal.tables import events, lease_changes, leases, upgrades
from srx_issu.adapters.journal.writing import writing
from srx_issu.domain.errors import JournalAway, JournalError, LeaseHeld, SrxIssuError
from srx_issu.domain.history.entry import entry_of
from srx_issu.domain.history.events import Decided, FindingMade, FoundBy
from srx_issu.domain.outcome import Outcome
from srx_issu.ports.journal import PERMIT_S, Lease, LeaseClaim, LeaseTaken, WantedLeases

BUSY_S = 2  # for a row that somebody is writing to; the next round asks again


class LeaseChangeKind(StrEnum):
    """What happened to a lease; ``lease_changes.what``. Renewals are not kept: they say nothing new."""

    TAKEN = "taken"
    TAKEN_OVER = "taken_over"  # the previous owner's lease had run out
    RELEASED = "released"


class SqlLeases:
    """Mutual exclusion between upgrades. Time and order are PostgreSQL's, whatever the callers' clocks say.

    A lease is taken over only when it ran out more than PERMIT_S ago: whoever was permitted to send under it
    has sent by then, or never will. The lease of an upgrade that was closed as NEEDS_OPERATOR does not run
    out: a person releases it.
    """

    def __init__(self, url: str, signer: Signer | None = None) -> None:
        self._database = Database(url)
        self._signer = signer

    def take(self, resource: str, owner: str, ttl_s: float) -> Lease:
        require_duration(resource, ttl_s)
        while (lease := self._taken(resource, owner, ttl_s)) is None:
            pass  # it changed hands between two statements: look again
        return lease

    def take_together(self, wanted: WantedLeases, owner: str, ttl_s: float) -> tuple[LeaseTaken, ...]:
        require_duration(", ".join(wanted.alone), ttl_s)
        while True:
            try:
                return self._taken_together(wanted, owner, ttl_s)
            except _ChangedHands:
                pass  # between two statements: look again

    def renew(self, resource: str, owner: str, ttl_s: float) -> Lease:
        """Raises LeaseHeld when somebody else has it, and JournalError when it is gone: another upgrade may
        have worked on the cluster since, so it is not silently taken again."""
        require_duration(resource, ttl_s)
        return self._renewed(resource, owner, ttl_s, STATEMENT_TIMEOUT_S)

    def _renewed(self, resource: str, owner: str, ttl_s: float, within_s: int) -> Lease:
        with self._database.transaction(statement_timeout_s=within_s) as connection:
            held = locked_lease(connection, resource)
            if held is None:
                raise JournalError(describe_loss(resource, owner))
            if held.owner != owner:
                raise LeaseHeld(describe_holder(held, database_now(connection)))
            return extend_lease(connection, held, ttl_s)

    def renew_many(self, claims: Sequence[LeaseClaim]) -> Mapping[str, SrxIssuError]:
        """One statement for all that nobody else is just writing to; those few are waited for one by one, and
        not for long: a machine that died in mid-write holds its row until the server notices."""
        for claim in claims:
            require_duration(claim.owner, claim.ttl_s)
        with self._database.transaction() as connection:
            renewed = extend_all(connection, {claim.owner: claim.ttl_s for claim in claims})
        lost: dict[str, SrxIssuError] = {}
        busy: JournalAway | None = None
        for claim in claims:
            left = [name for name in claim.resources if (claim.owner, name) not in renewed]
            if left and busy is not None:
                lost[claim.owner] = busy  # one is waited for, not one after the other
                continue
            try:
                for resource in left:
                    self._renewed(resource, claim.owner, claim.ttl_s, BUSY_S)
            except (LeaseHeld, JournalError) as error:
                busy = error if isinstance(error, JournalAway) else None
                lost[claim.owner] = error
        return lost

    def release(self, resource: str, owner: str) -> bool:
        query = delete(leases).where(leases.c.resource == resource, leases.c.owner == owner).returning(leases)
        with self._database.transaction() as connection, writing(connection, self._signer, owner):
            row = connection.execute(query).one_or_none()
            if row is not None:
                _keep_release(connection, lease_from_row(row))
        return row is not None

    def holder(self, resource: str) -> Lease | None:
        """The lease as it stands, run out or not; None when nobody took it."""
        with self._database.transaction() as connection:
            return lease_of(connection, resource)

    def held_by(self, owner: str) -> tuple[Lease, ...]:
        query = select(leases).where(leases.c.owner == owner).order_by(leases.c.resource)
        with self._database.transaction() as connection:
            rows = connection.execute(query).all()
        return tuple(lease_from_row(row) for row in rows)

    def _taken(self, resource: str, owner: str, ttl_s: float) -> Lease | None:
        """One try; None when it changed hands meanwhile. Both upgrades are locked before the lease's row."""
        with self._database.transaction() as connection:
            seen = lease_of(connection, resource)
            previous = seen.owner if seen else owner
            with writing(connection, self._signer, owner, previous):
                return _take_once(connection, resource, owner, previous, ttl_s)

    def _taken_together(self, wanted: WantedLeases, owner: str, ttl_s: float) -> tuple[LeaseTaken, ...]:
        """One try. What is refused is refused by what was read, before anything is locked or written."""
        with self._database.transaction() as connection:
            seen = leases_among(connection, wanted.resources)
            refusal = refusal_at(
                database_now(connection), describe_holder, lambda held: _kept(connection, held)
            )
            chosen = choose(wanted, owner, seen, refusal)
            previous = {name: seen[name].owner if name in seen else owner for name in chosen}
            with writing(connection, self._signer, *{owner, *previous.values()}):
                return tuple(
                    LeaseTaken(
                        lease=_take_or_look_again(connection, name, owner, previous[name], ttl_s),
                        before=seen.get(name),
                    )
                    for name in chosen
                )


class _ChangedHands(Exception):
    """What was read is not so any more."""


def _take_or_look_again(
    connection: Connection, resource: str, owner: str, previous: str, ttl_s: float
) -> Lease:
    """Raises _ChangedHands, which rolls everything back."""
    try:
        lease = _take_once(connection, resource, owner, previous, ttl_s)
    except LeaseHeld as held:  # renewed in this very moment
        raise _ChangedHands from held
    if lease is None:
        raise _ChangedHands
    return lease


def _take_once(
    connection: Connection, resource: str, owner: str, previous: str, ttl_s: float
) -> Lease | None:
    """``previous`` held it a moment ago. None when it is somebody else's now."""
    if (lease := insert_lease(connection, resource, owner, ttl_s)) is not None:
        _keep(connection, LeaseChangeKind.TAKEN, lease, None)
        return lease
    held = locked_lease(connection, resource)
    if held is None or held.owner not in (owner, previous):
        return None
    if held.owner == owner:
        return extend_lease(connection, held, ttl_s)
    now = database_now(connection)
    _require_run_out(connection, held, now - timedelta(seconds=PERMIT_S))
    lease = replace_lease(
        connection,
        Lease(resource=resource, owner=owner, taken_at=now, expires_at=now + timedelta(seconds=ttl_s)),
    )
    _keep(connection, LeaseChangeKind.TAKEN_OVER, lease, held)
    _tell_both(connection, lease, held)
    return lease


def _require_run_out(connection: Connection, held: Lease, before: datetime) -> None:
    """Raises LeaseHeld unless ``held`` ran out before that moment and waits for nobody."""
    if held.expires_at > before:
        raise LeaseHeld(describe_holder(held, before + timedelta(seconds=PERMIT_S)))
    if (reason := _kept(connection, held)) is not None:
        raise LeaseHeld(reason)


def _kept(connection: Connection, held: Lease) -> str | None:
    """What to say of a lease that waits for an operator; None of others."""
    reason = _waits_for_operator(connection, held.owner)
    return _kept_for_operator(held, reason) if reason else None


def _waits_for_operator(connection: Connection, owner: str) -> str | None:
    """Why the owner's upgrade ended in NEEDS_OPERATOR; None when it did not. Such a lease never runs out."""
    query = select(upgrades.c.reason).where(
        upgrades.c.upgrade_id == owner, upgrades.c.outcome == Outcome.NEEDS_OPERATOR.value
    )
    reason: str | None = connection.scalar(query)
    return reason


def _keep(connection: Connection, what: LeaseChangeKind, lease: Lease, previous: Lease | None) -> None:
    connection.execute(
        insert(lease_changes).values(
            resource=lease.resource,
            what=what.value,
            owner=lease.owner,
            at=lease.taken_at,
            expires_at=lease.expires_at,
            previous_owner=previous.owner if previous else None,
            previous_expires_at=previous.expires_at if previous else None,
        )
    )


def _keep_release(connection: Connection, lease: Lease) -> None:
    connection.execute(
        insert(lease_changes).values(
            resource=lease.resource,
            what=LeaseChangeKind.RELEASED.value,
            owner=lease.owner,
            expires_at=lease.expires_at,
        )
    )


def _tell_both(connection: Connection, taken: Lease, lost: Lease) -> None:
    """A line in the journal of either upgrade, where that upgrade is in the journal already."""
    ran_out = f"{lost.expires_at:%Y-%m-%d %H:%M:%S} UTC"
    lines = (
        (
            taken.owner,
            Decided(),
            f"took {taken.resource} over from {lost.owner}, whose lease ran out at {ran_out}",
        ),
        (
            lost.owner,
            FindingMade(by=FoundBy.LEASE),
            f"lost {lost.resource} to {taken.owner}: the lease ran out at {ran_out}",
        ),
    )
    for upgrade_id, event, reason in lines:
        known = select(upgrades.c.upgrade_id).where(upgrades.c.upgrade_id == upgrade_id)
        if connection.scalar(known):
            entry = entry_of(event, reason, at=taken.taken_at, step="lease")
            connection.execute(insert(events).values(entry_to_row(upgrade_id, entry)))


def _kept_for_operator(held: Lease, reason: str) -> str:
    name = held.resource.removeprefix("cluster:")
    return (
        f"{held.resource} is kept by upgrade {held.owner}, which needs an operator: {reason}; look at the "
        f"cluster, then put it back with 'srx-issu recover {name} --take-over', or, when it is in order, "
        f"'srx-issu release {name}'"
    )
