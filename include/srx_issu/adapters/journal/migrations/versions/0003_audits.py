"""Audits and the files they keep; append-only by trigger, as the evidence of upgrades."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE srx_issu.audits (
    audit_id text PRIMARY KEY,
    opened_at timestamptz NOT NULL
);
CREATE INDEX audits_by_opening ON srx_issu.audits (opened_at);

CREATE TABLE srx_issu.audit_files (
    evidence_id text PRIMARY KEY,
    audit_id text NOT NULL REFERENCES srx_issu.audits (audit_id),
    name text NOT NULL,
    path text NOT NULL,
    sha256 text NOT NULL,
    size_bytes bigint NOT NULL,
    sequence bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT audit_files_name_once UNIQUE (audit_id, name)
);
"""

GUARDS = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON srx_issu.{table}
    FOR EACH ROW EXECUTE FUNCTION srx_issu.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON srx_issu.{table}
    FOR EACH STATEMENT EXECUTE FUNCTION srx_issu.refuse_change();
"""


def upgrade() -> None:
    op.execute(TABLES)
    for table in ("audits", "audit_files"):
        op.execute(GUARDS.format(table=table))


def downgrade() -> None:
    raise NotImplementedError("the journal only grows; restore a backup instead")
