"""Campaigns and what happened in them; append-only by trigger, as the upgrades."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE srx_issu.campaigns (
    campaign_id text PRIMARY KEY,
    name text NOT NULL,
    requested_by text NOT NULL,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    outcome text,
    reason text,
    CONSTRAINT campaigns_closed_with_outcome CHECK ((outcome IS NULL) = (closed_at IS NULL))
);
CREATE INDEX campaigns_by_opening ON srx_issu.campaigns (opened_at);

CREATE TABLE srx_issu.campaign_events (
    event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    campaign_id text NOT NULL REFERENCES srx_issu.campaigns (campaign_id),
    at timestamptz NOT NULL,
    kind text NOT NULL,
    text text NOT NULL,
    wave bigint NOT NULL,
    cluster text,
    key text,
    detail jsonb NOT NULL DEFAULT '{}'::jsonb,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX campaign_events_of_campaign ON srx_issu.campaign_events (campaign_id, event_id);
CREATE UNIQUE INDEX campaign_events_once ON srx_issu.campaign_events (campaign_id, key) WHERE key IS NOT NULL;
"""

GUARDS = """
CREATE FUNCTION srx_issu.only_close_campaign_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.outcome IS NOT NULL
        OR (NEW.campaign_id, NEW.name, NEW.requested_by, NEW.opened_at)
            IS DISTINCT FROM (OLD.campaign_id, OLD.name, OLD.requested_by, OLD.opened_at)
    THEN
        RAISE EXCEPTION 'UPDATE on srx_issu.campaigns: a campaign can be closed once, and nothing else';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER close_once BEFORE UPDATE ON srx_issu.campaigns
    FOR EACH ROW EXECUTE FUNCTION srx_issu.only_close_campaign_once();
CREATE TRIGGER append_only BEFORE DELETE ON srx_issu.campaigns
    FOR EACH ROW EXECUTE FUNCTION srx_issu.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON srx_issu.campaigns
    FOR EACH STATEMENT EXECUTE FUNCTION srx_issu.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON srx_issu.campaign_events
    FOR EACH ROW EXECUTE FUNCTION srx_issu.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON srx_issu.campaign_events
    FOR EACH STATEMENT EXECUTE FUNCTION srx_issu.refuse_change();
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(GUARDS)


def downgrade() -> None:
    raise NotImplementedError("the journal only grows; restore a backup instead")
