"""Reads the receipt: our statements in the target's own SQL audit, beside those in the journal."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from agent.collection.only_row import fetch_only_row
from agent.facts.own_statements import receipt as audit
from agent.model.cost import Receipt
from agent.model.snapshot import Capabilities, Unavailable
from agent.model.terms import Text
from agent.support.errors import StatementError

if TYPE_CHECKING:
    from agent.collection.connect import ReadOnlySession

# Seconds to wait before each try: the audit lags behind by some tenths of a second.
_LAG_S = (0.7, 1.3)


def read_receipt(
    session: ReadOnlySession,
    capabilities: Capabilities,
    stopped: Unavailable | None = None,
    meanwhile: Callable[[], None] = lambda: None,
) -> Receipt:
    """Return what the audit holds of this session's statements, or why it cannot be read; never raises for a statement.

    Statements are found by our marker if the account may read the texts, else by the account and the time. ``stopped``
    is why nothing more may be read. ``meanwhile`` is called in each wait for the audit.
    """
    from agent.collection.statements import list_readable_columns

    cost, window = session.cost, session.window_us()
    columns = list_readable_columns(f"oceanbase.{audit.VIEW}", capabilities)
    by_text = columns >= audit.COLUMNS | {audit.TEXT_COLUMN} and not session.is_withheld("receipt_by_marker")
    # The driver's own statement at connecting carries no marker.
    sent = Receipt(
        way="marker" if by_text else "account",
        sent=cost.statements - session.connections if by_text else cost.statements,
        sent_ms=cost.database_ms,
        sent_rows=cost.rows,
    )
    if session.is_withheld("receipt_by_marker" if by_text else "receipt"):
        text = "The signed authorization does not list this statement, so it is not sent: {source}."
        return dataclasses.replace(sent, way="", reason=Text(text, {"source": "receipt"}))
    if stopped or not columns >= audit.COLUMNS:
        unread = Text("The account may not read {view}.", {"view": f"oceanbase.{audit.VIEW}"})
        return dataclasses.replace(sent, way="", reason=stopped.reason if stopped else unread)
    schema = capabilities.system_schema
    sql = (
        audit.write_receipt_by_marker(session.assessment_id, window, schema)
        if by_text
        else audit.write_receipt_by_account(window, schema)
    )
    return _read_audit(session, sent, sql, meanwhile)


def _read_figures(*values: Any) -> tuple[int, int, int, int, int]:
    count, total_us, longest_us, rows, writes = map(int, values)
    return count, total_us, longest_us, rows, writes


def _read_audit(session: ReadOnlySession, sent: Receipt, sql: str, meanwhile: Callable[[], None]) -> Receipt:
    found = sent
    for pause in _LAG_S:
        due = time.monotonic() + pause
        meanwhile()
        time.sleep(max(0.0, due - time.monotonic()))
        try:
            count, total_us, longest_us, rows, writes = fetch_only_row(session.fetch, sql, "receipt", _read_figures)
        except StatementError as error:
            return dataclasses.replace(sent, way="", reason=error.text)
        found = dataclasses.replace(
            sent, found=count, total_ms=total_us / 1000, longest_ms=longest_us / 1000, rows=rows, writes=writes
        )
        if count >= sent.sent:
            break
    return found
