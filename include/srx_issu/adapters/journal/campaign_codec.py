"""A campaign's entries to and from rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from sqlalchemy import Row

from srx_issu.adapters.journal.codec import aware, utc
from srx_issu.adapters.journal.event_json import EventJson, Unknown
from srx_issu.adapters.journal.secrecy import checked_detail, redact
from srx_issu.campaign.entry import CampaignEntry
from srx_issu.campaign.events import CampaignEvent
from srx_issu.domain.errors import JournalError

_EARLIER = {"wave_judged": {"way": "decision"}}
_EVENTS = EventJson(get_args(CampaignEvent), earlier=_EARLIER)


def campaign_event_to_json(event: CampaignEvent) -> dict[str, Any]:
    return _EVENTS.dump(event)


def campaign_event_from_json(detail: Mapping[str, Any]) -> CampaignEvent:
    """Raises one of ``event_json.Unknown``."""
    event: CampaignEvent = _EVENTS.load(detail)
    return event


def campaign_entry_to_row(campaign_id: str, entry: CampaignEntry) -> dict[str, Any]:
    return {
        "campaign_id": campaign_id,
        "at": aware(entry.at, f"entry of campaign {campaign_id}"),
        "kind": entry.kind.value,
        "text": redact(entry.text),
        "wave": entry.wave,
        "cluster": entry.cluster,
        "key": entry.key,
        "detail": checked_detail(campaign_event_to_json(entry.event)),
    }


def campaign_entry_from_row(row: Row[Any]) -> CampaignEntry:
    """Raises JournalError: a campaign of which something cannot be read is not carried on."""
    return CampaignEntry(
        at=utc(row.at),
        text=row.text,
        event=campaign_event_in(row.campaign_id, row.detail),
        wave=row.wave,
        cluster=row.cluster,
        key=row.key,
        recorded_at=utc(row.recorded_at),
    )


def campaign_event_in(campaign_id: str, detail: Mapping[str, Any]) -> CampaignEvent:
    try:
        return campaign_event_from_json(detail)
    except Unknown as error:
        raise JournalError(
            f"campaign {campaign_id}: one of its events does not fit this version of srx-issu ({error}); "
            "finish it with the version that started it, or start a new run"
        ) from error
