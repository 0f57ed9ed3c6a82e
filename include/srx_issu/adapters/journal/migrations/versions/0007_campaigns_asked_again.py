"""A campaign that was refused may be opened again: its plan is cleared, made anew and put to its approvers.

Nothing has begun in a refused campaign: where an upgrade was ordered, it stays closed. Every other outcome stays
what it is.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

GUARD = """
CREATE OR REPLACE FUNCTION srx_issu.only_close_campaign_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.outcome IS NOT NULL AND NOT (
            OLD.outcome = 'REFUSED' AND (NEW.outcome, NEW.reason, NEW.closed_at) IS NULL
            AND NOT EXISTS (
                SELECT FROM srx_issu.campaign_events
                WHERE campaign_id = OLD.campaign_id AND kind = 'started'
            )))
        OR (NEW.campaign_id, NEW.name, NEW.requested_by, NEW.opened_at)
            IS DISTINCT FROM (OLD.campaign_id, OLD.name, OLD.requested_by, OLD.opened_at)
    THEN
        RAISE EXCEPTION 'UPDATE on srx_issu.campaigns: a campaign can be closed once, and nothing else';
    END IF;
    RETURN NEW;
END $$;
"""


def upgrade() -> None:
    op.execute(GUARD)


def downgrade() -> None:
    raise NotImplementedError("the journal only grows; restore a backup instead")
