"""The receipt: our own statements as the tenant's SQL audit has them. Counts and times are read, never a text."""

from __future__ import annotations

from agent.facts import OWN_MARKER
from agent.facts.sql import OWN_ACCOUNT

VIEW = "GV$OB_SQL_AUDIT"
TEXT_COLUMN = "QUERY_SQL"
COLUMNS = frozenset(
    {"USER_NAME", "IS_INNER_SQL", "REQUEST_TIME", "ELAPSED_TIME", "RETURN_ROWS", "AFFECTED_ROWS"}
)  # fmt: skip
_SELECT = (
    "SELECT COUNT(*) AS found, COALESCE(SUM(ELAPSED_TIME), 0) AS total_us,"
    " COALESCE(MAX(ELAPSED_TIME), 0) AS longest_us, COALESCE(SUM(RETURN_ROWS), 0) AS rows_returned,"
    " COALESCE(SUM(CASE WHEN AFFECTED_ROWS > 0 THEN 1 ELSE 0 END), 0) AS writes"
    f" FROM {{system_schema}}.`{VIEW}`"
    " WHERE IS_INNER_SQL = 0 AND REQUEST_TIME BETWEEN {since_us} AND {until_us} AND "
)
# "_" stands for any character: our marker begins a comment, and no statement of ours may hold the beginning of one.
BY_MARKER = _SELECT + f"{TEXT_COLUMN} LIKE '_*{OWN_MARKER} {{assessment_id}} %'"
BY_ACCOUNT = _SELECT + f"USER_NAME = {OWN_ACCOUNT}"


def write_receipt_by_marker(assessment_id: str, window_us: tuple[int, int], system_schema: str) -> str:
    """Return SQL that counts the statements with this assessment's marker; it needs the column of the texts."""
    since, until = window_us
    return BY_MARKER.format(assessment_id=assessment_id, since_us=since, until_us=until, system_schema=system_schema)


def write_receipt_by_account(window_us: tuple[int, int], system_schema: str) -> str:
    """Return SQL that counts our account's statements in a window: microseconds since 1970 by the server's clock."""
    since, until = window_us
    return BY_ACCOUNT.format(since_us=since, until_us=until, system_schema=system_schema)
