"""Alembic's entry: runs migrations on the connection that `gateway.storage.migrate` opened."""

import sqlalchemy as sa
from alembic import context

from gateway.storage.migrate import METADATA, is_ours

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=METADATA,
    include_name=is_ours,
    compare_type=True,
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=True,  # on SQLite too: its driver leaves BEGIN to us
)
with context.begin_transaction():
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('gateway.migrate'))"))
    context.run_migrations()
