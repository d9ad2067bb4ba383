"""Brings a history database to this version's tables, with the Alembic revisions shipped in the package."""

from __future__ import annotations

import threading
import time

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from agent.model.terms import Text
from agent.support.errors import HistoryError
from agent.support.shipped import locate_shipped

# On MySQL: a table, a column or an index is there already. Another process upgrades at this moment.
_THERE_ALREADY = frozenset({1050, 1060, 1061})
_PATIENCE_S = 30.0
_LOOK_EACH_S = 0.2
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
            except DBAPIError as error:
                connection.rollback()
                if not (_is_there_already(error) and _wait_for_other(engine, script.get_current_head())):
                    raise
                return
            connection.commit()


def _is_there_already(error: DBAPIError) -> bool:
    return bool(error.orig and error.orig.args and error.orig.args[0] in _THERE_ALREADY)


def _wait_for_other(engine: Engine, head: str | None) -> bool:
    """Whether another process brings the database to this revision within half a minute.

    On MySQL each CREATE is a transaction of its own, so two that open a new history at once meet at a table. The one
    that comes second stops there, and the other goes on.
    """
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        with engine.connect() as connection:
            if MigrationContext.configure(connection).get_current_revision() == head:
                return True
        time.sleep(_LOOK_EACH_S)
    return False


def _lock_database(connection: Connection) -> None:
    """On SQLite, begin one transaction for the whole upgrade. A second process waits and creates nothing twice."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
