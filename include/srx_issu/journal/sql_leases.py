"""The Leases port on PostgreSQL: one row a resource, changed under its row lock, with every change kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from srx_issu.domain.errors import JournalError, LeaseHeld
from srx_issu.journal.codec import aware, event_to_row, lease_from_row
from srx_issu.journal.database import Database
from srx_issu.journal.tables import events, lease_changes, leases, upgrades
from srx_issu.ports.journal import Event, EventKind, Lease, Outcome


class LeaseChangeKind(StrEnum):
    """What happened to a lease; ``lease_changes.what``. Renewals are not kept: they say nothing new."""

    TAKEN = "taken"
    TAKEN_OVER = "taken_over"  # the previous owner's lease had run out
    RELEASED = "released"


class SqlLeases:
    """Mutual exclusion between upgrades. Times are the caller's, the order of calls PostgreSQL's.

    The lease of an upgrade that was closed as NEEDS_OPERATOR does not run out: a person releases it.
    """

    def __init__(self, url: str) -> None:
        self._database = Database(url)

    def take(self, resource: str, owner: str, at: datetime, ttl_s: float) -> Lease:
        wanted = _lease(resource, owner, at, ttl_s)
        with self._database.transaction() as connection:
            while True:
                if _insert(connection, wanted):
                    _keep(connection, LeaseChangeKind.TAKEN, wanted, None)
                    return wanted
                held = _locked(connection, resource)
                if held is None:  # released between the two statements
                    continue
                if held.owner == owner:
                    return _extend(connection, held, wanted.expires_at)
                if held.expires_at > at:
                    raise LeaseHeld(_held_by(held, at))
                if reason := _waits_for_operator(connection, held.owner):
                    raise LeaseHeld(_kept_for_operator(held, reason))
                _replace(connection, wanted)
                _keep(connection, LeaseChangeKind.TAKEN_OVER, wanted, held)
                _tell_both(connection, wanted, held)
                return wanted

    def renew(self, resource: str, owner: str, at: datetime, ttl_s: float) -> Lease:
        """Also revives a lease of one's own that ran out and that nobody took.

        Raises LeaseHeld when somebody else has it, and JournalError when it is gone: another upgrade may
        have worked on the cluster since, so it is not silently taken again.
        """
        wanted = _lease(resource, owner, at, ttl_s)
        with self._database.transaction() as connection:
            held = _locked(connection, resource)
            if held is None:
                raise JournalError(
                    f"{resource}: upgrade {owner} holds no lease any more; another upgrade may have worked "
                    "on it: compare the cluster with this upgrade's journal, then start a new run"
                )
            if held.owner != owner:
                raise LeaseHeld(_held_by(held, at))
            return _extend(connection, held, wanted.expires_at)

    def release(self, resource: str, owner: str) -> bool:
        query = delete(leases).where(leases.c.resource == resource, leases.c.owner == owner).returning(leases)
        with self._database.transaction() as connection:
            row = connection.execute(query).one_or_none()
            if row is not None:
                _keep_release(connection, lease_from_row(row))
        return row is not None

    def holder(self, resource: str) -> Lease | None:
        """The lease as it stands, run out or not; None when nobody took it."""
        with self._database.transaction() as connection:
            row = connection.execute(select(leases).where(leases.c.resource == resource)).one_or_none()
        return lease_from_row(row) if row else None

    def held_by(self, owner: str) -> tuple[Lease, ...]:
        query = select(leases).where(leases.c.owner == owner).order_by(leases.c.resource)
        with self._database.transaction() as connection:
            rows = connection.execute(query).all()
        return tuple(lease_from_row(row) for row in rows)


def _lease(resource: str, owner: str, at: datetime, ttl_s: float) -> Lease:
    if not ttl_s > 0:
        raise JournalError(
            f"{resource}: a lease of {ttl_s} s; expected more than 0 s (policy timers lease_s)"
        )
    start = aware(at, f"lease of {resource}")
    return Lease(resource=resource, owner=owner, taken_at=start, expires_at=start + timedelta(seconds=ttl_s))


def _waits_for_operator(connection: Connection, owner: str) -> str | None:
    """Why the owner's upgrade ended in NEEDS_OPERATOR; None when it did not. Such a lease never runs out."""
    query = select(upgrades.c.reason).where(
        upgrades.c.upgrade_id == owner, upgrades.c.outcome == Outcome.NEEDS_OPERATOR.value
    )
    reason: str | None = connection.scalar(query)
    return reason


def _insert(connection: Connection, lease: Lease) -> bool:
    """True when nobody had it. Waits for another's uncommitted insert, then loses to it."""
    statement = insert(leases).values(_row(lease)).on_conflict_do_nothing().returning(leases.c.resource)
    return connection.execute(statement).one_or_none() is not None


def _locked(connection: Connection, resource: str) -> Lease | None:
    row = connection.execute(
        select(leases).where(leases.c.resource == resource).with_for_update()
    ).one_or_none()
    return lease_from_row(row) if row else None


def _extend(connection: Connection, held: Lease, expires_at: datetime) -> Lease:
    lease = Lease(resource=held.resource, owner=held.owner, taken_at=held.taken_at, expires_at=expires_at)
    _replace(connection, lease)
    return lease


def _replace(connection: Connection, lease: Lease) -> None:
    connection.execute(update(leases).where(leases.c.resource == lease.resource).values(_row(lease)))


def _row(lease: Lease) -> dict[str, object]:
    return {
        "resource": lease.resource,
        "owner": lease.owner,
        "taken_at": lease.taken_at,
        "expires_at": lease.expires_at,
    }


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
            EventKind.DECIDED,
            f"took {taken.resource} over from {lost.owner}, whose lease ran out at {ran_out}",
        ),
        (
            lost.owner,
            EventKind.FINDING,
            f"lost {lost.resource} to {taken.owner}: the lease ran out at {ran_out}",
        ),
    )
    for upgrade_id, kind, words in lines:
        known = select(upgrades.c.upgrade_id).where(upgrades.c.upgrade_id == upgrade_id)
        if connection.scalar(known):
            event = Event(at=taken.taken_at, kind=kind, step="lease", text=words)
            connection.execute(insert(events).values(event_to_row(upgrade_id, event)))


def _kept_for_operator(held: Lease, reason: str) -> str:
    name = held.resource.removeprefix("cluster:")
    return (
        f"{held.resource} is kept by upgrade {held.owner}, which needs an operator: {reason}; look at the "
        f"cluster, then put it back with 'srx-issu recover {name} --take-over', or, when it is in order, "
        f"'srx-issu release {name}'"
    )


def _held_by(held: Lease, at: datetime) -> str:
    left_s = (held.expires_at - at).total_seconds()
    left = f"for another {left_s / 60:.0f} min" if left_s > 0 else "though its lease ran out"
    return (
        f"{held.resource} is held by upgrade {held.owner} since {held.taken_at:%Y-%m-%d %H:%M:%S} UTC, "
        f"until {held.expires_at:%Y-%m-%d %H:%M:%S} UTC ({left}); let that run end; when it has ended half "
        "way or is gone, 'srx-issu recover' with '--take-over' takes a cluster from it"
    )
