"""The Journal port on PostgreSQL. Append-only: triggers in the database refuse what this class never does."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from srx_issu.domain.errors import JournalError
from srx_issu.domain.intent import Intent
from srx_issu.journal.codec import (
    aware,
    event_from_row,
    event_to_row,
    intent_from_json,
    intent_to_json,
    record_from_row,
)
from srx_issu.journal.database import Database
from srx_issu.journal.secrecy import redact
from srx_issu.journal.tables import INTENDED_ONLY, events, upgrades
from srx_issu.ports.journal import Event, EventKind, Outcome, UpgradeRecord


class SqlJournal:
    """One account of all upgrades. Cheap to make, safe to share between threads."""

    def __init__(self, url: str) -> None:
        self._database = Database(url)

    def open_upgrade(self, intent: Intent, at: datetime) -> None:
        row = {
            "upgrade_id": intent.upgrade_id,
            "cluster": intent.cluster.name,
            "target_release": intent.image.release,
            "intent": intent_to_json(intent),
            "opened_at": aware(at, f"opening of upgrade {intent.upgrade_id}"),
        }
        with self._database.transaction() as connection:
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

    def record(self, upgrade_id: str, event: Event) -> None:
        """An intended action with a key goes through ``intend``, which says whether it may be sent."""
        if event.kind is EventKind.ACTION_INTENDED and event.key is not None:
            raise JournalError(
                f"step {event.step}: intended action {event.key!r} has a key; journal it by intend(), "
                "not record()"
            )
        self._append(upgrade_id, event)

    def intend(self, upgrade_id: str, event: Event) -> bool:
        if event.kind is not EventKind.ACTION_INTENDED or not event.key:
            raise JournalError(
                f"step {event.step}: intend() takes an ACTION_INTENDED event with a key, "
                f"got {event.kind} with key {event.key!r}"
            )
        return self._append(upgrade_id, event)

    def events(self, upgrade_id: str) -> tuple[Event, ...]:
        """In the order they were written; empty when the upgrade is unknown."""
        query = select(events).where(events.c.upgrade_id == upgrade_id).order_by(events.c.event_id)
        with self._database.transaction() as connection:
            rows = connection.execute(query).all()
        return tuple(event_from_row(row) for row in rows)

    def close_upgrade(self, upgrade_id: str, outcome: Outcome, reason: str, at: datetime) -> None:
        closing = (
            update(upgrades)
            .where(upgrades.c.upgrade_id == upgrade_id, upgrades.c.outcome.is_(None))
            .values(
                outcome=outcome.value, reason=redact(reason), closed_at=aware(at, f"closing of {upgrade_id}")
            )
        )
        with self._database.transaction() as connection:
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

    def _append(self, upgrade_id: str, event: Event) -> bool:
        """False when the event is an intent whose key is taken: the database decides, for all processes."""
        row = event_to_row(upgrade_id, event)
        with self._database.transaction() as connection:
            if not connection.scalar(
                select(upgrades.c.upgrade_id).where(upgrades.c.upgrade_id == upgrade_id)
            ):
                raise _unknown(upgrade_id)
            statement = insert(events).values(row)
            if event.kind is EventKind.ACTION_INTENDED:
                statement = statement.on_conflict_do_nothing(
                    index_elements=[events.c.upgrade_id, events.c.key], index_where=INTENDED_ONLY
                )
            return connection.execute(statement.returning(events.c.event_id)).one_or_none() is not None


def _unknown(upgrade_id: str) -> JournalError:
    return JournalError(
        f"upgrade {upgrade_id} is not in the journal; its claim step opens it: look at that task first"
    )
