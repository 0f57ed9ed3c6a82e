"""The journal's tables. The migrations make them; a test holds the two together.

They live in a PostgreSQL schema of their own, so that a database shared with Airflow's stays tidy and the
two Alembic version tables cannot meet.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

SCHEMA = "srx_issu"
VERSION_TABLE = "journal_version"

metadata = MetaData(schema=SCHEMA)

INTENDED_ONLY = text("kind = 'action_intended'")  # the predicate of the index that makes intents unique
KEYED_ONLY = text("key IS NOT NULL")


def _moment(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _recorded_at() -> Column[object]:
    """The database's own clock, beside the caller's: tells late or skewed writers apart."""
    return Column(
        "recorded_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()
    )


upgrades = Table(
    "upgrades",
    metadata,
    Column("upgrade_id", Text, primary_key=True),
    Column("cluster", Text, nullable=False),
    Column("target_release", Text, nullable=False),
    Column("intent", JSONB, nullable=False),
    _moment("opened_at"),
    _moment("closed_at", nullable=True),
    Column("outcome", Text),
    Column("reason", Text),
    CheckConstraint("(outcome IS NULL) = (closed_at IS NULL)", name="upgrades_closed_with_outcome"),
    Index("upgrades_by_opening", "opened_at"),
    Index("upgrades_by_cluster", "cluster", "opened_at"),
)

events = Table(
    "events",
    metadata,
    Column("event_id", BigInteger, Identity(always=True), primary_key=True),
    Column("upgrade_id", Text, ForeignKey(upgrades.c.upgrade_id), nullable=False),
    _moment("at"),
    Column("kind", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("node", Text),
    Column("key", Text),
    Column("detail", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    _recorded_at(),
    Index("events_of_upgrade", "upgrade_id", "event_id"),
    Index("events_intent_once", "upgrade_id", "key", unique=True, postgresql_where=INTENDED_ONLY),
)

leases = Table(
    "leases",
    metadata,
    Column("resource", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    _moment("taken_at"),
    _moment("expires_at"),
    CheckConstraint("expires_at > taken_at", name="leases_last_a_while"),
)

lease_changes = Table(
    "lease_changes",
    metadata,
    Column("change_id", BigInteger, Identity(always=True), primary_key=True),
    Column("resource", Text, nullable=False),
    Column("what", Text, nullable=False),  # LeaseChangeKind
    Column("owner", Text, nullable=False),
    _moment("at", nullable=True),  # None for a release, which carries no time of the caller's
    _moment("expires_at", nullable=True),
    Column("previous_owner", Text),
    _moment("previous_expires_at", nullable=True),
    _recorded_at(),
    Index("lease_changes_of_resource", "resource", "change_id"),
)

evidence = Table(
    "evidence",
    metadata,
    Column("evidence_id", Text, primary_key=True),
    Column("upgrade_id", Text, ForeignKey(upgrades.c.upgrade_id), nullable=False),
    Column("name", Text, nullable=False),
    Column("path", Text, nullable=False),  # relative to the evidence folder, which may move
    Column("sha256", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("sequence", BigInteger, Identity(always=True), nullable=False),  # oldest first
    _recorded_at(),
    UniqueConstraint("upgrade_id", "name", name="evidence_name_once"),
)

# Written by the database's own triggers: every row about an upgrade, hashed with the one before.
chain = Table(
    "chain",
    metadata,
    Column("upgrade_id", Text, primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),  # 1, 2, ... of each upgrade
    Column("source", Text, nullable=False),  # the table the row is in
    Column("row_key", Text, nullable=False),  # its primary key there
    Column("payload", Text, nullable=False),  # what was hashed: JSON that says its format
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    _moment("recorded_at"),
)

signatures = Table(
    "signatures",
    metadata,
    Column("upgrade_id", Text, primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", Text, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("signature", Text, nullable=False),
    _recorded_at(),
)

audits = Table(
    "audits",
    metadata,
    Column("audit_id", Text, primary_key=True),
    _moment("opened_at"),
    Index("audits_by_opening", "opened_at"),
)

audit_files = Table(
    "audit_files",
    metadata,
    Column("evidence_id", Text, primary_key=True),
    Column("audit_id", Text, ForeignKey(audits.c.audit_id), nullable=False),
    Column("name", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("sequence", BigInteger, Identity(always=True), nullable=False),
    _recorded_at(),
    UniqueConstraint("audit_id", "name", name="audit_files_name_once"),
)

staged_images = Table(
    "staged_images",
    metadata,
    Column("sequence", BigInteger, Identity(always=True), primary_key=True),
    Column("staging_id", Text, nullable=False),
    _moment("at"),
    Column("cluster", Text, nullable=False),
    Column("node", Text, nullable=False),
    Column("image", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("failed", Text),  # why the image is not there; NULL = it is, proven by the node's checksum
    _recorded_at(),
    Index("staged_images_of_cluster", "cluster", "node", "sequence"),
)

campaigns = Table(
    "campaigns",
    metadata,
    Column("campaign_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("requested_by", Text, nullable=False),
    _moment("opened_at"),
    _moment("closed_at", nullable=True),
    Column("outcome", Text),
    Column("reason", Text),
    CheckConstraint("(outcome IS NULL) = (closed_at IS NULL)", name="campaigns_closed_with_outcome"),
    Index("campaigns_by_opening", "opened_at"),
)

campaign_events = Table(
    "campaign_events",
    metadata,
    Column("event_id", BigInteger, Identity(always=True), primary_key=True),
    Column("campaign_id", Text, ForeignKey(campaigns.c.campaign_id), nullable=False),
    _moment("at"),
    Column("kind", Text, nullable=False),  # CampaignEntryKind
    Column("text", Text, nullable=False),
    Column("wave", BigInteger, nullable=False),
    Column("cluster", Text),
    Column("key", Text),
    Column("detail", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    _recorded_at(),
    Index("campaign_events_of_campaign", "campaign_id", "event_id"),
    Index("campaign_events_once", "campaign_id", "key", unique=True, postgresql_where=KEYED_ONLY),
)
