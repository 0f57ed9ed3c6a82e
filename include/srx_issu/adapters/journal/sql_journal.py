"""The Journal port on PostgreSQL. Append-only: triggers in the database refuse what this class never does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import insert

from srx_issu.adapters.journal.codec import (
    aware,
    entry_from_row,
    entry_to_row,
    intent_from_json,
    intent_to_json,
    record_from_row,
)
from srx_issu.adapters.journal.database import Database
from srx_issu.adapters.journal.lease_rows import (
    describe_holder,
    describe_loss,
    extend_lease,
    locked_lease,
    require_duration,
)
from srx_issu.adapters.journal.moments import database_now
from srx_issu.adapters.journal.secrecy import redact
from srx_issu.adapters.journal.signing import Signer
from srx_issu.adapters.journal.tables import INTENDED_ONLY, events, upgrades
from srx_issu.adapters.journal.writing import writing
from srx_issu.domain.errors import JournalError
from srx_issu.domain.history.entry import Entry
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.ports.journal import Hold, IntendAnswer, Intended, Lease, UpgradeRecord


class SqlJournal:
    """One journal of all upgrades. Cheap to make, safe to share between threads."""

    def __init__(self, url: str, signer: Signer | None = None) -> None:
        """``signer`` signs every row's link in the chain; without one the chain is made all the same."""
        self._database = Database(url)
        self._signer = signer

    def now(self) -> datetime:
        with self._database.transaction() as connection:
            return database_now(connection)

    def open_upgrade(self, intent: Intent, at: datetime) -> None:
        row = {
            "upgrade_id": intent.upgrade_id,
            "cluster": intent.cluster.name,
            "target_release": intent.image.release,
            "intent": intent_to_json(intent),
            "opened_at": aware(at, f"opening of upgrade {intent.upgrade_id}"),
        }
        with self._writing(intent.upgrade_id) as connection:
            connection.execute(insert(upgrades).values(row).on_conflict_do_nothing())

    def intent(self, upgrade_id: str) -> Intent:
        with self._database.transaction() as connection:
            row = connection.execute(
                select(upgrades.c.intent).where(upgrades.c.upgrade_id == upgrade_id)
            ).one_or_none()
        if row is None:
            raise _unknown(upgrade_id)
        return intent_from_json(row.intent, upgrade_id)

    def upgrade(self, upgrade_id: str) -> UpgradeRecord | None:
        with self._database.transaction() as connection:
            row = connection.execute(
                select(upgrades).where(upgrades.c.upgrade_id == upgrade_id)
            ).one_or_none()
        return record_from_row(row) if row else None

    def upgrades_of(self, cluster: str) -> tuple[UpgradeRecord, ...]:
        query = select(upgrades).where(upgrades.c.cluster == cluster).order_by(upgrades.c.opened_at.desc())
        with self._database.transaction() as connection:
            return tuple(record_from_row(row) for row in connection.execute(query))

    def record(self, upgrade_id: str, event: Entry) -> None:
        """An intended action with a key goes through ``intend``, which says whether it may be sent."""
        if event.kind is EntryKind.ACTION_INTENDED and event.key is not None:
            raise JournalError(
                f"step {event.step}: intended action {event.key!r} has a key; journal it by intend(), "
                "not record()"
            )
        with self._writing(upgrade_id) as connection:
            _outcome(connection, upgrade_id)
            _append(connection, upgrade_id, event)

    def intend(self, upgrade_id: str, event: Entry, hold: Hold | None = None) -> Intended:
        if event.kind is not EntryKind.ACTION_INTENDED:
            raise JournalError(
                f"step {event.step}: intend() takes an ACTION_INTENDED event, got {event.kind} with key "
                f"{event.key!r}"
            )
        if hold is not None:
            require_duration(", ".join(hold.resources), hold.ttl_s)
        with self._writing(upgrade_id) as connection:
            outcome = _outcome(connection, upgrade_id)
            if outcome is not None:
                reason = f"upgrade {upgrade_id} is closed as {outcome}; nothing is sent under it any more"
                return _answered(connection, IntendAnswer.CLOSED, reason)
            if hold is not None and (loss := _extended(connection, upgrade_id, hold)) is not None:
                return _answered(connection, IntendAnswer.NOT_HELD, loss)
            if not _append(connection, upgrade_id, event):
                reason = f"{event.key!r} was intended before in upgrade {upgrade_id}; it is not sent twice"
                return _answered(connection, IntendAnswer.KEY_USED, reason)
            return _answered(connection, IntendAnswer.WRITTEN, f"intended: {event.text}")

    def entries(self, upgrade_id: str) -> tuple[Entry, ...]:
        """In the order they were written; empty when the upgrade is unknown."""
        query = select(events).where(events.c.upgrade_id == upgrade_id).order_by(events.c.event_id)
        with self._database.transaction() as connection:
            rows = connection.execute(query).all()
        return tuple(entry_from_row(row) for row in rows)

    def close_upgrade(self, upgrade_id: str, outcome: Outcome, reason: str, at: datetime) -> None:
        closing = (
            update(upgrades)
            .where(upgrades.c.upgrade_id == upgrade_id, upgrades.c.outcome.is_(None))
            .values(outcome=outcome.value, reason=redact(reason))  # a trigger sets the time
        )
        aware(at, f"closing of {upgrade_id}")
        with self._writing(upgrade_id) as connection:
            if connection.execute(closing).rowcount == 1:
                return
            row = connection.execute(
                select(upgrades.c.outcome).where(upgrades.c.upgrade_id == upgrade_id)
            ).one_or_none()
        if row is None:
            raise _unknown(upgrade_id)
        if row.outcome != outcome.value:
            raise JournalError(
                f"upgrade {upgrade_id} is closed as {row.outcome}; it cannot be closed again as {outcome}; "
                "start a new run for another attempt"
            )

    @contextmanager
    def _writing(self, upgrade_id: str) -> Iterator[Connection]:
        """One transaction in which nobody else writes about this upgrade."""
        with self._database.transaction() as connection, writing(connection, self._signer, upgrade_id):
            yield connection


def _outcome(connection: Connection, upgrade_id: str) -> str | None:
    """None while it is open."""
    row = connection.execute(
        select(upgrades.c.outcome).where(upgrades.c.upgrade_id == upgrade_id)
    ).one_or_none()
    if row is None:
        raise _unknown(upgrade_id)
    outcome: str | None = row.outcome
    return outcome


def _append(connection: Connection, upgrade_id: str, event: Entry) -> bool:
    """False when the event is an intent whose key is taken: the database decides, for all processes."""
    statement = insert(events).values(entry_to_row(upgrade_id, event))
    if event.kind is EntryKind.ACTION_INTENDED:
        statement = statement.on_conflict_do_nothing(
            index_elements=[events.c.upgrade_id, events.c.key], index_where=INTENDED_ONLY
        )
    return connection.execute(statement.returning(events.c.event_id)).one_or_none() is not None


def _extended(connection: Connection, upgrade_id: str, hold: Hold) -> str | None:
    """All of ``hold`` from now on; or, with none of it changed, why that cannot be."""
    held: list[Lease] = []
    for resource in sorted(set(hold.resources)):  # one order for everybody
        lease = locked_lease(connection, resource)
        if lease is None:
            return describe_loss(resource, upgrade_id)
        if lease.owner != upgrade_id:
            return describe_holder(lease, database_now(connection))
        held.append(lease)
    for lease in held:
        extend_lease(connection, lease, hold.ttl_s)
    return None


def _answered(connection: Connection, answer: IntendAnswer, reason: str) -> Intended:
    return Intended(answer=answer, at=database_now(connection), reason=reason)


def _unknown(upgrade_id: str) -> JournalError:
    return JournalError(
        f"upgrade {upgrade_id} is not in the journal; its claim step opens it: look at that task first"
    )
