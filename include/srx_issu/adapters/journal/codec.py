"""Domain values to and from rows. What cannot be read back is a JournalError that names the row.

An event is stored as JSON under its name; the rows of versions that did not do so are read by ``older.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Row

from srx_issu.adapters.journal import older
from srx_issu.adapters.journal.event_json import NAME, EventJson, Unknown
from srx_issu.adapters.journal.secrecy import checked_detail, redact
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import JournalError
from srx_issu.domain.history.entry import Entry
from srx_issu.domain.history.events import Event, Unread
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.ports.journal import Lease, UpgradeRecord

_INTENT = TypeAdapter(Intent)
_EARLIER = {"command_intended": {"errand": "recovery_command"}}
_EVENTS = EventJson(get_args(Event), columns=("node", "key"), earlier=_EARLIER)


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


def entry_to_row(upgrade_id: str, entry: Entry) -> dict[str, Any]:
    return {
        "upgrade_id": upgrade_id,
        "at": aware(entry.at, f"entry of step {entry.step}"),
        "kind": entry.kind.value,
        "step": entry.step,
        "text": redact(entry.text),
        "node": entry.node,
        "key": entry.key,
        "detail": checked_detail(event_to_json(entry.event)),
    }


def entry_from_row(row: Row[Any]) -> Entry:
    return Entry(
        at=utc(row.at),
        step=row.step,
        text=row.text,
        event=_event(row),
        node=NodeName(row.node) if row.node in list(NodeName) else None,
        recorded_at=utc(row.recorded_at),
    )


def event_to_json(event: Event) -> dict[str, Any]:
    """What of it has no column of its own. An entry that could not be read is not written again."""
    if isinstance(event, Unread):
        raise JournalError(
            f"an entry of kind {event.kind} that this version cannot read is not written again"
        )
    return _EVENTS.dump(event)


def event_from_json(detail: Mapping[str, Any], columns: Mapping[str, Any]) -> Event:
    """``columns``: node and key. Raises one of ``event_json.Unknown``."""
    event: Event = _EVENTS.load(detail, columns)
    return event


def _event(row: Row[Any]) -> Event:
    if NAME not in row.detail:
        return older.event_of(row)
    try:
        return event_from_json(row.detail, {"node": row.node, "key": row.key})
    except Unknown as error:
        raise JournalError(
            f"upgrade {row.upgrade_id}, entry {row.event_id}: its event does not fit this version of "
            f"srx-issu ({error}); read it with the version that wrote it"
        ) from error


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
