"""Writes the script around statements that keep plans: where they are run, and what shows that they work. Pure.

An outline belongs to the database in which it is made, and keeps plans of no other one. Without USE it is made in that
of the session, or in ``__outline_default_db`` (seen on 4.3.5).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_SQL_ID = re.compile(r"[0-9A-Fa-f]{1,64}")


def place_in_databases(statements: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield statements, each given with its database, after a USE wherever the database changes.

    A statement without a database stays where the session is.
    """
    present = ""
    for database, sql in statements:
        if database and database != present:
            yield "USE `" + database.replace("`", "``") + "`;"
            present = database
        yield sql


def write_pin_checks(sql_ids: Iterable[str]) -> tuple[str, ...]:
    """Return what shows the outlines of these statements, and whether cached plans are made by them."""
    listed = ", ".join(f"'{name}'" for name in dict.fromkeys(sql_ids) if _SQL_ID.fullmatch(name))
    if not listed:
        return ()
    return (
        f"SELECT DATABASE_NAME, OUTLINE_NAME, SQL_ID FROM oceanbase.DBA_OB_OUTLINES WHERE SQL_ID IN ({listed});",
        f"SELECT SQL_ID, PLAN_ID, OUTLINE_ID FROM oceanbase.GV$OB_PLAN_CACHE_PLAN_STAT WHERE SQL_ID IN ({listed});",
    )
