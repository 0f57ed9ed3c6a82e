"""One look for all campaigns that somebody waits for: three queries, however many wait."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import BigInteger, Connection, Row, Text, and_, column, func, or_, select, values

from srx_issu.adapters.journal.campaign_codec import campaign_entry_from_row
from srx_issu.adapters.journal.moments import database_now
from srx_issu.adapters.journal.tables import campaign_events, leases, upgrades
from srx_issu.campaign.entry import CampaignEntry, CampaignEntryKind
from srx_issu.domain.errors import JournalError
from srx_issu.domain.outcome import Outcome
from srx_issu.ports.campaign import CampaignLook, OrderedUpgrade
from srx_issu.ports.journal import PERMIT_S


def look_at_all(connection: Connection, read_to: Mapping[str, int], wanted: Collection[str]) -> CampaignLook:
    """See ``ports.campaign.CampaignJournal.look``. Writers of one campaign come one after the other, so
    whatever has a smaller number than what is seen here was written before it."""
    found: dict[str, list[CampaignEntry]] = {name: [] for name in read_to}
    reached = dict(read_to)
    unreadable: dict[str, str] = {}
    for row in _new_events(connection, read_to):
        try:
            found[row.campaign_id].append(campaign_entry_from_row(row))
        except JournalError as error:  # the others are not held up by it
            unreadable.setdefault(row.campaign_id, str(error))
        reached[row.campaign_id] = row.event_id
    return CampaignLook(
        at=database_now(connection),
        entries={name: tuple(entries) for name, entries in found.items() if name not in unreadable},
        read_to={name: number for name, number in reached.items() if name not in unreadable},
        unreadable=unreadable,
        held=_held(connection),
        upgrades=_upgrades(connection, wanted),
    )


def _new_events(connection: Connection, read_to: Mapping[str, int]) -> Collection[Row[Any]]:
    if not read_to:
        return ()
    events = campaign_events.c
    known = values(column("campaign_id", Text), column("reached", BigInteger), name="known")
    known = known.data([(name, reached) for name, reached in read_to.items()])
    query = (
        select(campaign_events)
        .join(known, and_(events.campaign_id == known.c.campaign_id, events.event_id > known.c.reached))
        .where(events.kind != CampaignEntryKind.PLANNED.value)
        .order_by(events.event_id)
    )
    return connection.execute(query).all()


def _held(connection: Connection) -> dict[str, str]:
    """As ``Leases.take`` judges: one that ran out a while ago can be had, unless it waits for an operator."""
    kept = and_(upgrades.c.upgrade_id == leases.c.owner, upgrades.c.outcome == Outcome.NEEDS_OPERATOR.value)
    before = func.clock_timestamp() - timedelta(seconds=PERMIT_S)
    query = (
        select(leases.c.resource, leases.c.owner)
        .outerjoin(upgrades, kept)
        .where(or_(leases.c.expires_at > before, upgrades.c.upgrade_id.is_not(None)))
    )
    return {row.resource: row.owner for row in connection.execute(query)}


def _upgrades(connection: Connection, wanted: Collection[str]) -> dict[str, OrderedUpgrade]:
    if not wanted:
        return {}
    nonce = func.coalesce(upgrades.c.intent["ordered_by"]["nonce"].astext, "").label("nonce")
    query = select(upgrades.c.upgrade_id, upgrades.c.outcome, nonce).where(upgrades.c.upgrade_id.in_(wanted))
    return {
        row.upgrade_id: OrderedUpgrade(outcome=Outcome(row.outcome) if row.outcome else None, nonce=row.nonce)
        for row in connection.execute(query)
    }
