"""The CampaignJournal port on PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert

from srx_issu.adapters.journal.campaign_codec import (
    campaign_entry_from_row,
    campaign_entry_to_row,
    campaign_event_in,
)
from srx_issu.adapters.journal.campaign_look import look_at_all
from srx_issu.adapters.journal.codec import aware, utc
from srx_issu.adapters.journal.database import Database
from srx_issu.adapters.journal.moments import write_alone
from srx_issu.adapters.journal.secrecy import redact
from srx_issu.adapters.journal.tables import KEYED_ONLY, campaign_events, campaigns, upgrades
from srx_issu.campaign.entry import UNTOLD, CampaignEntry, CampaignEntryKind
from srx_issu.campaign.events import PlanMade
from srx_issu.campaign.model import UsualCourse
from srx_issu.campaign.state import is_approved, plan_in_force
from srx_issu.domain.errors import JournalError
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.route import Route
from srx_issu.ports.campaign import (
    ApprovedCampaign,
    CampaignLook,
    CampaignOutcome,
    CampaignRecord,
)

_ON_TARGET = (Outcome.UPGRADED, Outcome.UPGRADED_WITH_FINDINGS, Outcome.ALREADY_CURRENT)


class SqlCampaigns:
    """Cheap to make, safe to share between threads."""

    def __init__(self, url: str) -> None:
        self._database = Database(url)

    def open_campaign(self, campaign_id: str, name: str, requested_by: str, at: datetime) -> None:
        row = {
            "campaign_id": campaign_id,
            "name": name,
            "requested_by": requested_by,
            "opened_at": aware(at, f"opening of campaign {campaign_id}"),
        }
        begun = exists().where(
            campaign_events.c.campaign_id == campaign_id,
            campaign_events.c.kind == CampaignEntryKind.STARTED.value,
        )
        again = (
            update(campaigns)
            .where(
                campaigns.c.campaign_id == campaign_id,
                campaigns.c.outcome == CampaignOutcome.REFUSED.value,
                ~begun,
            )
            .values(outcome=None, reason=None, closed_at=None)
        )
        with self._database.transaction() as connection:
            connection.execute(insert(campaigns).values(row).on_conflict_do_nothing())
            connection.execute(again)

    def campaign(self, campaign_id: str) -> CampaignRecord | None:
        query = select(campaigns).where(campaigns.c.campaign_id == campaign_id)
        with self._database.transaction() as connection:
            row = connection.execute(query).one_or_none()
        return _record(row) if row else None

    def campaigns(self, *, limit: int = 100) -> tuple[CampaignRecord, ...]:
        query = select(campaigns).order_by(campaigns.c.opened_at.desc(), campaigns.c.campaign_id).limit(limit)
        with self._database.transaction() as connection:
            rows = connection.execute(query).all()
        return tuple(_record(row) for row in rows)

    def approved(self, name: str | None = None) -> tuple[ApprovedCampaign, ...]:
        newest = (
            select(campaigns)
            .ext(distinct_on(campaigns.c.name))
            .order_by(campaigns.c.name, campaigns.c.opened_at.desc(), campaigns.c.campaign_id.desc())
        )
        if name is not None:
            newest = newest.where(campaigns.c.name == name)
        newest_of_name = newest.subquery()
        query = select(newest_of_name).where(newest_of_name.c.outcome.is_(None))
        found: list[ApprovedCampaign] = []
        with self._database.transaction() as connection:
            for row in connection.execute(query).all():
                found_rows = connection.execute(_plan_and_approval(row.campaign_id)).all()
                try:
                    events = [campaign_event_in(row.campaign_id, each.detail) for each in found_rows]
                except JournalError:  # its own tasks say so; the others are not held up by it
                    continue
                made = plan_in_force(events)
                if made is not None and is_approved(events):
                    found.append(
                        ApprovedCampaign(campaign_id=row.campaign_id, name=row.name, campaign=made.campaign)
                    )
        return tuple(found)

    def record(self, campaign_id: str, entry: CampaignEntry) -> bool:
        statement = (
            insert(campaign_events)
            .values(campaign_entry_to_row(campaign_id, entry))
            .on_conflict_do_nothing(
                index_elements=[campaign_events.c.campaign_id, campaign_events.c.key], index_where=KEYED_ONLY
            )
            .returning(campaign_events.c.event_id)
        )
        with self._database.transaction() as connection:
            write_alone(connection, campaign_id)  # so that a look never misses one that was numbered before
            return connection.execute(statement).one_or_none() is not None

    def entries(
        self, campaign_id: str, *, plans: bool = True, about: Collection[str] | None = None
    ) -> tuple[CampaignEntry, ...]:
        query = select(campaign_events).where(campaign_events.c.campaign_id == campaign_id)
        if not plans:
            query = query.where(campaign_events.c.kind != CampaignEntryKind.PLANNED.value)
        if about is not None:
            query = query.where(_is_about(about))
        with self._database.transaction() as connection:
            rows = connection.execute(query.order_by(campaign_events.c.event_id)).all()
        return tuple(campaign_entry_from_row(row) for row in rows)

    def plan(self, campaign_id: str) -> PlanMade | None:
        kinds = (CampaignEntryKind.PLANNED.value, CampaignEntryKind.OPENED.value)
        events = campaign_events.c
        query = select(events.detail).where(events.campaign_id == campaign_id, events.kind.in_(kinds))
        with self._database.transaction() as connection:
            rows = connection.execute(query.order_by(events.event_id)).all()
        return plan_in_force(campaign_event_in(campaign_id, row.detail) for row in rows)

    def look(self, read_to: Mapping[str, int], upgrades: Collection[str]) -> CampaignLook:
        with self._database.transaction() as connection:
            return look_at_all(connection, read_to, upgrades)

    def close_campaign(self, campaign_id: str, outcome: CampaignOutcome, reason: str, at: datetime) -> None:
        closing = (
            update(campaigns)
            .where(campaigns.c.campaign_id == campaign_id, campaigns.c.outcome.is_(None))
            .values(outcome=outcome.value, reason=redact(reason), closed_at=aware(at, "closing"))
        )
        with self._database.transaction() as connection:
            connection.execute(closing)

    def releases(self, since: datetime | None = None) -> dict[str, str]:
        query = (
            select(upgrades.c.cluster, upgrades.c.target_release)
            .where(upgrades.c.outcome.in_([outcome.value for outcome in _ON_TARGET]))
            .order_by(upgrades.c.closed_at)
        )
        if since is not None:
            query = query.where(upgrades.c.closed_at > aware(since, "beginning of an audit"))
        with self._database.transaction() as connection:
            rows = connection.execute(query).all()
        return {row.cluster: row.target_release for row in rows}  # the newest wins

    def durations(self) -> dict[UsualCourse, float]:
        """Median seconds of the upgrades that went well, newest hundred of all, by model and route."""
        model = upgrades.c.intent["cluster"]["model"].astext.label("model")
        route = upgrades.c.intent["route"].astext.label("route")  # empty in those of older versions
        query = (
            select(model, route, upgrades.c.opened_at, upgrades.c.closed_at)
            .where(upgrades.c.outcome.in_([Outcome.UPGRADED.value, Outcome.UPGRADED_WITH_FINDINGS.value]))
            .order_by(upgrades.c.closed_at.desc())
            .limit(100)
        )
        with self._database.transaction() as connection:
            rows = connection.execute(query).all()
        found: dict[UsualCourse, list[float]] = {}
        for row in rows:
            course = UsualCourse(model=row.model, route=Route(row.route or Route.ISSU))
            found.setdefault(course, []).append((row.closed_at - row.opened_at).total_seconds())
        return {course: median(seconds) for course, seconds in found.items()}


def _is_about(clusters: Collection[str]) -> ColumnElement[bool]:
    """As ``campaign.entry.is_about``."""
    events = campaign_events.c
    return or_(
        events.cluster.is_(None),
        events.cluster.in_(clusters),
        events.kind == CampaignEntryKind.TAKEN.value,
        and_(
            events.kind == CampaignEntryKind.ENDED.value,
            func.coalesce(events.detail["result"].astext, "").not_in(UNTOLD),
        ),
    )


def _plan_and_approval(campaign_id: str) -> Select[Any]:
    """What tells which plan is in force and whether it was approved; without the plans, which are large."""
    wanted = (CampaignEntryKind.PLANNED, CampaignEntryKind.APPROVED, CampaignEntryKind.OPENED)
    kinds = [kind.value for kind in wanted]
    events = campaign_events.c
    return (
        select(events.detail.op("-")("plan").label("detail"))
        .where(events.campaign_id == campaign_id, events.kind.in_(kinds))
        .order_by(events.event_id)
    )


def _record(row: Row[Any]) -> CampaignRecord:
    return CampaignRecord(
        campaign_id=row.campaign_id,
        name=row.name,
        requested_by=row.requested_by,
        opened_at=utc(row.opened_at),
        closed_at=utc(row.closed_at) if row.closed_at else None,
        outcome=CampaignOutcome(row.outcome) if row.outcome else None,
        reason=row.reason,
    )
