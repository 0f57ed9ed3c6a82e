"""Ended upgrades of a route and model, as ``ports.past`` wants them."""

from __future__ import annotations

from itertools import groupby

from sqlalchemy import func, select

from srx_issu.adapters.journal.codec import entry_from_row
from srx_issu.adapters.journal.database import Database
from srx_issu.adapters.journal.tables import events, upgrades
from srx_issu.domain.history.entry import Entry
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.upgrade.intent import Purpose
from srx_issu.domain.upgrade.route import Route
from srx_issu.ports.past import MOST_RUNS

_TELLING = (EntryKind.ACTION_INTENDED, EntryKind.STEP_FINISHED, EntryKind.OBSERVED)


class SqlPastUpgrades:
    """``ports.past.PastUpgrades``."""

    def __init__(self, url: str) -> None:
        self._database = Database(url)

    def entries_of(self, route: Route, model: str) -> tuple[tuple[Entry, ...], ...]:
        """An intent without a route is an ISSU's, one without a purpose an upgrade's: an older version's."""
        intent = upgrades.c.intent
        newest = (
            select(upgrades.c.upgrade_id)
            .where(
                upgrades.c.outcome.is_not(None),
                intent["cluster"]["model"].astext == model,
                func.coalesce(intent["route"].astext, Route.ISSU.value) == route.value,
                func.coalesce(intent["purpose"].astext, Purpose.UPGRADE.value) == Purpose.UPGRADE.value,
            )
            .order_by(upgrades.c.closed_at.desc(), upgrades.c.upgrade_id)
            .limit(MOST_RUNS)
        )
        query = (
            select(events)
            .where(events.c.upgrade_id.in_(newest), events.c.kind.in_(_TELLING))
            .order_by(events.c.upgrade_id, events.c.event_id)
        )
        with self._database.transaction() as connection:
            rows = connection.execute(query).all()
        each = groupby(rows, key=lambda row: str(row.upgrade_id))
        return tuple(tuple(entry_from_row(row) for row in mine) for _, mine in each)
