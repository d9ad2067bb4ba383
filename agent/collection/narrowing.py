"""Reads a source for the dearest statements only: plans and waits of all others would be many, and nobody asks them."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from agent.collection.statements import Statement
from agent.facts import find_source_spec
from agent.model.snapshot import Unavailable

MOST_STATEMENTS = 200
_SQL_ID = re.compile(r"[0-9A-F]{32}")
Facts = Mapping[type, tuple[Any, ...] | Unavailable]


def list_dearest_ids(row: type, facts: Facts) -> tuple[str, ...] | Unavailable:
    """Return the SQL_IDs that a source is read for: the dearest of each record of the load, in turns.

    Unavailable if no record could be read; the reason is that of the first.
    """
    spec = find_source_spec(row)
    assert spec is not None
    records = [facts[other] for other in spec.narrowed_by if other in facts]
    missing = [record for record in records if isinstance(record, Unavailable)]
    if records and len(missing) == len(records):
        return missing[0]
    read = [record for record in records if not isinstance(record, Unavailable)]
    return tuple(dict.fromkeys(_take_in_turns(read)))[:MOST_STATEMENTS]


def _take_in_turns(records: Sequence[tuple[Any, ...]]) -> Iterator[str]:
    for rows in zip_longest(*records):
        yield from (row.sql_id for row in rows if row is not None and _SQL_ID.fullmatch(row.sql_id))


def narrow_statement(statement: Statement, sql_ids: Sequence[str]) -> Statement:
    """Return the statement for these SQL_IDs alone.

    Their number is padded to a power of two, so that few texts differ and need a plan of their own.
    """
    padded = [*sql_ids, *[sql_ids[-1]] * ((1 << (len(sql_ids) - 1).bit_length()) - len(sql_ids))]
    named = ", ".join(f"'{sql_id}'" for sql_id in padded)
    return dataclasses.replace(statement, sql=statement.sql.replace(" WHERE ", f" WHERE SQL_ID IN ({named}) AND ", 1))
