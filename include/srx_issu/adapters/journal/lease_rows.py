"""Single leases as rows: looked at and changed under their row lock, within a transaction of the caller's."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, Float, Text, column, func, select, update, values
from sqlalchemy.dialects.postgresql import insert

from srx_issu.adapters.journal.codec import lease_from_row
from srx_issu.adapters.journal.moments import database_now
from srx_issu.adapters.journal.tables import leases
from srx_issu.domain.errors import JournalError
from srx_issu.ports.journal import Lease


def require_duration(resource: str, ttl_s: float) -> None:
    if not ttl_s > 0:
        raise JournalError(
            f"{resource}: a lease of {ttl_s} s; expected more than 0 s (policy timers lease_s)"
        )


def insert_lease(connection: Connection, resource: str, owner: str, ttl_s: float) -> Lease | None:
    """The lease when nobody had it. Waits for another's uncommitted insert, then loses to it."""
    now = database_now(connection)
    lease = Lease(resource=resource, owner=owner, taken_at=now, expires_at=now + timedelta(seconds=ttl_s))
    statement = insert(leases).values(_row(lease)).on_conflict_do_nothing().returning(leases.c.resource)
    return lease if connection.execute(statement).one_or_none() is not None else None


def locked_lease(connection: Connection, resource: str) -> Lease | None:
    row = connection.execute(
        select(leases).where(leases.c.resource == resource).with_for_update()
    ).one_or_none()
    return lease_from_row(row) if row else None


def lease_of(connection: Connection, resource: str) -> Lease | None:
    row = connection.execute(select(leases).where(leases.c.resource == resource)).one_or_none()
    return lease_from_row(row) if row else None


def leases_among(connection: Connection, resources: Collection[str]) -> dict[str, Lease]:
    """By resource; what nobody holds is not in it."""
    rows = connection.execute(select(leases).where(leases.c.resource.in_(resources)))
    return {row.resource: lease_from_row(row) for row in rows}


def replace_lease(connection: Connection, lease: Lease) -> Lease:
    connection.execute(update(leases).where(leases.c.resource == lease.resource).values(_row(lease)))
    return lease


def extend_lease(connection: Connection, held: Lease, ttl_s: float) -> Lease:
    """``held`` from now on for ``ttl_s``; also one that had run out."""
    until = database_now(connection) + timedelta(seconds=ttl_s)
    return replace_lease(
        connection,
        Lease(resource=held.resource, owner=held.owner, taken_at=held.taken_at, expires_at=until),
    )


def extend_all(connection: Connection, ttl_s: Mapping[str, float]) -> frozenset[tuple[str, str]]:
    """Everything that these owners hold from now on for their ``ttl_s``, also what had run out; owner and
    resource of each. A lease that somebody is writing to at this moment is left as it is: nobody waits for
    another's transaction, and no two renewals can block each other for good."""
    if not ttl_s:
        return frozenset()
    due = values(column("owner", Text), column("ttl_s", Float), name="due").data(sorted(ttl_s.items()))
    free = (
        select(leases.c.resource, due.c.ttl_s)
        .join(due, due.c.owner == leases.c.owner)
        .with_for_update(of=leases, skip_locked=True)
        .cte("free")
    )
    until = func.clock_timestamp() + func.make_interval(0, 0, 0, 0, 0, 0, free.c.ttl_s)
    statement = (
        update(leases)
        .where(leases.c.resource == free.c.resource)
        .values(expires_at=until)
        .returning(leases.c.owner, leases.c.resource)
    )
    return frozenset((row.owner, row.resource) for row in connection.execute(statement))


def describe_holder(held: Lease, now: datetime) -> str:
    left_s = (held.expires_at - now).total_seconds()
    left = f"for another {left_s / 60:.0f} min" if left_s > 0 else "though its lease ran out"
    return (
        f"{held.resource} is held by upgrade {held.owner} since {held.taken_at:%Y-%m-%d %H:%M:%S} UTC, "
        f"until {held.expires_at:%Y-%m-%d %H:%M:%S} UTC ({left}); let that run end; when it has ended half "
        "way or is gone, 'srx-issu recover' with '--take-over' takes a cluster from it"
    )


def describe_loss(resource: str, owner: str) -> str:
    return (
        f"{resource}: upgrade {owner} holds no lease any more; another upgrade may have worked "
        "on it: compare the cluster with this upgrade's journal, then start a new run"
    )


def _row(lease: Lease) -> dict[str, object]:
    return {
        "resource": lease.resource,
        "owner": lease.owner,
        "taken_at": lease.taken_at,
        "expires_at": lease.expires_at,
    }
