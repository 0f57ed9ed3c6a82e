"""The first journal: upgrades, events, leases and their changes, evidence; append-only by trigger."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE srx_issu.upgrades (
    upgrade_id text PRIMARY KEY,
    cluster text NOT NULL,
    target_release text NOT NULL,
    intent jsonb NOT NULL,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    outcome text,
    reason text,
    CONSTRAINT upgrades_closed_with_outcome CHECK ((outcome IS NULL) = (closed_at IS NULL))
);
CREATE INDEX upgrades_by_opening ON srx_issu.upgrades (opened_at);
CREATE INDEX upgrades_by_cluster ON srx_issu.upgrades (cluster, opened_at);

CREATE TABLE srx_issu.events (
    event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    upgrade_id text NOT NULL REFERENCES srx_issu.upgrades (upgrade_id),
    at timestamptz NOT NULL,
    kind text NOT NULL,
    step text NOT NULL,
    text text NOT NULL,
    node text,
    key text,
    detail jsonb NOT NULL DEFAULT '{}'::jsonb,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX events_of_upgrade ON srx_issu.events (upgrade_id, event_id);
CREATE UNIQUE INDEX events_intent_once ON srx_issu.events (upgrade_id, key) WHERE kind = 'action_intended';

CREATE TABLE srx_issu.leases (
    resource text PRIMARY KEY,
    owner text NOT NULL,
    taken_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT leases_last_a_while CHECK (expires_at > taken_at)
);

CREATE TABLE srx_issu.lease_changes (
    change_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    resource text NOT NULL,
    what text NOT NULL,
    owner text NOT NULL,
    at timestamptz,
    expires_at timestamptz,
    previous_owner text,
    previous_expires_at timestamptz,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX lease_changes_of_resource ON srx_issu.lease_changes (resource, change_id);

CREATE TABLE srx_issu.evidence (
    evidence_id text PRIMARY KEY,
    upgrade_id text NOT NULL REFERENCES srx_issu.upgrades (upgrade_id),
    name text NOT NULL,
    path text NOT NULL,
    sha256 text NOT NULL,
    size_bytes bigint NOT NULL,
    sequence bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT evidence_name_once UNIQUE (upgrade_id, name)
);
"""

GUARDS = """
CREATE FUNCTION srx_issu.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on srx_issu.%: the journal is append-only', TG_OP, TG_TABLE_NAME;
END $$;

CREATE FUNCTION srx_issu.only_close_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.outcome IS NOT NULL
        OR (NEW.upgrade_id, NEW.cluster, NEW.target_release, NEW.intent, NEW.opened_at)
            IS DISTINCT FROM (OLD.upgrade_id, OLD.cluster, OLD.target_release, OLD.intent, OLD.opened_at)
    THEN
        RAISE EXCEPTION 'UPDATE on srx_issu.upgrades: an upgrade can be closed once, and nothing else';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER close_once BEFORE UPDATE ON srx_issu.upgrades
    FOR EACH ROW EXECUTE FUNCTION srx_issu.only_close_once();
CREATE TRIGGER append_only BEFORE DELETE ON srx_issu.upgrades
    FOR EACH ROW EXECUTE FUNCTION srx_issu.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON srx_issu.upgrades
    FOR EACH STATEMENT EXECUTE FUNCTION srx_issu.refuse_change();
"""

APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON srx_issu.{table}
    FOR EACH ROW EXECUTE FUNCTION srx_issu.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON srx_issu.{table}
    FOR EACH STATEMENT EXECUTE FUNCTION srx_issu.refuse_change();
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(GUARDS)
    for table in ("events", "lease_changes", "evidence"):
        op.execute(APPEND_ONLY.format(table=table))


def downgrade() -> None:
    raise NotImplementedError("the journal only grows; restore a backup instead")
