"""Brings a history database to this version's tables, with the Alembic revisions shipped in the package."""

from __future__ import annotations

import threading

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from agent.model.terms import Text
from agent.support.errors import HistoryError
from agent.support.shipped import locate_shipped

_UPGRADE_LOCK = threading.Lock()  # Alembic keeps the context of an upgrade in a module's globals


def migrate_database(engine: Engine, where: str) -> None:
    """Upgrade to the newest revision. A database that has it already is only read.

    Raises HistoryError for a revision that this version does not know. Errors of Alembic and SQLAlchemy pass.
    """
    config = Config()
    folder = locate_shipped("agent.archive.history", "migrations")
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    script = ScriptDirectory.from_config(config)
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
        if found == script.get_current_head():
            return
        if found and found not in {revision.revision for revision in script.walk_revisions()}:
            raise HistoryError(
                Text(
                    "The history at {where} was written by a newer version of ob-health (schema {revision}). "
                    "Update ob-health, or name another place in OB_HEALTH_HISTORY.",
                    {"where": where, "revision": found},
                )
            )
        with _UPGRADE_LOCK:
            _lock_database(connection)
            config.attributes["connection"] = connection
            try:
                command.upgrade(config, "head")
            except CommandError as error:
                raise SQLAlchemyError(str(error)) from error
            connection.commit()


def _lock_database(connection: Connection) -> None:
    """On SQLite, begin one transaction for the whole upgrade. A second process waits and creates nothing twice."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
