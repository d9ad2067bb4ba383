"""SCH013 where an override asks for tables of any size."""

from __future__ import annotations

from dataclasses import replace

from agent.api import Measurement
from checks.schema.partition_skew import SkewParams
from tests.checks.cases.schema_objects import LARGE
from tests.harness import shipped


def test_an_empty_table_has_no_skew_whatever_size_is_asked_for() -> None:
    measure = shipped()[0].checks["SCH013"].measure
    tables = [replace(LARGE, table_rows=rows, largest_rows=rows) for rows in (0, 8)]
    (found,) = measure(tables=tables, changes=(), p=SkewParams(min_rows_count=0))
    assert isinstance(found, Measurement) and found.value == 8
