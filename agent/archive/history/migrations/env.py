"""Alembic's entry point. It works on the connection it is given and configures no logging: the agent stays quiet."""

from __future__ import annotations

from alembic import context

from agent.archive.history.models import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
with context.begin_transaction():
    context.run_migrations()
