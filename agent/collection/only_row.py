"""Reads answers that have one row, without trust in what stands in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from agent.collection import server_errors
from agent.model.terms import Text

T = TypeVar("T")
Fetch = Callable[[str, str], Sequence[Sequence[Any]]]


def fetch_only_row(fetch: Fetch, sql: str, source: str, build: Callable[..., T]) -> T:
    """Return what ``build`` makes of the only row's values. Raises StatementError, as for any failed statement."""
    return build_only_row(fetch(sql, source), source, build)


def build_only_row(rows: Sequence[Sequence[Any]], source: str, build: Callable[..., T]) -> T:
    """Return what ``build`` makes of the only row's values.

    Raises StatementError where there is another number of rows or of values, or where ``build`` cannot take them.
    """
    if len(rows) != 1:
        raise server_errors.explain_odd_answer(source, Text("it should have one row"))
    try:
        return build(*rows[0])
    except (ValueError, TypeError, ArithmeticError, LookupError) as error:
        raise server_errors.explain_odd_values(source, error) from None
