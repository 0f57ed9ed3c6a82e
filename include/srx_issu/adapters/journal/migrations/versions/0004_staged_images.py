"""Images that were copied to nodes ahead of an upgrade; append-only by trigger."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE srx_issu.staged_images (
    sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    staging_id text NOT NULL,
    at timestamptz NOT NULL,
    cluster text NOT NULL,
    node text NOT NULL,
    image text NOT NULL,
    sha256 text NOT NULL,
    failed text,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX staged_images_of_cluster ON srx_issu.staged_images (cluster, node, sequence);
"""

GUARDS = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON srx_issu.staged_images
    FOR EACH ROW EXECUTE FUNCTION srx_issu.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON srx_issu.staged_images
    FOR EACH STATEMENT EXECUTE FUNCTION srx_issu.refuse_change();
"""


def upgrade() -> None:
    op.execute(TABLE)
    op.execute(GUARDS)


def downgrade() -> None:
    raise NotImplementedError("the journal only grows; restore a backup instead")
