"""What Alembic runs: all steps that are missing, in one transaction, one process at a time."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Engine, text

LOCK = 7_310_868_254  # of all databases' advisory locks the one of this project's tables

engine: Engine = context.config.attributes["engine"]
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        context.run_migrations()
