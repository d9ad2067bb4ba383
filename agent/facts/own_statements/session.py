"""Statements of the session and of preflight, and the list of all statements that are sent beside the sources.

``SESSION_READ_ONLY`` goes first; then ``SERVER`` tells whether this is OceanBase at all.
"""

from __future__ import annotations

from collections.abc import Iterable

from agent.facts.own_statements import busy, receipt

DRIVER = "SET NAMES utf8mb4"  # the driver's own, when it connects
SESSION_READ_ONLY = "SET SESSION TRANSACTION READ ONLY"
SESSION_SETTINGS = (
    "SET SESSION autocommit = 1, time_zone = '+00:00', ob_query_timeout = {timeout_us:d},"
    # A tenant's sql_select_limit cuts every answer, even of a statement with a LIMIT of its own. Its sql_mode decides
    # what is a quote: with ANSI_QUOTES some system views cannot be read at all.
    " ob_trx_timeout = {timeout_us:d}, sql_select_limit = 9223372036854775807, sql_mode = ''"
)
SERVER = "SELECT VERSION() AS server_version, @@timestamp AS server_time"
IDENTITY = (
    "SELECT OB_VERSION() AS ob_version, EFFECTIVE_TENANT_ID() AS tenant_id, CURRENT_USER() AS account,"
    " @@GLOBAL.ob_compatibility_mode AS compatibility_mode"
)
GRANTS = "SHOW GRANTS"
_VARIES = {
    "system_schema": "<system schema>", "assessment_id": "<assessment id>", "since_us": "<microseconds>",
    "until_us": "<microseconds>",
}  # fmt: skip


def write_columns_statement(views: Iterable[str], system_schema: str) -> str:
    """Return SQL that lists the existing columns of some system views: one row per view and column."""
    names = ", ".join(f"'{view}'" for view in sorted(views))
    return (
        "SELECT TABLE_NAME AS table_name, COLUMN_NAME AS column_name FROM information_schema.COLUMNS"
        f" WHERE TABLE_SCHEMA = '{system_schema}' AND TABLE_NAME IN ({names})"
    )


# Statements that an older authorization may not list, with their source. The assessment then does without them.
DISPENSABLE = {"load": "load", "receipt": "receipt", "receipt_by_marker": "receipt"}


def list_own_statements() -> dict[str, str]:
    """Return every statement that is sent beside the sources, by name; variable parts stand in angle brackets.

    The customer signs these, so a statement that is added to this module belongs here too.
    """
    return {
        "driver": DRIVER,
        "read_only": SESSION_READ_ONLY,
        "server": SERVER,
        "settings": SESSION_SETTINGS.replace("{timeout_us:d}", "<microseconds>"),
        "identity": IDENTITY,
        "grants": GRANTS,
        "columns": write_columns_statement(["<system views of the sources>"], "<system schema>"),
        "load": busy.LOOK.format(system_schema="<system schema>"),
        "receipt": receipt.BY_ACCOUNT.format_map(_VARIES),
        "receipt_by_marker": receipt.BY_MARKER.format_map(_VARIES),
    }
