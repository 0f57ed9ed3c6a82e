"""Domain values to and from rows. What cannot be read back is a JournalError that names the row."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Row

from srx_issu.adapters.journal.secrecy import checked_detail, redact
from srx_issu.domain.errors import JournalError
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.ports.journal import Entry, EntryKind, Lease, Outcome, UpgradeRecord

_INTENT = TypeAdapter(Intent)


def intent_to_json(intent: Intent) -> dict[str, Any]:
    """JSON-ready; holds a connection's id, never its credentials."""
    document: dict[str, Any] = _INTENT.dump_python(intent, mode="json")
    return document


def intent_from_json(document: object, upgrade_id: str) -> Intent:
    try:
        return _INTENT.validate_python(document)
    except ValidationError as error:
        raise JournalError(
            f"upgrade {upgrade_id}: its stored intent does not fit this version of srx-issu ({error}); "
            "finish it with the version that started it"
        ) from error


def aware(moment: datetime, what: str) -> datetime:
    """``moment`` unless it is naive: a time without zone would be read as the server's."""
    if moment.tzinfo is None:
        raise JournalError(f"{what}: {moment.isoformat()} has no time zone; give an aware time")
    return moment


def event_to_row(upgrade_id: str, event: Entry) -> dict[str, Any]:
    return {
        "upgrade_id": upgrade_id,
        "at": aware(event.at, f"event of step {event.step}"),
        "kind": event.kind.value,
        "step": event.step,
        "text": redact(event.text),
        "node": event.node,
        "key": event.key,
        "detail": checked_detail(event.detail),
    }


def event_from_row(row: Row[Any]) -> Entry:
    return Entry(
        at=utc(row.at),
        kind=EntryKind(row.kind),
        step=row.step,
        text=row.text,
        node=row.node,
        key=row.key,
        detail=row.detail,
        recorded_at=utc(row.recorded_at),
    )


def record_from_row(row: Row[Any]) -> UpgradeRecord:
    return UpgradeRecord(
        upgrade_id=row.upgrade_id,
        cluster=row.cluster,
        target_release=row.target_release,
        opened_at=utc(row.opened_at),
        closed_at=utc(row.closed_at) if row.closed_at else None,
        outcome=Outcome(row.outcome) if row.outcome else None,
        reason=row.reason,
    )


def lease_from_row(row: Row[Any]) -> Lease:
    return Lease(
        resource=row.resource, owner=row.owner, taken_at=utc(row.taken_at), expires_at=utc(row.expires_at)
    )


def utc(moment: datetime) -> datetime:
    """PostgreSQL answers in the session's zone; the journal speaks UTC."""
    return moment.astimezone(UTC)
