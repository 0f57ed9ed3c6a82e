"""The view ``commands``: for every command that was going to be sent, who asked for it and who approved it."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# The newest approval of the upgrade before the command; and of the campaign the upgrade belongs to, whose id
# is the beginning of the upgrade's.
VIEW = """
CREATE VIEW srx_issu.commands AS
SELECT intended.event_id, intended.upgrade_id, upgrades.cluster, intended.node, intended.step, intended.at,
       intended.text AS command,
       upgrades.intent ->> 'requested_by' AS requested_by,
       approval.detail ->> 'by' AS approved_by,
       approval.text AS approval,
       approval.at AS approved_at,
       campaign.campaign_id,
       campaign.requested_by AS campaign_requested_by,
       campaign.approved_by AS campaign_approved_by,
       campaign.approved_at AS campaign_approved_at,
       campaign.digest AS campaign_plan
FROM srx_issu.events AS intended
JOIN srx_issu.upgrades AS upgrades USING (upgrade_id)
LEFT JOIN LATERAL (
    SELECT given.detail, given.text, given.at
    FROM srx_issu.events AS given
    WHERE given.upgrade_id = intended.upgrade_id AND given.kind = 'approval'
      AND given.event_id < intended.event_id
    ORDER BY given.event_id DESC LIMIT 1
) AS approval ON true
LEFT JOIN LATERAL (
    SELECT campaigns.campaign_id, campaigns.requested_by,
           given.detail ->> 'by' AS approved_by, given.at AS approved_at, given.detail ->> 'digest' AS digest
    FROM srx_issu.campaigns AS campaigns
    LEFT JOIN srx_issu.campaign_events AS given
      ON given.campaign_id = campaigns.campaign_id AND given.kind = 'approved'
     AND given.recorded_at <= intended.recorded_at
    WHERE starts_with(intended.upgrade_id, campaigns.campaign_id || '__')
    ORDER BY length(campaigns.campaign_id) DESC, given.recorded_at DESC NULLS LAST LIMIT 1
) AS campaign ON true
WHERE intended.kind = 'action_intended';
"""


def upgrade() -> None:
    op.execute(VIEW)


def downgrade() -> None:
    raise NotImplementedError("the journal only grows; restore a backup instead")
