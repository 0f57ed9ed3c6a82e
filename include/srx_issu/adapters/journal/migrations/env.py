"""Alembic's environment: runs on the connection, and inside the transaction, that ``migrate`` opened."""

from alembic import context
from sqlalchemy import text

from srx_issu.adapters.journal.tables import SCHEMA, VERSION_TABLE, metadata

connection = context.config.attributes["connection"]
# Before Alembic looks for its version table, which lives in the schema too. Asked first, because a
# role without CREATE on the database can then still use a schema that its administrator made.
if not connection.scalar(text("SELECT 1 FROM pg_namespace WHERE nspname = :name"), {"name": SCHEMA}):
    connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))
context.configure(
    connection=connection,
    target_metadata=metadata,
    include_schemas=True,
    version_table=VERSION_TABLE,
    version_table_schema=SCHEMA,
)
context.run_migrations()
